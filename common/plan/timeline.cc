#include "common/plan/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace wsload {

std::vector<TimelineStage> TimelineOf(const RunPlan& plan) {
  std::vector<TimelineStage> timeline;
  if (plan.warm_up_ns > 0) timeline.push_back({"warm-up", StageKind::kWarmUp, 0, plan.warm_up_ns});
  int64_t offset_ns = plan.warm_up_ns;
  int number = 0;
  for (const Stage& stage : plan.stages.stages()) {
    ++number;
    const std::string name = stage.name.empty() ? fmt::format("stage {}", number) : stage.name;
    timeline.push_back({name, StageKind::kStage, offset_ns, stage.duration_ns});
    offset_ns += stage.duration_ns;
  }
  if (number == 0) timeline.push_back({"measure", StageKind::kStage, offset_ns, plan.duration_ns});
  return timeline;
}

size_t StageAt(const std::vector<TimelineStage>& timeline, int64_t offset_ns) {
  const auto after =
      std::upper_bound(timeline.begin() + 1, timeline.end(), offset_ns,
                       [](int64_t at_ns, const TimelineStage& stage) { return at_ns < stage.offset_ns; });
  return static_cast<size_t>(std::distance(timeline.begin(), after) - 1);
}

int64_t PlannedIn(const RunPlan& plan, const TimelineStage& stage) {
  const Schedule schedule = ScheduleOf(plan);
  return schedule.CountDueBefore(stage.offset_ns + stage.duration_ns) - schedule.CountDueBefore(stage.offset_ns);
}

double MeanPerSecondIn(const RunPlan& plan, const TimelineStage& stage) {
  const RateProfile profile = ProfileOf(plan);
  const Measure expected = profile.Before(stage.offset_ns + stage.duration_ns) - profile.Before(stage.offset_ns);
  const double messages = static_cast<double>(expected) / static_cast<double>(kMeasurePerMessage);
  return messages * kNsPerSecond / static_cast<double>(stage.duration_ns);
}

std::vector<int64_t> StageBegins(const RunPlan& plan, int64_t start_ns) {
  std::vector<int64_t> begins;
  for (const TimelineStage& stage : TimelineOf(plan)) begins.push_back(start_ns + stage.offset_ns);
  begins.erase(begins.begin());
  return begins;
}

}  // namespace wsload
