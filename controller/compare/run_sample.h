// One run as a comparison sees it: its metrics, and how far they might have come out otherwise within it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/compare/metric.h"
#include "controller/hdr/interval_log.h"
#include "controller/result/run_result.h"

namespace wsload {

template <typename Type>
using ByMetric = std::array<Type, kMetrics.size()>;

/// Fewer intervals tell nothing of how they depend on each other.
inline constexpr size_t kLeastIntervals = 8;

struct RunSample {
  std::string name;  ///< its directory
  int64_t started_unix_ns = 0;
  ByMetric<double> values = {};  ///< of all its messages, exact
  /// Samples above the percentile; of other metrics, none.
  ByMetric<std::optional<int64_t>> samples_above = {};
  /// How far the logarithm of each metric is from its value, in each of a number of block bootstraps of the run's
  /// intervals. Empty: it has too few intervals, or none were kept.
  std::vector<ByMetric<float>> deviations;
  Histogram response;  ///< of the whole run
};

/// `log` may be null. `stream`: another one for each run of a comparison.
RunSample SampleOf(std::string name, const RunResult& result, const IntervalLog* log, uint64_t seed, uint64_t stream);

}  // namespace wsload
