#include "controller/result/threshold_stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

#include "common/flags/nearest_name.h"
#include "common/time/clock.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

double InSeconds(int64_t ns) { return static_cast<double>(ns) / kNsPerSecond; }

/// "stage 2", "stage2", "2"; 0: no number.
size_t StageNumber(std::string_view name) {
  constexpr std::string_view kStage = "stage";
  if (name.starts_with(kStage)) name = Trimmed(name.substr(kStage.size()));
  size_t number = 0;
  const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && rest == name.data() + name.size() ? number : 0;
}

size_t FirstMeasured(const std::vector<TimelineStage>& timeline) { return timeline.front().measured() ? 0 : 1; }

std::string StagesListed(const std::vector<std::string>& names) {
  constexpr size_t kMost = 12;
  const size_t shown = std::min(names.size(), kMost);
  return fmt::format("{}{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                     shown < names.size() ? ", ..." : "");
}

}  // namespace

std::optional<size_t> StageNamed(const std::vector<TimelineStage>& timeline, std::string_view name) {
  const size_t first = FirstMeasured(timeline);
  for (size_t i = first; i < timeline.size(); ++i) {
    if (timeline[i].name == name) return i;
  }
  const size_t number = StageNumber(name);
  if (number == 0 || number > timeline.size() - first) return std::nullopt;
  return first + number - 1;
}

double StageSpan::SecondsIn(double from, double to) const {
  return std::max(0.0, std::min(to, to_s) - std::max(from, from_s));
}

StageSpan SpanOf(const Threshold& threshold, const std::vector<TimelineStage>& timeline) {
  StageSpan span{.to_s = std::numeric_limits<double>::infinity()};
  if (threshold.stage.empty() || timeline.empty()) return span;
  const std::optional<size_t> place = StageNamed(timeline, threshold.stage);
  const size_t first = FirstMeasured(timeline);
  if (!place.has_value() || timeline.size() - first == 1) return span;
  const TimelineStage& stage = timeline[*place];
  span.name = stage.name;
  span.stage = static_cast<int32_t>(*place);
  span.from_s = InSeconds(stage.offset_ns - timeline[first].offset_ns);
  span.to_s = span.from_s + InSeconds(stage.duration_ns);
  return span;
}

PlannedLoad PlannedFor(const Threshold& threshold, const RunPlan& plan) {
  const std::vector<TimelineStage> timeline = TimelineOf(plan);
  const std::optional<int32_t> place = SpanOf(threshold, timeline).stage;
  if (!place.has_value()) return {PlannedMessages(plan), MeanPerSecond(plan)};
  const TimelineStage& stage = timeline[static_cast<size_t>(*place)];
  return {PlannedIn(plan, stage), MeanPerSecondIn(plan, stage)};
}

absl::Status CheckStage(const Threshold& threshold, const RunPlan& plan) {
  if (threshold.stage.empty()) return absl::OkStatus();
  if (plan.stages.empty()) {
    return LocalInvalidArgument({"-threshold={}: the load has no stages; leave {{{}}} out, or add -stages",
                                 "-threshold={}：负载没有阶段；请去掉 {{{}}}，或加上 -stages"},
                                threshold.expression, threshold.stage);
  }
  const std::vector<TimelineStage> timeline = TimelineOf(plan);
  if (StageNamed(timeline, threshold.stage).has_value()) return absl::OkStatus();
  if (!timeline.front().measured() && timeline.front().name == threshold.stage) {
    return LocalInvalidArgument(
        {"-threshold={}: the warm-up is in no figure, and nothing of it is judged; name a stage",
         "-threshold={}：预热不计入任何指标，也不作判定；请写一个阶段"},
        threshold.expression);
  }
  std::vector<std::string> names;
  for (const TimelineStage& stage : timeline) {
    if (stage.measured()) names.push_back(stage.name);
  }
  const std::string nearest = NearestName(threshold.stage, names);
  const LocalString meant = nearest.empty() ? FillLocal({"the stages are {}", "阶段有 {}"}, StagesListed(names))
                                            : FillLocal({"did you mean {}?", "是否想写 {}？"}, nearest);
  return LocalInvalidArgument({"-threshold={}: no stage is named {}; {}", "-threshold={}：没有名为 {} 的阶段；{}"},
                              threshold.expression, Shown(threshold.stage), meant);
}

}  // namespace wsload
