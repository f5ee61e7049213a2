#include "controller/result/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace wsload {
namespace {

std::string Ms(int64_t us) { return fmt::format("{:.1f} ms", static_cast<double>(us) / 1000.0); }

std::string Label(const AgentResult& agent) { return agent.address.empty() ? agent.name : agent.address; }

std::string Causes(const CauseCounts& causes) {
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

void FindGeneratorLimits(const RunResult& result, std::vector<std::string>& reasons) {
  const Histogram& lag = result.totals.send_lag;
  if (const int64_t p99_us = lag.PercentileUs(99); p99_us > kSendLagBoundUs) {
    reasons.push_back(fmt::format("messages left late: send lag p99 {}, bound {} (max {})", Ms(p99_us),
                                  Ms(kSendLagBoundUs), Ms(lag.max_us())));
  }
  int64_t stalls = 0;
  for (const PhaseTimes& phase : result.phases) {
    if (phase.phase == Phase::kMeasure) stalls += phase.delta.loop_stalls;
  }
  if (stalls > 0 && stalls > result.measured_ns / kStallSpacingBoundNs) {
    reasons.push_back(fmt::format("worker loops stalled {} times in {:.1f} s of measuring", stalls,
                                  static_cast<double>(result.measured_ns) / kNsPerSecond));
  }
  for (const AgentResult& agent : result.agents) {
    if (agent.cpu.busiest_worker_share < kBusyWorkerBound) continue;
    reasons.push_back(fmt::format("agent {}: busiest worker used {:.0f} % of a core, bound {:.0f} %", Label(agent),
                                  agent.cpu.busiest_worker_share * 100, kBusyWorkerBound * 100));
  }
  const CauseCounts& failures = result.totals.counters.connections.failures;
  if (const int64_t count = CauseCount(failures, "no_descriptors"); count > 0) {
    reasons.push_back(fmt::format("out of file descriptors for {} connections", count));
  }
  if (const int64_t count = CauseCount(failures, "no_ports"); count > 0) {
    reasons.push_back(fmt::format("out of local ports for {} connections", count));
  }
}

void FindMissingAgents(const RunResult& result, std::vector<std::string>& reasons) {
  for (const AgentResult& agent : result.agents) {
    if (agent.state != AgentResult::State::kDone) {
      reasons.push_back(fmt::format("agent {} {}{}{}", Label(agent), AgentStateName(agent.state),
                                    agent.state_detail.empty() ? "" : ": ", agent.state_detail));
      continue;
    }
    if (const int64_t open = agent.totals.counters.open(); open != 0) {
      reasons.push_back(
          fmt::format("agent {}: {} scheduled messages have no end (a defect of the generator)", Label(agent), open));
    }
    if (result.interrupted) continue;
    if (!agent.stopped_early.empty()) {
      reasons.push_back(fmt::format("agent {} ended early: {}", Label(agent), agent.stopped_early));
    } else if (agent.totals.counters.scheduled != agent.slice.messages.count) {
      reasons.push_back(fmt::format("agent {} scheduled {} of its {} messages", Label(agent),
                                    agent.totals.counters.scheduled, agent.slice.messages.count));
    }
  }
}

void FindMissingConnections(const RunResult& result, std::vector<std::string>& reasons) {
  const ConnectionCounters& connections = result.totals.counters.connections;
  // An interrupted run gives its dials up: those are not missing.
  const int64_t wanted =
      result.interrupted ? connections.attempted - CauseCount(connections.failures, "canceled") : result.plan.clients;
  if (const int64_t missing = wanted - connections.opened; missing > 0) {
    const std::string causes = Causes(connections.failures);
    reasons.push_back(fmt::format("{} of {} connections never opened{}{}{}", missing, wanted,
                                  causes.empty() ? "" : " (", causes, causes.empty() ? "" : ")"));
  }
  if (connections.lost > 0) {
    reasons.push_back(fmt::format("{} of {} connections lost before the end ({})", connections.lost, connections.opened,
                                  Causes(connections.losses)));
  }
}

}  // namespace

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
