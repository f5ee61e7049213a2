// latency.hgrm: one histogram as the table of percentiles that HdrHistogram prints and its plotter reads.
#pragma once

#include <string>

#include "common/stats/histogram.h"

namespace wsload {

/// In milliseconds, five steps for each halving of the distance to 100 %. The mean is that of the samples, the
/// deviation that of the buckets' middles.
std::string PercentileTable(const Histogram& histogram);

}  // namespace wsload
