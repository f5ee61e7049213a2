// Whether two groups of runs differ, by nothing but the ways in which the runs could have been dealt to the groups.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wsload {

/// Of one metric in each run: those of the first group, then those of the second.
using ValuesByRun = std::vector<double>;

struct PermutationTest {
  /// For each metric, of the difference of the groups' means, two-sided: how likely one as large is when the runs do
  /// not differ.
  std::vector<double> p;
  /// The same when looking at all metrics at once: how likely any is as large. Step down, over the same ways of dealing
  /// for all metrics, so that metrics that tell one story count as one: P. Westfall and S. Young, "Resampling-Based
  /// Multiple Testing" (1993), max T. Never more than Holm's, which takes every metric for another story: with ten
  /// metrics and five runs a side, Holm's never falls below 0.079.
  std::vector<double> p_adjusted;
  uint64_t ways = 0;  ///< that were looked at
  bool exact = true;  ///< all there are; else so many by lot
};

/// `metrics` have the same number of runs each, `first` of them in the first group; both groups have one.
PermutationTest TestByPermutation(const std::vector<ValuesByRun>& metrics, size_t first, uint64_t seed);

/// S. Holm's step-down adjustment of `p`.
std::vector<double> HolmAdjusted(const std::vector<double>& p);

/// The smallest p that so many runs can give.
double LeastP(size_t first, size_t second);

}  // namespace wsload
