#include "controller/findmax/load_classification.h"

#include <algorithm>

namespace wsload {
namespace {

/// Of trials' durations, in nanoseconds: fewer than 2^53 of them.
struct DurationSums {
  double full_good = 0;
  double full_bad = 0;
  double short_good = 0;
  double short_bad = 0;
};

DurationSums SumsOf(const SearchGoal& goal, const std::vector<ClassifiedTrial>& trials) {
  DurationSums sums;
  for (const ClassifiedTrial& trial : trials) {
    const bool full = trial.duration_ns >= goal.final_trial_duration_ns;
    double& sum = full ? (trial.good ? sums.full_good : sums.full_bad) : trial.good ? sums.short_good : sums.short_bad;
    sum += static_cast<double>(trial.duration_ns);
  }
  return sums;
}

}  // namespace

LoadClass ClassifyLoad(const SearchGoal& goal, const std::vector<ClassifiedTrial>& trials) {
  const DurationSums sums = SumsOf(goal, trials);
  // Short trials that went well are worth no more than making up for short ones that did not.
  const double balancing = sums.short_good * goal.exceed_ratio / (1 - goal.exceed_ratio);
  const double bad = sums.full_bad + std::max(0.0, sums.short_bad - balancing);
  const double whole = std::max(sums.full_good + bad, static_cast<double>(goal.duration_sum_ns));
  const double tolerated = whole * goal.exceed_ratio;
  // As if all that is missing were good, and as if it were bad.
  const bool optimistic = bad <= tolerated;
  const bool pessimistic = whole - sums.full_good <= tolerated;
  if (optimistic && pessimistic) return LoadClass::kLowerBound;
  return optimistic || pessimistic ? LoadClass::kUndecided : LoadClass::kUpperBound;
}

double ConditionalThroughput(const SearchGoal& goal, int64_t load, const std::vector<ClassifiedTrial>& trials) {
  std::vector<ClassifiedTrial> full;
  double sum = 0;
  for (const ClassifiedTrial& trial : trials) {
    if (trial.duration_ns < goal.final_trial_duration_ns) continue;
    full.push_back(trial);
    sum += static_cast<double>(trial.duration_ns);
  }
  if (full.empty()) return 0;
  std::sort(full.begin(), full.end(),
            [](const ClassifiedTrial& a, const ClassifiedTrial& b) { return a.loss_ratio < b.loss_ratio; });
  double remaining = std::max(static_cast<double>(goal.duration_sum_ns), sum) * (1 - goal.exceed_ratio);
  double loss_ratio = full.front().loss_ratio;
  for (const ClassifiedTrial& trial : full) {
    if (remaining <= 0) break;
    loss_ratio = trial.loss_ratio;
    remaining -= static_cast<double>(trial.duration_ns);
  }
  if (remaining > 0) loss_ratio = 1;
  return static_cast<double>(load) * (1 - loss_ratio);
}

}  // namespace wsload
