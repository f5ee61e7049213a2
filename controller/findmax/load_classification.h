// What the trials at one load say of it: MLRsearch's load classification and conditional throughput (RFC 9971,
// draft-ietf-bmwg-mlrsearch), with a good trial where it has one of low loss, and a bad one where it has one of high.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "common/util/choice.h"

namespace wsload {

/// What is to be known of a load before it counts. Durations in nanoseconds, > 0.
struct SearchGoal {
  /// A trial as long as this, or longer, is full-length; a shorter one can say that a load is too much, and never that
  /// it is not.
  int64_t final_trial_duration_ns = 0;
  /// How much of trials settles a load, when they do not agree.
  int64_t duration_sum_ns = 0;
  /// Of that, the share that may be bad at a load which holds; at least 0, less than 1. One half makes it the median.
  double exceed_ratio = 0.5;
  /// Ends the search: the bounds are no further apart than this share of the upper one. > 0.
  double width = 0;
};

enum class LoadClass {
  kUndecided,
  kLowerBound,  ///< holds, whatever the trials that are missing of the sum would say
  kUpperBound,  ///< does not, likewise
};

template <>
inline constexpr std::array kChoices<LoadClass> = {Choice{LoadClass::kUndecided, "undecided"},
                                                   Choice{LoadClass::kLowerBound, "lower_bound"},
                                                   Choice{LoadClass::kUpperBound, "upper_bound"}};

/// A trial of a load, as far as classification goes. One that says nothing of the server is not among them.
struct ClassifiedTrial {
  int64_t duration_ns = 0;
  bool good = false;
  double loss_ratio = 0;  ///< of its messages, 0 to 1
};

/// Of all trials at one load, in any order. Without any: kUndecided.
LoadClass ClassifyLoad(const SearchGoal& goal, const std::vector<ClassifiedTrial>& trials);

/// The rate that is typically answered at `load`: it less the loss of the full-length trial at the goal's quantile,
/// where a trial that is missing of the sum is counted as lost. 0 without a full-length trial.
double ConditionalThroughput(const SearchGoal& goal, int64_t load, const std::vector<ClassifiedTrial>& trials);

}  // namespace wsload
