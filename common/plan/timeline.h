// The parts of a run's load, one after the other: what of it is named, and has figures of its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/plan/run_plan.h"
#include "common/util/choice.h"

namespace wsload {

enum class StageKind {
  kWarmUp,  ///< its messages are in no figure but its own
  kStage,
};

template <>
inline constexpr std::array kChoices<StageKind> = {Choice{StageKind::kWarmUp, "warm_up"},
                                                   Choice{StageKind::kStage, "stage"}};

/// Offsets are from the common start. A message is of the stage in which it is due.
struct TimelineStage {
  std::string name;  ///< of -stages; else "stage 1", "stage 2", ...; "warm-up"
  StageKind kind = StageKind::kStage;
  int64_t offset_ns = 0;
  int64_t duration_ns = 0;

  bool measured() const { return kind != StageKind::kWarmUp; }
  friend bool operator==(const TimelineStage&, const TimelineStage&) = default;
};

/// The warm-up, where there is one, and at least one stage. The same for every agent and the controller: a stage's
/// place in it is its index in reports.
std::vector<TimelineStage> TimelineOf(const RunPlan& plan);

/// The one that runs at `offset_ns`; before the start the first one, and after the end the last.
size_t StageAt(const std::vector<TimelineStage>& timeline, int64_t offset_ns);

/// Messages that are due in it, and expected a second on average.
int64_t PlannedIn(const RunPlan& plan, const TimelineStage& stage);
double MeanPerSecondIn(const RunPlan& plan, const TimelineStage& stage);

/// When each stage but the first begins, where the load starts at `start_ns`.
std::vector<int64_t> StageBegins(const RunPlan& plan, int64_t start_ns);

}  // namespace wsload
