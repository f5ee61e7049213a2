// Adds up what the agents report, as it arrives; ends as the RunResult.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/plan/phase.h"
#include "common/plan/run_policy.h"
#include "common/plan/timeline.h"
#include "common/stats/stage_stats.h"
#include "common/util/local_text.h"
#include "controller/result/outage_finder.h"
#include "controller/result/run_listener.h"
#include "controller/result/run_result.h"

namespace wsload {

/// One thread. Knows nothing of links and time; the coordinator feeds it.
class ResultBuilder {
 public:
  /// Intervals that wait for a slow agent; beyond that the oldest is passed on without it. What comes later still
  /// counts in the totals and in that interval's counters, not in its percentiles.
  static constexpr size_t kMaxOpenIntervals = 128;

  /// `agents` entries carry address and slice. `listener` may be null and must outlive the builder.
  ResultBuilder(std::string run_id, RunPlan plan, std::vector<AgentResult> agents, RunListener* listener);

  // `agent` below is the position in the constructor's list.

  /// name, version, workers, cores as the agent told them.
  void SetAgentIdentity(int agent, std::string name, std::string version, int workers, int cores);
  void SetAgentClock(int agent, int64_t offset_us, int64_t error_us);
  void SetAgentClockAfter(int agent, AgentResult::Clock clock);
  void SetStartSkew(int agent, int64_t skew_us);
  void SetTakenOver(int agent, int64_t clients, int64_t messages);
  /// Of what was its own, or what it had taken over.
  void SetYielded(int agent, int64_t messages);
  void SetAgentLossPolicy(AgentLossPolicy policy) { result_.on_agent_loss = policy; }
  /// Messages that the agent has reported as scheduled.
  int64_t Scheduled(int agent) const {
    return AgentTotals(agent).counters.scheduled + AgentWarmUp(agent).counters.scheduled +
           AgentAwkward(agent).counters.scheduled;
  }
  /// The sum of the agent's intervals so far, without the warm-up's and awkward clients' figures; and these.
  const Stats& AgentTotals(int agent) const { return agents_[agent].totals; }
  const Stats& AgentWarmUp(int agent) const { return agents_[agent].warm_up; }
  const Stats& AgentAwkward(int agent) const { return agents_[agent].awkward; }
  /// The warm-up's of them; null: they have none.
  const Stats* WarmUpIn(const StatsByStage& stages) const { return WarmUpOf(stages, layout_); }
  /// The agent's load ended before its time: `messages_due` of its messages, and `warm_up_due` in the warm-up, were due
  /// until `to_ns`, and from `from_ns` on it reported none. What it did not report of them is a gap.
  void AddGap(int agent, int64_t from_ns, int64_t to_ns, int64_t messages_due, int64_t warm_up_due = 0);

  /// Ends the phase before; tells the listener. A phase that already began is ignored.
  void BeginPhase(Phase phase, int64_t unix_ns, int64_t mono_ns);
  void EndPhases(int64_t mono_ns);

  /// `stages`: the warm-up's figures, `delta` by stage where there are several, and the awkward clients'.
  /// kInvalidArgument: a phase that goes back, an interval seen before, stages that do not add up. kFailedPrecondition:
  /// the agent has already ended.
  /// Nothing of a refused interval is counted.
  absl::Status AddInterval(int agent, Phase phase, int64_t interval_index, Stats delta,
                           const std::vector<WorkerLoad>& workers = {}, const StatsByStage& stages = {});

  /// Final reconciliation: kDataLoss when `totals` is not the sum of the intervals seen, or `warm_up` not that of the
  /// warm-up's figures, nor `awkward` that of the awkward clients', with the first field that differs; the agent is
  /// then marked lost and the result degraded (the sum of its intervals stays in the result). The second end of an
  /// agent is ignored.
  absl::Status AgentDone(int agent, const Stats& totals, const CpuUsage& cpu, LocalString stopped_early,
                         const Stats& warm_up = {}, const Stats& awkward = {});
  /// What it reported before stays in the result. The listener gets a notice ("agent h2:7400 lost: ..."). Ignored for
  /// an agent that has already ended.
  void AgentFailed(int agent, AgentResult::State state, LocalString detail);

  void SetInterrupted();
  void SetError(absl::Status error);

  const Stats& totals() const { return totals_; }

  /// Closes open intervals, checks conservation, judges (verdict and reasons). Agents that never ended count as lost.
  /// Once, the last call.
  RunResult Build();

 private:
  /// A report's place in an agent's stream; ordered as it must arrive.
  using Position = std::pair<Phase, int64_t>;

  struct AgentProgress {
    bool ended = false;
    bool reported = false;  ///< `last` means something
    Position last;
    double after_load_s = 0;  ///< what its drain and close intervals have taken
  };
  struct OpenInterval {
    Stats delta;
    WorkerPeaks workers;
    StatsByStage stages;
    int agents_reporting = 0;
    std::vector<std::pair<int, AgentPoint>> of_agents;  ///< by their positions
  };

  const std::string& AgentLabel(int agent) const { return agents_[agent].label(); }
  void EndAgent(int agent, AgentResult::State state, LocalString detail);
  /// Takes an agent that has not ended out of the count below, before its position changes or it ends.
  void LeavePosition(const AgentProgress& progress);
  /// True when every agent that still reports has come to `position` or passed it.
  bool AllHaveReached(const Position& position) const;
  /// Passes on what is complete, or everything when `all`.
  void EmitIntervals(bool all);
  void EmitOldest();
  /// An interval that was passed on without this agent.
  void MergeIntoEmitted(const Position& position, const Stats& delta, const std::vector<WorkerLoad>& workers);
  /// What the series has of an interval: in the warm-up, its figures as well.
  Stats Shown(Phase phase, const Stats& delta, const StatsByStage& stages) const;
  double ElapsedAtEndOf(const Position& position) const;
  /// Of the interval that is passed on now; `wall_us`: how long its workers were at it, 0: not known.
  double PhaseClockAt(const Position& position, int64_t wall_us);
  /// SeriesPoint::run_clock_s; the phase's own clock has been told by PhaseClockAt().
  double RunClockAt(Phase phase) const;
  /// How long an interval was; 0: not known, then as long as it may be.
  double WorkedSeconds(int64_t wall_us) const;
  void CloseCurrentPhase(int64_t mono_ns);
  /// What of a report is in no total.
  void AddApart(int agent, const StatsByStage& stages);
  /// A report's, but for the awkward clients', which no listener is told of.
  static void MergeTimeline(StatsByStage& stages, const StatsByStage& more);
  std::vector<PhaseTimes> PhasesWithDeltas() const;
  int64_t ActivePeak() const;
  /// The agents, and the phases, add up to the totals, whatever the agents said.
  void CheckSums() const;

  RunListener* listener_;
  RunResult result_;
  std::vector<TimelineStage> timeline_;
  StageLayout layout_;
  std::vector<AgentResult> agents_;  ///< `totals` of each: the sum of its intervals
  std::vector<AgentProgress> progress_;
  // Of the agents that have not ended: how many have reported nothing, and how many up to where.
  size_t at_start_ = 0;
  std::map<Position, size_t> running_at_;
  Stats totals_;
  std::map<Phase, Counters> phase_counters_;
  StatsByStage stages_;  ///< all agents', without awkward clients'
  Stats awkward_;
  OutageFinder outages_;
  double after_load_s_ = 0;                 ///< the longest of its agents'
  std::map<Phase, double> phase_clocks_s_;  ///< SeriesPoint::phase_clock_s of the last interval passed on
  std::map<Position, OpenInterval> open_;
  bool emitted_any_ = false;
  Position last_emitted_;
  std::map<Position, int64_t> lost_active_;  ///< connections of lost agents, by their last interval
  int64_t active_emitted_ = 0;  ///< connections open at the end of the last interval passed on, less the lost agents'
  bool built_ = false;
  bool in_phase_ = false;
  int64_t phase_started_mono_ns_ = 0;
};

}  // namespace wsload
