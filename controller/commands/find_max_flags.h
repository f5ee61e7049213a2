// What `wsload find-max` has beside the flags of a run.
#pragma once

#include <cstdint>

#include "common/plan/field.h"
#include "common/plan/run_plan.h"
#include "common/time/clock.h"
#include "controller/findmax/find_max_result.h"
#include "controller/result/threshold_list.h"

namespace wsload {

struct FindMaxFlags {
  FindVariable find = FindVariable::kRate;
  // 0: as low as the thresholds can be judged at, and as high as wsload can.
  int64_t min_rate = 0;
  int64_t max_rate = 0;
  int64_t min_clients = 0;
  int64_t max_clients = 0;
  int64_t goal_duration_ns = 5 * kNsPerSecond;
  int64_t goal_duration_sum_ns = 15 * kNsPerSecond;
  int64_t first_duration_ns = 1 * kNsPerSecond;
  double goal_exceed = 0.5;
  double goal_width = 0.01;
  int64_t find_timeout_ns = 120 * kNsPerSecond;
  bool after_overload = true;
};

/// Flag, range and help of every member.
Fields<FindMaxFlags> FindMaxFields();

/// `plan` with the load and the length of a trial.
RunPlan TrialPlan(const RunPlan& plan, FindVariable variable, int64_t load, int64_t duration_ns);

/// What is searched for, from the plan's own rate or clients on. kInvalidArgument: one line.
absl::StatusOr<MaxSearchOptions> SearchOptionsOf(const FindMaxFlags& flags, const RunPlan& plan,
                                                 const ThresholdList& thresholds);

}  // namespace wsload
