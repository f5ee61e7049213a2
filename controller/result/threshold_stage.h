// Which stage of a load a threshold is about: p(99){peak}<200ms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/plan/run_plan.h"
#include "common/plan/timeline.h"
#include "controller/result/threshold.h"

namespace wsload {

/// Its place in the timeline: the stage of this name, else by its number ("stage 2", "2"), which those that have a name
/// have as well. Nothing: there is none, or it is not measured.
std::optional<size_t> StageNamed(const std::vector<TimelineStage>& timeline, std::string_view name);

/// The stages of a plan's timeline, from the start of the measure phase.
struct StageSpan {
  std::string name = {};
  std::optional<int32_t> stage = {};  ///< whose figures are kept apart; none: they are those of the whole run
  double from_s = 0;
  double to_s = 0;

  /// What of [from_s, to_s) is in the stage.
  double SecondsIn(double from, double to) const;
};

/// Of a threshold about a stage that the plan has; of any other the whole run.
StageSpan SpanOf(const Threshold& threshold, const std::vector<TimelineStage>& timeline);

/// Messages that are planned for what the threshold is about, and how many of them a second on average.
struct PlannedLoad {
  int64_t messages = 0;
  double per_s = 0;
};
PlannedLoad PlannedFor(const Threshold& threshold, const RunPlan& plan);

/// kInvalidArgument: the plan has no such stage; with those that it has.
absl::Status CheckStage(const Threshold& threshold, const RunPlan& plan);

}  // namespace wsload
