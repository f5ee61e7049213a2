// The stages of a run's load, one after the other: what of it is named, and has figures of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/plan/run_plan.h"

namespace wsload {

/// Offsets are from the common start. A message is of the stage in which it is due.
struct TimelineStage {
  std::string name;  ///< of -stages; else "stage 1", "stage 2", ...
  int64_t offset_ns = 0;
  int64_t duration_ns = 0;

  friend bool operator==(const TimelineStage&, const TimelineStage&) = default;
};

/// At least one. The same for every agent and the controller: a stage's place in it is its index in reports.
std::vector<TimelineStage> TimelineOf(const RunPlan& plan);

/// When each stage but the first begins, where the load starts at `start_ns`; of stages that take no time none.
std::vector<int64_t> StageBegins(const RunPlan& plan, int64_t start_ns);

}  // namespace wsload
