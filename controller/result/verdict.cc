#include "controller/result/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

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

bool IsLate(const WorkerLoad& worker) {
  return worker.sent_late >= kLateMessagesMin && worker.late_share() > kLateShareBound;
}
bool IsStalled(const WorkerLoad& worker) { return worker.stalled_share() > kStalledBound; }
bool IsBusy(const WorkerLoad& worker) { return worker.cpu_share() >= kBusyWorkerBound; }

VerdictReason BusyReason(const AgentResult& agent, const std::string& worker, double share) {
  const auto workers = static_cast<int>(agent.worker_loads.size());
  std::vector<std::string> args = {Label(agent), worker, Percent(share), Percent(kBusyWorkerBound),
                                   Count(std::max(workers, agent.workers))};
  if (agent.workers >= agent.cores) return {Kind::kBusyHost, std::move(args)};
  args.push_back(Count(agent.cores));
  return {Kind::kBusyWorker, std::move(args)};
}

/// Why the worker was late or stood still: one line with the mend.
VerdictReason Cause(const AgentResult& agent, const std::string& name, const WorkerLoad& worker) {
  if (IsBusy(worker)) return BusyReason(agent, name, worker.cpu_share());
  const bool waited_as_long_as_stalled = IsStalled(worker) && worker.waited_us >= worker.stalled_us / 2;
  if (waited_as_long_as_stalled || worker.waited_share() >= kWaitedShareBound) {
    return {Kind::kWaitingWorker, {Label(agent), name, Percent(worker.waited_share())}};
  }
  const Kind kind = IsStalled(worker) ? Kind::kHeldWorker : Kind::kBurstyWorker;
  return {kind, {Label(agent), name, Percent(worker.cpu_share())}};
}

/// Speaks of the agent's worst worker in each respect; the others are in result.json.
void FindWorkerLimits(const AgentResult& agent, Reasons& reasons) {
  const std::vector<WorkerLoad>& workers = agent.worker_loads;
  const auto worst = [&](auto&& figure) {
    return std::max_element(workers.begin(), workers.end(),
                            [&](const WorkerLoad& a, const WorkerLoad& b) { return figure(a) < figure(b); });
  };
  const auto name = [&](auto worker) { return Count(worker - workers.begin()); };
  if (workers.empty()) {
    // It was lost before it could tell more, or says less.
    if (const double share = agent.cpu.busiest_worker_share; share >= kBusyWorkerBound) {
      reasons.push_back(BusyReason(agent, "?", share));
    }
    return;
  }
  const auto late = worst([](const WorkerLoad& worker) { return IsLate(worker) ? worker.late_share() : 0; });
  const auto behind = worst([](const WorkerLoad& worker) { return worker.given_up; });
  const auto stalled = worst([](const WorkerLoad& worker) { return worker.stalled_share(); });
  const auto busy = worst([](const WorkerLoad& worker) { return worker.cpu_share(); });
  if (IsLate(*late)) {
    reasons.push_back({Kind::kLateWorker,
                       {Label(agent), name(late), Count(late->sent_late), Count(late->sent), Ms(kSendLagBoundUs),
                        Ms(agent.totals.send_lag.PercentileUs(99))}});
  }
  if (behind->given_up > 0) {
    reasons.push_back({Kind::kGivenUp, {Label(agent), name(behind), Count(behind->given_up)}});
  }
  if (IsStalled(*stalled)) {
    reasons.push_back(
        {Kind::kStalledWorker,
         {Label(agent), name(stalled), Count(stalled->stalls), Ms(stalled->stalled_us), Ms(stalled->stall_us_max),
          Seconds(stalled->wall_us * kNsPerUs), fmt::format("{:.1f} %", kStalledBound * 100)}});
  }
  if (IsBusy(*busy)) {
    reasons.push_back(BusyReason(agent, name(busy), busy->cpu_share()));
  } else if (IsLate(*late)) {
    reasons.push_back(Cause(agent, name(late), *late));
  } else if (behind->given_up > 0) {
    reasons.push_back(Cause(agent, name(behind), *behind));
  } else if (IsStalled(*stalled)) {
    reasons.push_back(Cause(agent, name(stalled), *stalled));
  }
}

void FindGeneratorLimits(const RunResult& result, Reasons& reasons) {
  const Histogram& lag = result.totals.send_lag;
  if (const int64_t p99_us = lag.PercentileUs(99); p99_us > kSendLagBoundUs) {
    reasons.push_back({Kind::kSendLag, {Ms(p99_us), Ms(kSendLagBoundUs), Ms(lag.max_us())}});
  }
  for (const AgentResult& agent : result.agents) FindWorkerLimits(agent, reasons);
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
    case Kind::kLateWorker:
      return "agent {}: worker {} sent {} of its {} messages more than {} late (send lag p99 of the agent {})";
    case Kind::kGivenUp:
      return "agent {}: worker {} was so far behind at the end that it never sent {} messages: they are unsent";
    case Kind::kStalledWorker:
      return "agent {}: the loop of worker {} stalled {} times, {} in all (longest {}) in {} s of measuring, bound {}";
    case Kind::kBusyWorker:
      return "agent {}: worker {} used {} of a core, bound {}: use more than {} workers on its {} cores (-workers), "
             "more agents, or a lower -mps";
    case Kind::kBusyHost:
      return "agent {}: worker {} used {} of a core, bound {}, and its {} workers have all cores: use more agents, or "
             "a "
             "lower -mps";
    case Kind::kWaitingWorker:
      return "agent {}: worker {} waited for a core for {} of the time: keep other programs off that host, or use "
             "fewer "
             "workers there";
    case Kind::kHeldWorker:
      return "agent {}: worker {} used only {} of a core: its process or host stood still (stopped, suspended, cores "
             "taken by the hypervisor), or acknowledgements came in bursts; use another host, or more agents";
    case Kind::kBurstyWorker:
      return "agent {}: worker {} used {} of a core, in bursts that made messages late: use more workers or agents, or "
             "a "
             "lower -mps";
    case Kind::kNoDescriptors:
      return "out of file descriptors for {} connections: raise the limit (ulimit -n), or use more agents";
    case Kind::kNoPorts:
      return "out of local ports for {} connections: use more agents, or widen net.ipv4.ip_local_port_range";
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

}  // namespace wsload
