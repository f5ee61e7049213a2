#include "controller/result/verdict.h"

#include <fmt/format.h>

#include <string_view>

namespace wsload {
namespace {

std::string Ms(int64_t us) { return fmt::format("{:.1f} ms", static_cast<double>(us) / 1000.0); }

std::string Count(int64_t count) { return std::to_string(count); }

std::string Seconds(int64_t ns) { return fmt::format("{:.1f}", static_cast<double>(ns) / kNsPerSecond); }

std::string Percent(double share) { return fmt::format("{:.0f} %", share * 100); }

std::string Label(const AgentResult& agent) { return agent.address.empty() ? agent.name : agent.address; }

std::string Causes(const CauseCounts& causes) {
  if (causes.empty()) return "not dialled";
  std::string text;
  for (const auto& [cause, count] : causes) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", cause, count);
  }
  return text;
}

int64_t CauseCount(const CauseCounts& causes, std::string_view cause) {
  const auto it = causes.find(cause);
  return it == causes.end() ? 0 : it->second;
}

using Kind = VerdictReason::Kind;
using Reasons = std::vector<VerdictReason>;

void FindGeneratorLimits(const RunResult& result, Reasons& reasons) {
  const Histogram& lag = result.totals.send_lag;
  if (const int64_t p99_us = lag.PercentileUs(99); p99_us > kSendLagBoundUs) {
    reasons.push_back({Kind::kSendLag, {Ms(p99_us), Ms(kSendLagBoundUs), Ms(lag.max_us())}});
  }
  int64_t stalls = 0;
  for (const PhaseTimes& phase : result.phases) {
    if (phase.phase == Phase::kMeasure) stalls += phase.delta.loop_stalls;
  }
  if (stalls > 0 && stalls > result.measured_ns / kStallSpacingBoundNs) {
    const double measured_s = static_cast<double>(result.measured_ns) / kNsPerSecond;
    reasons.push_back({Kind::kLoopStalls, {Count(stalls), fmt::format("{:.1f}", measured_s)}});
  }
  for (const AgentResult& agent : result.agents) {
    if (agent.cpu.busiest_worker_share < kBusyWorkerBound) continue;
    reasons.push_back(
        {Kind::kBusyWorker, {Label(agent), Percent(agent.cpu.busiest_worker_share), Percent(kBusyWorkerBound)}});
  }
  const CauseCounts& failures = result.totals.counters.connections.failures;
  if (const int64_t count = CauseCount(failures, "no_descriptors"); count > 0) {
    reasons.push_back({Kind::kNoDescriptors, {Count(count)}});
  }
  if (const int64_t count = CauseCount(failures, "no_ports"); count > 0) {
    reasons.push_back({Kind::kNoPorts, {Count(count)}});
  }
}

Kind KindOfMissing(AgentResult::State state) {
  if (state == AgentResult::State::kRefused) return Kind::kAgentRefused;
  return state == AgentResult::State::kUnreachable ? Kind::kAgentUnreachable : Kind::kAgentLost;
}

void FindMissingAgents(const RunResult& result, Reasons& reasons) {
  for (const AgentResult& agent : result.agents) {
    if (agent.state != AgentResult::State::kDone) {
      reasons.push_back({KindOfMissing(agent.state), {Label(agent), agent.state_detail}});
    }
    const Counters& counters = agent.totals.counters;
    if (counters.open() != 0) reasons.push_back({Kind::kUnaccounted, {Label(agent), Count(counters.open())}});
    if (agent.state != AgentResult::State::kDone || result.interrupted) continue;
    if (!agent.stopped_early.empty()) {
      reasons.push_back({Kind::kEndedEarly, {Label(agent), agent.stopped_early}});
    } else if (const int64_t assigned = agent.slice.messages.count + agent.messages_taken_over;
               counters.scheduled != assigned) {
      reasons.push_back({Kind::kScheduleIncomplete, {Label(agent), Count(counters.scheduled), Count(assigned)}});
    }
  }
  for (const Gap& gap : result.gaps) {
    if (gap.messages_not_scheduled == 0) continue;
    reasons.push_back(
        {Kind::kGap, {gap.agent, Count(gap.messages_not_scheduled), Seconds(gap.from_ns), Seconds(gap.to_ns)}});
  }
}

void FindMissingConnections(const RunResult& result, Reasons& reasons) {
  const ConnectionCounters& connections = result.totals.counters.connections;
  // An interrupted run gives its dials up: those are not missing.
  const int64_t wanted =
      result.interrupted ? connections.attempted - CauseCount(connections.failures, "canceled") : result.plan.clients;
  if (const int64_t missing = wanted - connections.opened; missing > 0) {
    reasons.push_back({Kind::kConnectionsNotOpened, {Count(missing), Count(wanted), Causes(connections.failures)}});
  }
  if (connections.lost > 0) {
    reasons.push_back(
        {Kind::kConnectionsLost, {Count(connections.lost), Count(connections.opened), Causes(connections.losses)}});
  }
}

}  // namespace

const char* ReasonFormat(VerdictReason::Kind kind) {
  switch (kind) {
    case Kind::kSendLag:
      return "messages left late: send lag p99 {}, bound {} (max {})";
    case Kind::kLoopStalls:
      return "worker loops stalled {} times in {} s of measuring";
    case Kind::kBusyWorker:
      return "agent {}: busiest worker used {} of a core, bound {}";
    case Kind::kNoDescriptors:
      return "out of file descriptors for {} connections";
    case Kind::kNoPorts:
      return "out of local ports for {} connections";
    case Kind::kAgentLost:
      return "agent {} lost: {}";
    case Kind::kAgentRefused:
      return "agent {} refused the run: {}";
    case Kind::kAgentUnreachable:
      return "agent {} unreachable: {}";
    case Kind::kUnaccounted:
      return "agent {}: the end of {} scheduled messages is not known";
    case Kind::kEndedEarly:
      return "agent {} ended early: {}";
    case Kind::kScheduleIncomplete:
      return "agent {} scheduled {} of its {} messages";
    case Kind::kGap:
      return "agent {}: nobody reported {} of its messages, due from {} s to {} s after the start";
    case Kind::kConnectionsNotOpened:
      return "{} of {} connections never opened: {}";
    case Kind::kConnectionsLost:
      return "{} of {} connections lost before the end: {}";
  }
  return "";
}

std::string FillReason(std::string_view format, const VerdictReason& reason) {
  std::string out;
  size_t next = 0;
  while (true) {
    const size_t hole = format.find("{}");
    out += format.substr(0, hole);
    if (hole == std::string_view::npos) return out;
    if (next < reason.args.size()) out += reason.args[next++];
    format.remove_prefix(hole + 2);
  }
}

Judgement Judge(const RunResult& result) {
  Judgement judgement;
  FindGeneratorLimits(result, judgement.reasons);
  const bool limited = !judgement.reasons.empty();
  FindMissingAgents(result, judgement.reasons);
  FindMissingConnections(result, judgement.reasons);
  if (limited) {
    judgement.verdict = Verdict::kGeneratorLimited;
  } else if (!judgement.reasons.empty()) {
    judgement.verdict = Verdict::kDegraded;
  }
  return judgement;
}

const char* VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kValid:
      return "VALID";
    case Verdict::kGeneratorLimited:
      return "GENERATOR_LIMITED";
    case Verdict::kDegraded:
      return "DEGRADED";
  }
  return "VALID";
}

const char* AgentStateName(AgentResult::State state) {
  switch (state) {
    case AgentResult::State::kDone:
      return "done";
    case AgentResult::State::kLost:
      return "lost";
    case AgentResult::State::kRefused:
      return "refused";
    case AgentResult::State::kUnreachable:
      return "unreachable";
  }
  return "done";
}

const char* AgentLossPolicyName(AgentLossPolicy policy) {
  switch (policy) {
    case AgentLossPolicy::kFail:
      return "fail";
    case AgentLossPolicy::kContinue:
      return "continue";
    case AgentLossPolicy::kRebalance:
      return "rebalance";
  }
  return "fail";
}

const char* PhaseName(Phase phase) {
  switch (phase) {
    case Phase::kConnect:
      return "connect";
    case Phase::kMeasure:
      return "measure";
    case Phase::kDrain:
      return "drain";
    case Phase::kClose:
      return "close";
  }
  return "connect";
}

}  // namespace wsload
