// What is compared of runs.
#pragma once

#include <array>

#include "common/stats/figure_info.h"
#include "common/stats/stats.h"
#include "common/util/language.h"

namespace wsload {

struct MetricInfo {
  enum class Unit { kMicroseconds, kShare, kPerSecond };

  const char* name;  ///< as result.json has it, with the unit last; public
  LocalText label;
  Unit unit;
  Better better;
  /// Of a latency; null: of the counters.
  Histogram Stats::*histogram = nullptr;
  double percentile = 0;
  /// The change that matters, as a part of what -min-change says: of a share that is nearly all, little matters.
  double min_change_scale = 1;
};

/// In the order in which they are shown.
inline constexpr auto kMetrics = [] {
  using enum MetricInfo::Unit;
  using S = Stats;
  return std::to_array<MetricInfo>({
      {"response_us_p50", {"response p50", "响应时间 p50"}, kMicroseconds, Better::kLess, &S::response, 50},
      {"response_us_p90", {"response p90", "响应时间 p90"}, kMicroseconds, Better::kLess, &S::response, 90},
      {"response_us_p99", {"response p99", "响应时间 p99"}, kMicroseconds, Better::kLess, &S::response, 99},
      {"response_us_p99_9", {"response p99.9", "响应时间 p99.9"}, kMicroseconds, Better::kLess, &S::response, 99.9},
      {"service_us_p50", {"service p50", "服务时间 p50"}, kMicroseconds, Better::kLess, &S::service, 50},
      {"service_us_p90", {"service p90", "服务时间 p90"}, kMicroseconds, Better::kLess, &S::service, 90},
      {"service_us_p99", {"service p99", "服务时间 p99"}, kMicroseconds, Better::kLess, &S::service, 99},
      {"service_us_p99_9", {"service p99.9", "服务时间 p99.9"}, kMicroseconds, Better::kLess, &S::service, 99.9},
      {"success_ratio", {"success rate", "成功率"}, kShare, Better::kMore, nullptr, 0, 0.1},
      {"sent_per_s", {"message rate", "消息速率"}, kPerSecond, Better::kMore},
  });
}();

}  // namespace wsload
