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

inline Rates RatesOf(const Counters& totals, double measured_s) {
  Rates rates;
  const auto scheduled = static_cast<double>(totals.scheduled);
  const auto success = static_cast<double>(totals.success);
  if (measured_s > 0) {
    rates.scheduled_per_s = scheduled / measured_s;
    rates.sent_per_s = static_cast<double>(totals.sent()) / measured_s;
    rates.success_per_s = success / measured_s;
  }
  if (scheduled > 0) rates.success_ratio = success / scheduled;
  return rates;
}

inline Rates RatesOf(const RunResult& result) {
  return RatesOf(result.totals.counters, static_cast<double>(result.measured_ns) / kNsPerSecond);
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
