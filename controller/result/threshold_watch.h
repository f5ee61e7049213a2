// Holds a run against its thresholds: interval by interval while it goes on, and as a whole at its end.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "common/lang/statement.h"
#include "common/plan/phase.h"
#include "common/plan/timeline.h"
#include "common/stats/stage_stats.h"
#include "common/stats/stats.h"
#include "controller/result/run_result.h"
#include "controller/result/threshold.h"
#include "controller/result/threshold_list.h"
#include "controller/result/threshold_stage.h"

namespace wsload {

/// Pure: time is what the intervals say. One thread.
///
/// Whether a threshold is broken for good is asked of the last seconds, half of `abort_after_ns`, of the measure phase;
/// of what only grows (counts, the longest latency, connections) of all so far. What a run can still make good breaks
/// nothing before its end.
class ThresholdWatch {
 public:
  /// `abort_after_ns`: how long one is broken without a break before Add() says so; 0: it never does. `timeline`: the
  /// plan's, which has the stages that thresholds name.
  ThresholdWatch(const ThresholdList& thresholds, int64_t abort_after_ns,
                 const std::vector<TimelineStage>& timeline = {});

  struct Interval {
    Phase phase = Phase::kConnect;
    // Since the phase began.
    double from_s = 0;
    double to_s = 0;
    int64_t agents_lost = 0;  ///< so far
  };

  /// The intervals of the whole run, in their order, merged over the agents; `stages` as RunListener::OnStages() has
  /// them. Of the warm-up's nothing counts but its connections. True: from now on a threshold has been broken for so
  /// long that the run should end; once.
  bool Add(const Interval& interval, const Stats& all, const StatsByStage& stages = {});

  /// Why it should: kThresholdAborted. Nothing as long as Add() has not answered true.
  const std::optional<Statement>& abort_reason() const { return abort_reason_; }

  /// Every threshold against all so far. `passed` is open where nothing was measured yet, and of what the run can still
  /// make good.
  std::vector<ThresholdResult> Standing() const;

  /// Every threshold against the finished result. An interrupted run leaves those open that it did not come to.
  std::vector<ThresholdResult> Judge(const RunResult& result) const;

 private:
  /// Some of the last seconds.
  struct Slot {
    double from_s = 0;
    double to_s = 0;
    Counters counters;
    Histogram histogram;  ///< the threshold's
  };
  struct Progress {
    StageSpan span;
    Counters counters;                ///< of its stage, where that is kept apart
    Histogram histogram;              ///< of a latency: all so far, of its phase
    std::deque<Slot> slots;           ///< of one that is asked of the last seconds
    std::optional<double> broken_s;   ///< since when all so far breaks it
    std::optional<double> failing_s;  ///< since when the last seconds, or all so far, break it
  };

  const Counters& CountersOf(const Threshold& threshold, const Progress& progress) const;
  std::optional<double> SoFar(const Threshold& threshold, const Progress& progress, int64_t agents_lost) const;
  void AddToSlots(Progress& progress, const Threshold& threshold, const Interval& interval, const Stats& delta) const;
  void FollowSoFar(const Threshold& threshold, Progress& progress, const Interval& interval) const;
  /// True: long enough.
  bool FollowLastSeconds(const Threshold& threshold, Progress& progress, const Interval& interval);

  const std::vector<Threshold> thresholds_;
  const double abort_after_s_;
  std::vector<Progress> progress_;  ///< one for each threshold
  Counters counters_;               ///< all so far
  std::map<Phase, Counters> phase_counters_;
  double measured_s_ = 0;
  double drained_s_ = 0;
  int64_t agents_lost_ = 0;
  std::optional<Statement> abort_reason_;
  std::optional<size_t> aborted_by_;
};

}  // namespace wsload
