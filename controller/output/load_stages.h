// Which part of a load runs when, for those who show it.
#pragma once

#include <string_view>
#include <vector>

#include "common/plan/phase.h"
#include "common/plan/timeline.h"
#include "controller/result/run_result.h"

namespace wsload {

/// Of a plan. Immutable.
class LoadStages {
 public:
  explicit LoadStages(const RunPlan& plan);

  const std::vector<TimelineStage>& timeline() const { return timeline_; }
  /// Whether its parts have figures of their own: it has a warm-up, or several stages.
  bool any() const { return timeline_.size() > 1; }

  /// The part that runs so long after the beginning of the phase. Null: none does, or the load is a single stage
  /// without a name.
  const TimelineStage* At(Phase phase, double phase_s) const;
  /// The one that runs where an interval begins, and its name; null and empty: none.
  const TimelineStage* AtBeginOf(const SeriesPoint& point) const;
  std::string_view NameAtBeginOf(const SeriesPoint& point) const;
  /// How long it still runs, in seconds.
  double LeftOf(const TimelineStage& stage, Phase phase, double phase_s) const;

 private:
  /// From the common start.
  double OffsetS(Phase phase, double phase_s) const;

  std::vector<TimelineStage> timeline_;
  double warm_up_s_;
  double interval_s_;
  bool named_;
};

}  // namespace wsload
