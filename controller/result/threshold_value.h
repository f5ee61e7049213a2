// What was measured of the figure that a threshold is about.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/stats/counters.h"
#include "common/stats/histogram.h"
#include "controller/result/threshold.h"

namespace wsload {

/// A run, a phase or some seconds, as a threshold sees it. For one call.
struct Measured {
  const Counters& counters;
  const Histogram* histogram = nullptr;  ///< the threshold's; null: of no latency
  double measured_s = 0;                 ///< what of the measure phase is in it
  int64_t agents_lost = 0;
  bool running = false;  ///< messages that are still open count neither way
};

/// In the threshold's unit. Nothing: there was nothing to measure.
std::optional<double> ValueOf(const Threshold& threshold, const Measured& measured);

/// "589 ms", "99.69 %", "800.0/s", "62": with as many digits as it takes to stand to the bound as the value does.
std::string ValueText(const Threshold& threshold, double value);

/// "< 200 ms"
std::string BoundText(const Threshold& threshold);

}  // namespace wsload
