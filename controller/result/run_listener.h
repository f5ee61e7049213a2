// Who is told of a run while it goes on.
#pragma once

#include <vector>

#include "common/lang/statement.h"
#include "common/plan/phase.h"
#include "controller/result/run_result.h"

namespace wsload {

/// Told of the run's progress; calls come from the coordinator's thread.
class RunListener {
 public:
  virtual ~RunListener() = default;
  /// A phase began (connect, measure, drain, close).
  virtual void OnPhase(Phase phase) = 0;
  /// Every agent that still reports has delivered this interval (or the run ended). `delta`: what
  /// `point` was made of, all agents merged; `totals_so_far` and `agents` may already hold more than the
  /// intervals passed on here.
  virtual void OnInterval(const SeriesPoint& point, const Stats& delta, const Stats& totals_so_far,
                          const std::vector<AgentResult>& agents) = 0;
  /// Something the user should know now ("agent h2:7400 lost: ...").
  virtual void OnNotice(const Statement& notice) = 0;
};

}  // namespace wsload
