// Rates of a run, over its measure phase.
#pragma once

#include "controller/result/run_result.h"

namespace wsload {

struct Rates {
  double scheduled_per_s = 0;
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
    rates.success_per_s = success / seconds;
  }
  if (scheduled > 0) rates.success_ratio = success / scheduled;
  return rates;
}

}  // namespace wsload
