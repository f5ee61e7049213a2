// Figures that follow from a result: rates over the measure phase, how far apart the agents began.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "controller/result/run_result.h"

namespace wsload {

struct Rates {
  double scheduled_per_s = 0;
  double sent_per_s = 0;  ///< those that left: Counters::sent()
  double success_per_s = 0;
  double success_ratio = 0;  ///< success / scheduled, 0 to 1; 0 when nothing was scheduled
};

inline Rates RatesOf(const RunResult& result) {
  Rates rates;
  const auto scheduled = static_cast<double>(result.totals.counters.scheduled);
  const auto success = static_cast<double>(result.totals.counters.success);
  if (result.measured_ns > 0) {
    const double seconds = static_cast<double>(result.measured_ns) / kNsPerSecond;
    rates.scheduled_per_s = scheduled / seconds;
    rates.sent_per_s = static_cast<double>(result.totals.counters.sent()) / seconds;
    rates.success_per_s = success / seconds;
  }
  if (scheduled > 0) rates.success_ratio = success / scheduled;
  return rates;
}

/// Between the first and the last agent that began to measure; nothing: not known of two agents.
inline std::optional<int64_t> StartSpreadUs(const RunResult& result) {
  std::vector<int64_t> skews;
  for (const AgentResult& agent : result.agents) {
    if (agent.start_skew_us.has_value()) skews.push_back(*agent.start_skew_us);
  }
  if (skews.size() < 2) return std::nullopt;
  const auto [first, last] = std::minmax_element(skews.begin(), skews.end());
  return *last - *first;
}

}  // namespace wsload
