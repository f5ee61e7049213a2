#include "controller/result/agent_series.h"

#include <algorithm>

#include "common/util/check.h"
#include "common/util/saturating.h"

namespace wsload {

AgentPoint AgentPoint::Of(const Stats& delta) {
  return {.success = delta.counters.success,
          .failed = SaturatingAdd(delta.counters.failed(), delta.counters.unsent),
          .response_us_p99 = delta.response.PercentileUs(99),
          .send_lag_us_p99 = delta.send_lag.PercentileUs(99)};
}

void AgentPoint::Merge(const AgentPoint& other) {
  success = SaturatingAdd(success, other.success);
  failed = SaturatingAdd(failed, other.failed);
  response_us_p99 = std::max(response_us_p99, other.response_us_p99);
  send_lag_us_p99 = std::max(send_lag_us_p99, other.send_lag_us_p99);
}

void AgentSeries::Add(int64_t interval_index, const AgentPoint& point) {
  WSLOAD_CHECK(interval_index >= 0, "interval {} of an agent's series", interval_index);
  while (interval_index / together_ >= static_cast<int64_t>(kMostPoints)) {
    for (size_t i = 0; i < points_.size(); ++i) {
      if (i % 2 == 0) {
        points_[i / 2] = points_[i];
      } else {
        points_[i / 2].Merge(points_[i]);
      }
    }
    points_.resize((points_.size() + 1) / 2);
    together_ *= 2;
  }
  const auto at = static_cast<size_t>(interval_index / together_);
  if (at >= points_.size()) points_.resize(at + 1);
  points_[at].Merge(point);
}

}  // namespace wsload
