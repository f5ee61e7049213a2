#include "controller/findmax/find_max_result.h"

#include <algorithm>
#include <cmath>

#include "controller/result/rates.h"

namespace wsload {
namespace {

bool LostAgents(const RunResult& run) {
  return !run.gaps.empty() || std::any_of(run.agents.begin(), run.agents.end(), [](const AgentResult& agent) {
    return agent.state != AgentResult::State::kDone || !agent.stopped_early.empty();
  });
}

bool LacksConnections(const RunResult& run) {
  const ConnectionCounters& connections = run.totals.counters.connections;
  return connections.opened < WellBehavedClients(run.plan) || connections.lost > 0;
}

TrialVerdict VerdictOf(FindVariable variable, const RunResult& run) {
  if (run.verdict == Verdict::kGeneratorLimited || LostAgents(run)) return TrialVerdict::kInconclusive;
  if (run.outcome == RunOutcome::kFailed) return TrialVerdict::kBad;
  if (run.outcome != RunOutcome::kPassed) return TrialVerdict::kInconclusive;
  return variable == FindVariable::kClients && LacksConnections(run) ? TrialVerdict::kBad : TrialVerdict::kGood;
}

bool IsOfSearch(const FindMaxTrial& trial) {
  return trial.input.reason != TrialReason::kOverload && trial.input.reason != TrialReason::kAfterOverload;
}

}  // namespace

FindMaxTrial TrialOf(FindVariable variable, const TrialInput& input, const RunResult& run, int64_t elapsed_ns) {
  FindMaxTrial trial;
  const Rates rates = RatesOf(run);
  trial.input = input;
  trial.output = {.verdict = VerdictOf(variable, run),
                  .loss_ratio = 1 - rates.success_ratio,
                  .elapsed_ns = std::max(elapsed_ns, input.duration_ns)};
  trial.run_id = run.run_id;
  trial.measurement = run.verdict;
  if (trial.output.verdict != TrialVerdict::kGood) {
    trial.reasons = run.outcome_reasons;
    trial.reasons.insert(trial.reasons.end(), run.verdict_reasons.begin(), run.verdict_reasons.end());
  }
  trial.sent_per_s = rates.sent_per_s;
  trial.success_ratio = rates.success_ratio;
  if (const Histogram& response = run.totals.response; response.count() > 0) {
    trial.response_us_p50 = response.PercentileUs(50);
    trial.response_us_p99 = response.PercentileUs(99);
    trial.response_us_p99_9 = response.PercentileUs(99.9);
  }
  trial.send_lag_us_p99 = run.totals.send_lag.PercentileUs(99);
  return trial;
}

FindMaxAnswer AnswerOf(const FindMaxResult& result) {
  const SearchFinding& found = result.found;
  if (found.lower.has_value()) return found.upper.has_value() ? FindMaxAnswer::kFound : FindMaxAnswer::kAtLeast;
  return found.end == SearchEnd::kLeastLoadFails ? FindMaxAnswer::kNoneHolds : FindMaxAnswer::kUnknown;
}

std::optional<MoreAgents> AgentsToAdd(const FindMaxResult& result) {
  if (!result.found.generator_limit.has_value()) return std::nullopt;
  int64_t kept_up = 0;
  for (const FindMaxTrial& trial : result.trials) {
    if (trial.output.verdict != TrialVerdict::kInconclusive) kept_up = std::max(kept_up, trial.input.load);
  }
  // What they once kept up with, and did not later, is nothing to count on.
  kept_up = std::min(kept_up, *result.found.generator_limit);
  if (kept_up == 0) return std::nullopt;
  MoreAgents more;
  more.load_per_agent = static_cast<double>(kept_up) / result.agents;
  more.target_load = result.most_load_given ? result.options.most_load : 2 * *result.found.generator_limit;
  more.agents = static_cast<int64_t>(std::ceil(static_cast<double>(more.target_load) / more.load_per_agent));
  return more;
}

const FindMaxTrial* RepresentativeTrial(const FindMaxResult& result) {
  const FindMaxTrial* best = nullptr;
  for (const FindMaxTrial& trial : result.trials) {
    if (!IsOfSearch(trial) || trial.input.load != result.found.lower) continue;
    if (best == nullptr || trial.input.duration_ns >= best->input.duration_ns) best = &trial;
  }
  if (best == nullptr && !result.trials.empty()) best = &result.trials.back();
  return best;
}

}  // namespace wsload
