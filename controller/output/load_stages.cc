#include "controller/output/load_stages.h"

#include <algorithm>
#include <cmath>

namespace wsload {

LoadStages::LoadStages(const RunPlan& plan)
    : timeline_(TimelineOf(plan)),
      warm_up_s_(static_cast<double>(plan.warm_up_ns) / kNsPerSecond),
      interval_s_(static_cast<double>(plan.report_interval_ns) / kNsPerSecond),
      named_(!plan.stages.empty()) {}

double LoadStages::OffsetS(Phase phase, double phase_s) const {
  return phase == Phase::kMeasure ? warm_up_s_ + phase_s : phase_s;
}

const TimelineStage* LoadStages::At(Phase phase, double phase_s) const {
  if (phase != Phase::kWarmUp && (phase != Phase::kMeasure || !named_)) return nullptr;
  const auto offset_ns = static_cast<int64_t>(std::llround(OffsetS(phase, phase_s) * kNsPerSecond));
  // The warm-up is over when its phase is, however late.
  if (phase == Phase::kWarmUp) return &timeline_.front();
  return &timeline_[StageAt(timeline_, offset_ns)];
}

const TimelineStage* LoadStages::AtBeginOf(const SeriesPoint& point) const {
  return At(point.phase, static_cast<double>(point.interval_index) * interval_s_);
}

std::string_view LoadStages::NameAtBeginOf(const SeriesPoint& point) const {
  const TimelineStage* stage = AtBeginOf(point);
  return stage == nullptr ? std::string_view() : stage->name;
}

double LoadStages::LeftOf(const TimelineStage& stage, Phase phase, double phase_s) const {
  const double end_s = static_cast<double>(stage.offset_ns + stage.duration_ns) / kNsPerSecond;
  return std::max(0.0, end_s - OffsetS(phase, phase_s));
}

}  // namespace wsload
