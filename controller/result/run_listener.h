// Who is told of a run while it goes on.
#pragma once

#include <vector>

#include "common/lang/statement.h"
#include "common/plan/phase.h"
#include "common/stats/stage_stats.h"
#include "controller/result/run_result.h"

namespace wsload {

/// Told of the run's progress; calls come from the coordinator's thread.
class RunListener {
 public:
  virtual ~RunListener() = default;
  /// A phase began (connect, warm-up, measure, drain, close).
  virtual void OnPhase(Phase phase) = 0;
  /// Every agent that still reports has delivered this interval (or the run ended). `delta`: what
  /// `point` was made of, all agents merged, in the warm-up its figures with it, which are not in `totals_so_far`;
  /// `totals_so_far` and `agents` may already hold more than the intervals passed on here.
  virtual void OnInterval(const SeriesPoint& point, const Stats& delta, const Stats& totals_so_far,
                          const std::vector<AgentResult>& agents) = 0;
  /// Before OnInterval(), of the same interval: what of it was the warm-up's, and what became of messages, by stage
  /// where there are several; and all so far, which may already hold more.
  virtual void OnStages(const StatsByStage& /*of_interval*/, const StatsByStage& /*so_far*/) {}
  /// Something the user should know now ("agent h2:7400 lost: ...").
  virtual void OnNotice(const Statement& notice) = 0;
};

}  // namespace wsload
