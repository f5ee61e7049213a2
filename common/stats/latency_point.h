// What a report interval keeps of a histogram.
#pragma once

#include <cstdint>

#include "common/stats/histogram.h"

namespace wsload {

struct LatencyPoint {
  int64_t p50_us = 0;
  int64_t p95_us = 0;
  int64_t p99_us = 0;
  int64_t max_us = 0;

  static LatencyPoint Of(const Histogram& histogram) {
    return {.p50_us = histogram.PercentileUs(50),
            .p95_us = histogram.PercentileUs(95),
            .p99_us = histogram.PercentileUs(99),
            .max_us = histogram.max_us()};
  }

  friend bool operator==(const LatencyPoint&, const LatencyPoint&) = default;
};

}  // namespace wsload
