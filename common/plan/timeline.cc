#include "common/plan/timeline.h"

#include <fmt/format.h>

namespace wsload {

std::vector<TimelineStage> TimelineOf(const RunPlan& plan) {
  std::vector<TimelineStage> timeline;
  int64_t offset_ns = 0;
  for (const Stage& stage : plan.stages.stages()) {
    const std::string name = stage.name.empty() ? fmt::format("stage {}", timeline.size() + 1) : stage.name;
    timeline.push_back({name, offset_ns, stage.duration_ns});
    offset_ns += stage.duration_ns;
  }
  if (timeline.empty()) timeline.push_back({"measure", 0, plan.duration_ns});
  return timeline;
}

std::vector<int64_t> StageBegins(const RunPlan& plan, int64_t start_ns) {
  std::vector<int64_t> begins;
  for (const TimelineStage& stage : TimelineOf(plan)) begins.push_back(start_ns + stage.offset_ns);
  begins.erase(begins.begin());
  return begins;
}

}  // namespace wsload
