#include "controller/output/console_summary.h"

#include <algorithm>
#include <map>
#include <optional>

#include "common/lang/statement.h"
#include "common/time/duration.h"
#include "common/util/local_error.h"
#include "common/util/redact.h"
#include "common/util/share_text.h"
#include "common/util/status.h"
#include "controller/output/also_seen.h"
#include "controller/output/figures.h"
#include "controller/output/hints.h"
#include "controller/output/outages.h"
#include "controller/output/plan_text.h"
#include "controller/output/text_table.h"
#include "controller/output/threshold_lines.h"
#include "controller/result/compression_outcome.h"
#include "controller/result/push_outcome.h"
#include "controller/result/rates.h"
#include "controller/result/threshold_judgement.h"
#include "controller/result/verdict.h"

namespace wsload {
namespace {

constexpr size_t kMaxNamedAgents = 8;

std::string PlanLines(Language language, const RunResult& result) {
  const RunPlan& plan = result.plan;
  std::string agents;
  const size_t named = std::min(result.agents.size(), kMaxNamedAgents);
  for (size_t i = 0; i < named; ++i) agents += (agents.empty() ? "" : ", ") + result.agents[i].label();
  if (named < result.agents.size()) agents += ", " + Say(language, Msg::kAndMore, result.agents.size() - named);
  std::string out = Say(language, Msg::kRunId, result.run_id) + "\n";
  out += "  " + PlanText(language, plan) + "\n";
  out += "  " +
         Say(language, Msg::kPlanDetails, NameOf(plan.protocol), NameOf(plan.serializer), NameOf(plan.cipher), agents) +
         "\n";
  if (result.check_connections > 0) out += "  " + Say(language, Msg::kChecked, result.check_connections) + "\n";
  return out;
}

std::string ClassicLines(Language language, const RunResult& result) {
  int64_t elapsed_ns = 0;
  for (const PhaseTimes& phase : result.phases) elapsed_ns += phase.duration_ns;
  const double elapsed_s = static_cast<double>(elapsed_ns) / kNsPerSecond;
  const double measured_s = static_cast<double>(result.measured_ns) / kNsPerSecond;
  TextTable table(/*all_left=*/true);
  // At the end every connection is closed: the peak is what was active.
  for (const Figure& figure :
       ClassicFigures(language, result.totals.counters, result.connections_active_peak, elapsed_s, measured_s)) {
    table.AddRow({figure.label, figure.value});
  }
  return table.Render(kMargin);
}

std::string LatencyLines(Language language, const Stats& totals) {
  // No connection, no latency.
  if (totals.connect.count() == 0 && totals.send_lag.count() == 0) return {};
  TextTable table;
  table.AddRow({Say(language, Msg::kLatencyMs), Say(language, Msg::kCount), Say(language, Msg::kMean), "p50", "p90",
                "p95", "p99", "p99.9", Say(language, Msg::kMax)});
  const auto add = [&](Msg label, const Histogram& histogram) {
    if (histogram.count() == 0) return;
    std::vector<std::string> row = {Say(language, label), fmt::to_string(histogram.count()),
                                    MsText(static_cast<int64_t>(histogram.mean_us()))};
    for (const double percentile : {50.0, 90.0, 95.0, 99.0, 99.9}) {
      row.push_back(MsText(histogram.PercentileUs(percentile)));
    }
    row.push_back(MsText(histogram.max_us()));
    table.AddRow(std::move(row));
  };
  add(Msg::kResponse, totals.response);
  add(Msg::kService, totals.service);
  add(Msg::kSendLag, totals.send_lag);
  add(Msg::kConnect, totals.connect);
  add(Msg::kPush, totals.push);
  add(Msg::kPushDelivery, totals.push_delivery);
  add(Msg::kPost, totals.post);
  add(Msg::kHeartbeatRoundTrip, totals.heartbeat);
  add(Msg::kReconnect, totals.reconnect);
  add(Msg::kMove, totals.move);
  // Of the generator itself: only what may have shaped the figures above.
  if (totals.counters.loop_stalls > 0) add(Msg::kLoopStall, totals.loop_stall);
  return "\n" + table.Render(kMargin);
}

/// p50, p99 and the longest of the answers' times.
void AddAnswers(std::vector<std::string>& row, const Stats& stats) {
  const Histogram& answers = stats.answers();
  const bool measured = answers.count() > 0;
  for (const double percentile : {50.0, 99.0}) {
    row.push_back(measured ? MsText(answers.PercentileUs(percentile)) : "-");
  }
  row.push_back(measured ? MsText(answers.max_us()) : "-");
}

/// The stages of the load, each with what became of the messages that were due in it.
std::string StageLines(Language language, const RunResult& result) {
  if (result.stages.empty()) return {};
  TextTable table;
  table.AddRow({Say(language, Msg::kStage), Say(language, Msg::kFrom), Say(language, Msg::kMessages),
                Say(language, Msg::kSuccess), Say(language, Msg::kFailed), Say(language, Msg::kUnsent), "p50", "p99",
                Say(language, Msg::kMax)});
  for (const StageResult& stage : result.stages) {
    const Counters& counters = stage.stats.counters;
    const std::string name = stage.measured() ? stage.name : Say(language, Msg::kWarmUp);
    std::vector<std::string> row = {name,
                                    FormatDuration(stage.offset_ns),
                                    fmt::to_string(counters.scheduled),
                                    fmt::to_string(counters.success),
                                    fmt::to_string(counters.failed()),
                                    fmt::to_string(counters.unsent)};
    AddAnswers(row, stage.stats);
    table.AddRow(std::move(row));
  }
  return "\n" + table.Render(kMargin);
}

/// What was of the clients that behave badly.
std::string AwkwardLines(Language language, const RunResult& result) {
  if (result.plan.awkward.empty()) return {};
  TextTable table;
  table.AddRow({Say(language, Msg::kAwkward), Say(language, Msg::kConnections), Say(language, Msg::kNotOpened),
                Say(language, Msg::kLost), Say(language, Msg::kMessages), Say(language, Msg::kSuccess),
                Say(language, Msg::kFailed), "p50", "p99", Say(language, Msg::kMax)});
  const Counters& counters = result.awkward.counters;
  const ConnectionCounters& connections = counters.connections;
  std::vector<std::string> row = {
      Say(language, Msg::kAwkwardOf, result.plan.clients - WellBehavedClients(result.plan), result.plan.clients)};
  for (const int64_t count : {connections.opened, connections.failed, connections.lost, counters.scheduled,
                              counters.success, counters.failed()}) {
    row.push_back(fmt::to_string(count));
  }
  AddAnswers(row, result.awkward);
  table.AddRow(std::move(row));
  std::string out = fmt::format("\n{}    {}\n", table.Render(kMargin), result.plan.awkward.text());
  if (connections.failed > 0) {
    out += fmt::format("    {}\n", Say(language, Msg::kAwkwardNotOpened, JoinCauses(connections.failures)));
  }
  if (connections.lost > 0) {
    out += fmt::format("    {}\n", Say(language, Msg::kAwkwardLost, JoinCauses(connections.losses)));
  }
  return out;
}

/// What happened, by an example, and below it what to do about it.
std::string CauseLines(Language language, Msg title, const CauseCounts& causes, const CauseExamples& examples,
                       const HintContext& run) {
  if (causes.empty()) return {};
  TextTable table(/*all_left=*/true);
  for (const auto& [cause, count] : causes) {
    const std::optional<Statement> hint = ConnectionHint(cause, run);
    const std::string advice = hint ? StatementText(language, *hint) : std::string();
    const auto example = examples.find(cause);
    table.AddRow({cause, fmt::to_string(count), example == examples.end() ? advice : example->second});
    if (example != examples.end() && hint) table.AddRow({"", "", advice});
  }
  return fmt::format("\n  {}\n", Say(language, title)) + table.Render(2 * kMargin);
}

std::string FailureLines(Language language, const RunResult& result) {
  const Counters& totals = result.totals.counters;
  const HintContext run{result.plan, totals};
  std::string out;
  TextTable table;
  for (const Figure& figure : MessageFailures(language, totals)) table.AddRow({figure.label, figure.value});
  if (!table.empty()) out += fmt::format("\n  {}\n", Say(language, Msg::kFailuresByCause)) + table.Render(2 * kMargin);
  for (const Statement& hint : MessageHints(run)) out += "    " + StatementText(language, hint) + "\n";
  out += CauseLines(language, Msg::kConnectionFailures, totals.connections.failures,
                    totals.connections.failure_examples, run);
  out += CauseLines(language, Msg::kConnectionLosses, totals.connections.losses, totals.connections.loss_examples, run);
  return out;
}

std::string AlsoSeenLines(Language language, const Counters& totals) {
  const std::vector<Statement> seen = AlsoSeen(totals);
  if (seen.empty()) return {};
  std::string out = fmt::format("\n  {}\n", Say(language, Msg::kAlsoSeen));
  for (const Statement& statement : seen) out += "    " + StatementText(language, statement) + "\n";
  return out;
}

std::string PushLines(Language language, const RunResult& result) {
  std::string out;
  for (const Statement& line : PushStatements(result)) {
    if (out.empty()) out = fmt::format("\n  {}\n", Say(language, Msg::kPushes));
    out += "    " + StatementText(language, line) + "\n";
  }
  return out;
}

std::string CompressionLines(Language language, const RunResult& result) {
  std::string out;
  for (const Statement& line : CompressionOutcome(result.plan, result.totals.counters)) {
    out += fmt::format("{}  {}\n", out.empty() ? "\n" : "", StatementText(language, line));
  }
  return out;
}

std::string AgentLines(Language language, const RunResult& result) {
  if (result.agents.size() < 2) return {};
  TextTable table;
  table.AddRow({Say(language, Msg::kAgent), Say(language, Msg::kState), Say(language, Msg::kConnections),
                Say(language, Msg::kMessages), Say(language, Msg::kSuccess), Say(language, Msg::kFailed),
                Say(language, Msg::kUnsent), Say(language, Msg::kSendLagP99), Say(language, Msg::kCpu)});
  const std::vector<const AgentResult*> shown = AgentsToShow(result.agents);
  for (const AgentResult* agent : shown) {
    const Counters& totals = agent->totals.counters;
    table.AddRow({agent->label(), Say(language, StateMsg(agent->state)), fmt::to_string(totals.connections.opened),
                  fmt::to_string(totals.scheduled), fmt::to_string(totals.success), fmt::to_string(totals.failed()),
                  fmt::to_string(totals.unsent), MsText(agent->totals.send_lag.PercentileUs(99)),
                  SharePercent(agent->cpu.busiest_worker_share, 0)});
  }
  std::string out = "\n" + table.Render(kMargin) + MoreLine(language, result.agents.size() - shown.size(), kMargin);
  if (const std::optional<int64_t> spread_us = StartSpreadUs(result); spread_us.has_value()) {
    out += fmt::format("  {}\n", Say(language, Msg::kStartSpread, MsText(*spread_us)));
  }
  return out;
}

Msg VerdictText(Verdict verdict) {
  switch (verdict) {
    case Verdict::kValid:
      return Msg::kVerdictValid;
    case Verdict::kGeneratorLimited:
      return Msg::kVerdictGeneratorLimited;
    case Verdict::kDegraded:
      return Msg::kVerdictDegraded;
  }
  return Msg::kVerdictValid;
}

/// As many of a kind as a screen has room for.
std::string ReasonLines(Language language, const std::vector<Statement>& reasons) {
  std::string out;
  std::map<StatementKind, size_t> lines;
  size_t left_out = 0;
  for (const Statement& reason : reasons) {
    if (++lines[reason.kind] > kMaxAgentLines) {
      ++left_out;
      continue;
    }
    out += "  - " + StatementText(language, reason) + "\n";
  }
  return out + MoreLine(language, left_out, kMargin);
}

}  // namespace

std::string ConsoleVerdict(Language language, const RunResult& result) {
  if (!result.error.ok()) return Say(language, Msg::kRunFailed, ErrorText(result.error, language)) + "\n";
  std::string out;
  if (result.abort_reason.has_value()) {
    out += StatementText(language, *result.abort_reason) + "\n";
  } else if (result.interrupted) {
    out += Say(language, Msg::kInterrupted) + "\n";
  }
  out += Say(language, Msg::kVerdict, Say(language, VerdictText(result.verdict), NameOf(result.verdict))) + "\n";
  out += ReasonLines(language, result.verdict_reasons);
  out += ThresholdLines(language, result);
  std::vector<Statement> reasons = result.outcome_reasons;
  std::erase_if(reasons, IsOfThreshold);
  if (result.outcome == RunOutcome::kFailed && (!reasons.empty() || result.thresholds.empty())) {
    out += Say(language, Msg::kOutcomeFailed) + "\n" + ReasonLines(language, reasons);
  }
  return out;
}

std::string ConsoleSummary(Language language, const RunResult& result) {
  std::string out = PlanLines(language, result);
  if (result.error.ok()) {
    out += "\n" + ClassicLines(language, result);
    out += LatencyLines(language, result.totals);
    out += PushLines(language, result);
    out += FailureLines(language, result);
    out += AlsoSeenLines(language, result.totals.counters);
    out += CompressionLines(language, result);
    out += StageLines(language, result);
    out += AwkwardLines(language, result);
    out += OutageLines(language, result.outages);
    out += AgentLines(language, result);
  }
  out += "\n" + ConsoleVerdict(language, result);
  return out;
}

}  // namespace wsload
