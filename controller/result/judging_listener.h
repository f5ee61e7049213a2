// Where a run's thresholds hear of its intervals.
#pragma once

#include <vector>

#include "absl/functional/any_invocable.h"
#include "controller/result/judge_options.h"
#include "controller/result/run_listener.h"
#include "controller/result/threshold_watch.h"

namespace wsload {

/// Hands every call on. One thread.
class JudgingListener final : public RunListener {
 public:
  /// `next` outlives this. `abort` is called at most once, from within OnInterval(), after `next` was told why.
  /// `timeline`: the plan's.
  JudgingListener(const JudgeOptions& options, RunListener& next, absl::AnyInvocable<void(const Statement& why)> abort,
                  const std::vector<TimelineStage>& timeline = {});

  void OnPhase(Phase phase) override { next_.OnPhase(phase); }
  void OnInterval(const SeriesPoint& point, const Stats& delta, const Stats& totals_so_far,
                  const std::vector<AgentResult>& agents) override;
  void OnStages(const StatsByStage& of_interval, const StatsByStage& so_far) override {
    stages_ = of_interval;
    next_.OnStages(of_interval, so_far);
  }
  void OnNotice(const Statement& notice) override { next_.OnNotice(notice); }

  const ThresholdWatch& watch() const { return watch_; }

 private:
  ThresholdWatch watch_;
  RunListener& next_;
  absl::AnyInvocable<void(const Statement& why)> abort_;
  Phase phase_ = Phase::kConnect;
  StatsByStage stages_;  ///< of the interval that comes next
  double last_s_ = 0;    ///< end of the interval before, in the same phase
};

}  // namespace wsload
