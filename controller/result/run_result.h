// The one result of a run: what result.json, the summary and the exit code are made of.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/lang/statement.h"
#include "common/plan/phase.h"
#include "common/plan/run_plan.h"
#include "common/plan/run_policy.h"
#include "common/plan/slice.h"
#include "common/plan/timeline.h"
#include "common/stats/figure_list.h"
#include "common/stats/latency_point.h"
#include "common/stats/stats.h"
#include "common/stats/worker_load.h"
#include "common/util/choice.h"
#include "common/util/local_text.h"
#include "controller/result/agent_series.h"
#include "controller/result/judge_options.h"
#include "controller/result/outage.h"
#include "controller/result/threshold.h"

namespace wsload {

/// What the measurement is worth.
enum class Verdict { kValid, kGeneratorLimited, kDegraded };

/// What it says of the server.
enum class RunOutcome {
  kPassed,
  kFailed,
  kInconclusive,  ///< thresholds were not kept, and the figures describe the generator
  kNotJudged,
};

template <>
inline constexpr std::array kChoices<Verdict> = {Choice{Verdict::kValid, "VALID"},
                                                 Choice{Verdict::kGeneratorLimited, "GENERATOR_LIMITED"},
                                                 Choice{Verdict::kDegraded, "DEGRADED"}};

template <>
inline constexpr std::array kChoices<RunOutcome> = {
    Choice{RunOutcome::kPassed, "passed"}, Choice{RunOutcome::kFailed, "failed"},
    Choice{RunOutcome::kInconclusive, "inconclusive"}, Choice{RunOutcome::kNotJudged, "not_judged"}};

/// What became of one agent.
struct AgentResult {
  std::string name;
  std::string address;
  /// What people know it by: its address, else its name.
  const std::string& label() const { return address.empty() ? name : address; }
  std::string version;
  int workers = 0;
  int cores = 0;
  Slice slice;
  enum class State { kDone, kLost, kRefused, kUnreachable } state = State::kDone;
  LocalString state_detail;  ///< why it was lost, refused, ...; one line
  int64_t clock_offset_us = 0;
  int64_t clock_error_us = 0;  ///< half the minimum round trip
  struct Clock {
    int64_t offset_us = 0;
    int64_t error_us = 0;
  };
  std::optional<Clock> clock_after;      ///< the same, measured after the run; none: the agent was gone by then
  std::optional<int64_t> start_skew_us;  ///< when it began to measure, minus the common start
  // Of lost agents' load.
  int64_t clients_taken_over = 0;
  int64_t messages_taken_over = 0;
  int64_t messages_yielded = 0;  ///< it had no connection: given to others
  Stats totals;
  Stats warm_up;  ///< what was its in the warm-up, and is not in `totals`
  Stats awkward;  ///< its clients' that behave badly, and not in `totals` either
  CpuUsage cpu;
  std::vector<WorkerLoad> worker_loads;  ///< by worker, in the measure phase
  LocalString stopped_early;
  AgentSeries series;
  /// In the interval that was passed on last, while the run goes on; none: it has not reported that one.
  std::optional<AgentPoint> interval;
};

template <>
inline constexpr std::array kChoices<AgentResult::State> = {
    Choice{AgentResult::State::kDone, "done"}, Choice{AgentResult::State::kLost, "lost"},
    Choice{AgentResult::State::kRefused, "refused"}, Choice{AgentResult::State::kUnreachable, "unreachable"}};

/// One second (one report interval) of the whole run, merged over the agents.
struct SeriesPoint {
  Phase phase = Phase::kConnect;
  int64_t interval_index = 0;  ///< inside the phase
  double elapsed_s = 0;        ///< end of the interval, since the phase began
  // The same by the agents' clocks, while the run goes on and nobody knows how long its phases will have been; and
  // since the run began.
  double phase_clock_s = 0;
  double run_clock_s = 0;
  int agents_reporting = 0;
  Counters delta;
  int64_t active_connections = 0;
  std::array<LatencyPoint, kHistograms.size()> latencies = {};  ///< one for each row of kHistograms
  WorkerPeaks workers;
};

struct PhaseTimes {
  Phase phase = Phase::kConnect;
  int64_t started_unix_ns = 0;
  int64_t duration_ns = 0;
  Counters delta;
};

/// What there was in the warm-up, or became of the messages that were due in a stage, where the plan has more than one.
struct StageResult {
  std::string name;
  // Of the plan, from the common start.
  int64_t offset_ns = 0;
  int64_t duration_ns = 0;
  Stats stats;
  StageKind kind = StageKind::kStage;

  bool measured() const { return kind != StageKind::kWarmUp; }
  friend bool operator==(const StageResult&, const StageResult&) = default;
};

/// What is missing of a lost agent's load.
struct Gap {
  std::string agent;
  // Since the common start: when the first message was due that nobody reported (`to_ns` when there is none), and when
  // others took over or the load ended.
  int64_t from_ns = 0;
  int64_t to_ns = 0;
  /// Due before `to_ns` and reported by nobody; the agent may have sent some of them.
  int64_t messages_not_scheduled = 0;
  /// Reported as sent, and their end is not known.
  int64_t unaccounted = 0;
  // The same of what was due in the warm-up.
  int64_t warm_up_not_scheduled = 0;
  int64_t warm_up_unaccounted = 0;
};

/// What became of one threshold.
struct ThresholdResult {
  Threshold threshold;
  std::optional<double> value = {};  ///< in the threshold's unit; none: nothing was measured
  std::optional<bool> passed = {};   ///< none: the run was interrupted before it came to that
  /// Since when all that had been measured by then broke it, in seconds from the start of the measure phase, 0 for what
  /// broke before. Only of those that are broken at the end.
  std::optional<double> first_broken_s = {};
  bool aborted_run = false;  ///< -abort-on-fail stopped the run for it
};

/// What whoever started a run says of it, and how they did; for those who read its result.
struct RunLabels {
  std::string title;                                      ///< empty: none
  std::vector<std::pair<std::string, std::string>> tags;  ///< in the order given
  std::string command_line;                               ///< that starts it again, without secrets
};

struct RunResult {
  std::string run_id;
  RunLabels labels;
  int64_t started_unix_ns = 0;
  RunPlan plan;
  bool interrupted = false;
  /// Not OK: the run could not be carried out at all (nothing measured), with the line to print; exit 1.
  absl::Status error;
  Verdict verdict = Verdict::kValid;
  std::vector<Statement> verdict_reasons;  ///< empty exactly when kValid
  RunOutcome outcome = RunOutcome::kNotJudged;
  std::vector<Statement> outcome_reasons;  ///< empty unless kFailed or kInconclusive
  std::vector<ThresholdResult> thresholds;
  Accepted accept = Accepted::kNothing;
  std::optional<Statement> abort_reason;  ///< why -abort-on-fail stopped it; then it counts as interrupted, too
  std::vector<Statement> warnings;        ///< of the check before the run, and of the run; they change no verdict
  int64_t check_connections = 0;          ///< that it opened and closed; in no other figure
  std::vector<PhaseTimes> phases;
  std::vector<StageResult> stages;  ///< those that had messages; of a plan without -stages the warm-up alone
  std::vector<Outage> outages;      ///< in the order of time
  Stats totals;
  Stats awkward;  ///< of the clients that behave badly, where the plan has such: they are in no other figure
  int64_t connections_active_peak = 0;
  std::vector<AgentResult> agents;
  AgentLossPolicy on_agent_loss = AgentLossPolicy::kFail;
  std::vector<Gap> gaps;  ///< one per agent that left something out
  std::vector<SeriesPoint> series;
  int64_t measured_ns = 0;  ///< length of the measure phase as it was
};

}  // namespace wsload
