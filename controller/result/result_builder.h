// Adds up what the agents report, as it arrives; ends as the RunResult.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "controller/result/run_result.h"

namespace wsload {

/// Told of the run's progress; calls come from the coordinator's thread.
class RunListener {
 public:
  virtual ~RunListener() = default;
  /// A phase began (connect, measure, drain, close).
  virtual void OnPhase(Phase phase) = 0;
  /// Every agent that still reports has delivered this interval (or the run ended).
  virtual void OnInterval(const SeriesPoint& point, const Stats& totals_so_far,
                          const std::vector<AgentResult>& agents) = 0;
  /// Something the user should know now ("agent h2:7400 lost: ..."), one line.
  virtual void OnNotice(const std::string& line) = 0;
};

/// One thread. Knows nothing of links and time; the coordinator feeds it.
class ResultBuilder {
 public:
  /// `agents` entries carry address and slice. `listener` may be null.
  ResultBuilder(std::string run_id, RunPlan plan, std::vector<AgentResult> agents, RunListener* listener);

  /// name, version, workers, cores as the agent told them.
  void SetAgentIdentity(int agent, std::string name, std::string version, int workers, int cores);
  void SetAgentClock(int agent, int64_t offset_us, int64_t error_us);

  void BeginPhase(Phase phase, int64_t unix_ns, int64_t mono_ns);
  void EndPhases(int64_t mono_ns);

  /// kInvalidArgument: a phase that goes back, an interval seen before.
  absl::Status AddInterval(int agent, Phase phase, int64_t interval_index, Stats delta);

  /// Final reconciliation: kDataLoss when `totals` is not the sum of the intervals seen, with the first
  /// field that differs; the agent is then marked lost and the result degraded.
  absl::Status AgentDone(int agent, const Stats& totals, const CpuUsage& cpu, std::string stopped_early);
  /// What it reported before stays in the result.
  void AgentFailed(int agent, AgentResult::State state, std::string detail);

  void SetInterrupted();
  void SetError(absl::Status error);

  const Stats& totals() const;

  /// Closes open intervals, checks conservation, judges (verdict and reasons).
  RunResult Build();

 private:
  // (the implementer's)
};

}  // namespace wsload
