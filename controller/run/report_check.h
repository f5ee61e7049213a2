// What an honest agent can have counted by now: what agents claim beyond it reaches no figure.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "common/plan/phase.h"
#include "common/plan/run_plan.h"
#include "common/stats/stage_stats.h"
#include "common/stats/stats.h"
#include "common/stats/worker_load.h"
#include "controller/result/result_builder.h"

namespace wsload {

/// Of a run, on the controller's clock.
struct RunInstants {
  int64_t begun_ns = 0;  ///< agents were asked to take part
  int64_t ramp_ns = 0;   ///< the ramp-up begins; until that is known, the same
  int64_t start_ns = 0;  ///< the common start; 0: none yet
  int64_t warm_up_ns = 0;
};

/// For one agent and one instant. Times are already as much longer as clocks may differ and timers be off.
struct ReportLimits {
  int64_t run_ns = 0;    ///< since it was asked to take part
  int64_t phase_ns = 0;  ///< since the phase of the report can have begun; below 0: it cannot have
  int64_t load_ns = 0;   ///< since the common start
  int64_t report_interval_ns = 1;
  int64_t messages = 0;          ///< due by then, of all that it owns or owned
  int64_t warm_up_messages = 0;  ///< those of them that are due in the warm-up
  int64_t posts = 0;             ///< of the whole run
  int64_t listeners = 0;         ///< most who ought to get a message of a client
  int64_t retries = 0;           ///< of each message
  int64_t clients = 0;           ///< of its slice, and of what it took over
  bool redials = false;          ///< its clients may dial more than once
  int64_t workers = 0;           ///< as it told
};

/// The times at `now_ns`, of an agent whose clock is known to within `clock_error_ns`.
ReportLimits TimeLimits(const RunInstants& run, Phase phase, int64_t now_ns, int64_t clock_error_ns);

/// What the plan allows, whatever the time; how many messages a closed loop sends is up to the server.
void LimitByPlan(const RunPlan& plan, ReportLimits& limits);

/// kInvalidArgument with what is impossible. `so_far`: the sum of the agent's reports before this one.
absl::Status CheckReport(const ReportLimits& limits, Phase phase, int64_t interval_index, const Stats& so_far,
                         const Stats& delta, const std::vector<WorkerLoad>& workers);

/// The same of what a report has of the warm-up, which is not in its `delta`.
absl::Status CheckWarmUp(const ReportLimits& limits, Phase phase, const Stats& so_far, const Stats& delta);

/// The same of what a report has of the awkward clients, which is not in its `delta` either. `totals`: of the others,
/// this report included; both together are held against what there can be.
absl::Status CheckAwkward(const ReportLimits& limits, Phase phase, const Stats& so_far, const Stats& delta,
                          const Counters& totals);

/// Both, of agent `agent`'s next report.
absl::Status CheckApart(const ReportLimits& limits, Phase phase, const ResultBuilder& so_far, int agent,
                        const Stats& delta, const StatsByStage& stages);

/// The same of its last word; the totals are held against the sum of its reports elsewhere.
absl::Status CheckCpuUsage(const ReportLimits& limits, const CpuUsage& cpu);

}  // namespace wsload
