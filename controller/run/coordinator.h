// Carries one run out over any number of agents: clock probes, assign, ramp,
// barrier, common start, reports, early end, reconciliation.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/lang/statement.h"
#include "common/loop/event_loop.h"
#include "common/plan/end_deadline.h"
#include "common/plan/run_plan.h"
#include "common/plan/run_policy.h"
#include "common/time/clock.h"
#include "controller/link/agent_link.h"
#include "controller/result/result_builder.h"

namespace wsload {

/// All on `loop`'s thread; link upcalls are posted to it. All agents in parallel, always.
class RunCoordinator {
 public:
  /// Bounds of every wait; a run never hangs on one agent.
  struct Limits {
    int64_t link_open_ns = 10 * kNsPerSecond;     ///< to Accepted or Refused
    int64_t barrier_grace_ns = 5 * kNsPerSecond;  ///< on top of ramp-up + connect timeout
    int64_t done_grace_ns = 10 * kNsPerSecond;    ///< on top of duration + response timeout (+ close)
    /// On top of that, for as long as reports of the closing come: agents with many connections take their time.
    int64_t close_per_client_ns = EndDeadline::kClosePerClientNs;
    int clock_probes = 8;
    int64_t start_lead_ns = 200 * kNsPerMs;  ///< between the barrier and the common start
    /// From asking an agent without connections for its messages to the instant from which others send them: within it
    /// the question, its answer and the take-overs have to arrive.
    int64_t yield_lead_ns = 50 * kNsPerMs;
    RunPolicy policy = {};
  };

  RunCoordinator(EventLoop& loop, const Clock& clock, std::string run_id, RunPlan plan,
                 std::vector<std::unique_ptr<AgentLink>> links, Limits limits, RunListener* listener);
  ~RunCoordinator();

  /// `done` comes once, from the loop. Any way a run can go ends here, with what was measured.
  void Start(std::function<void(RunResult)> done);

  /// Ctrl-C: agents stop, drain and report; the result is marked interrupted. A second call: does not wait for the
  /// drain.
  void Interrupt();

  /// Likewise, for a reason that has nothing to do with the user, and for which agents are told to stop. May be called
  /// from within a listener's call. Ignored once the run ends anyway.
  void StopEarly(const Statement& why);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wsload
