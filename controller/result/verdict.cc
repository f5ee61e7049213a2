#include "controller/result/verdict.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace wsload {
namespace {

int64_t CauseCount(const CauseCounts& causes, std::string_view cause) {
  const auto it = causes.find(cause);
  return it == causes.end() ? 0 : it->second;
}

using Kind = StatementKind;
using Reasons = std::vector<Statement>;

/// In place of a worker's index: the agent tells no more than what the busiest one used.
constexpr int64_t kUnknownWorker = -1;

bool IsLate(const WorkerLoad& worker) {
  return worker.sent_late >= kLateMessagesMin && worker.late_share() > kLateShareBound;
}
bool IsStalled(const WorkerLoad& worker) { return worker.touched_share() > kTouchedBound; }
bool IsBusy(const WorkerLoad& worker) { return worker.cpu_share() >= kBusyWorkerBound; }

/// The quota of its container held the whole agent up: what its workers waited for were no other programs.
bool IsThrottled(const AgentResult& agent) {
  const CpuUsage& cpu = agent.cpu;
  return cpu.quota_cores > 0 &&
         static_cast<double>(cpu.throttled_us) > kThrottledBound * static_cast<double>(cpu.wall_us);
}

Statement ThrottledReason(const AgentResult& agent) {
  return {Kind::kThrottledAgent, {agent.cpu.quota_cores, agent.cpu.throttled_us * kNsPerUs}, agent.label()};
}

Statement WaitingReason(const AgentResult& agent, int64_t index, double share) {
  // Fewer than one there cannot be.
  if (agent.worker_loads.size() == 1) return {Kind::kWaitingOnlyWorker, {share}, agent.label()};
  return {Kind::kWaitingWorker, {index, share}, agent.label()};
}

Statement BusyReason(const AgentResult& agent, int64_t worker, double share) {
  const auto workers = static_cast<int>(agent.worker_loads.size());
  Statement reason{Kind::kBusyHost, {worker, share, kBusyWorkerBound, std::max(workers, agent.workers)}, agent.label()};
  if (agent.workers < agent.cores) {
    reason.kind = Kind::kBusyWorker;
    reason.args.emplace_back(agent.cores);
  }
  return reason;
}

/// Why the worker was late or stood still: one line with the mend.
Statement Cause(const AgentResult& agent, int64_t index, const WorkerLoad& worker) {
  if (IsThrottled(agent)) return ThrottledReason(agent);
  if (IsBusy(worker)) return BusyReason(agent, index, worker.cpu_share());
  const bool waited_as_long_as_stalled = IsStalled(worker) && worker.waited_us >= worker.stalled_us / 2;
  if (waited_as_long_as_stalled || worker.waited_share() >= kWaitedShareBound) {
    return WaitingReason(agent, index, worker.waited_share());
  }
  return {IsStalled(worker) ? Kind::kHeldWorker : Kind::kBurstyWorker, {index, worker.cpu_share()}, agent.label()};
}

/// Speaks of the agent's worst worker in each respect; the others are in result.json.
void FindWorkerLimits(const AgentResult& agent, Reasons& reasons) {
  const std::vector<WorkerLoad>& workers = agent.worker_loads;
  const auto worst = [&](auto&& figure) {
    return std::max_element(workers.begin(), workers.end(),
                            [&](const WorkerLoad& a, const WorkerLoad& b) { return figure(a) < figure(b); });
  };
  const auto index = [&](auto worker) -> int64_t { return worker - workers.begin(); };
  if (workers.empty()) {
    // It was lost before it could tell more, or says less.
    if (const double share = agent.cpu.busiest_worker_share; share >= kBusyWorkerBound) {
      reasons.push_back(BusyReason(agent, kUnknownWorker, share));
    }
    return;
  }
  const auto late = worst([](const WorkerLoad& worker) { return IsLate(worker) ? worker.late_share() : 0; });
  const auto behind = worst([](const WorkerLoad& worker) { return worker.given_up; });
  const auto stalled = worst([](const WorkerLoad& worker) { return worker.touched_share(); });
  const auto busy = worst([](const WorkerLoad& worker) { return worker.cpu_share(); });
  if (IsLate(*late)) {
    reasons.push_back(
        {Kind::kLateWorker,
         {index(late), late->sent_late, late->sent, kSendLagBoundUs, agent.totals.send_lag.PercentileUs(99)},
         agent.label()});
  }
  if (behind->given_up > 0) reasons.push_back({Kind::kGivenUp, {index(behind), behind->given_up}, agent.label()});
  if (IsStalled(*stalled)) {
    reasons.push_back({Kind::kStalledWorker,
                       {index(stalled), stalled->stalls, stalled->stalled_us, stalled->stall_us_max,
                        stalled->wall_us * kNsPerUs, kTouchedBound, stalled->touched_share()},
                       agent.label()});
  }
  if (IsBusy(*busy)) {
    reasons.push_back(Cause(agent, index(busy), *busy));
  } else if (IsLate(*late)) {
    reasons.push_back(Cause(agent, index(late), *late));
  } else if (behind->given_up > 0) {
    reasons.push_back(Cause(agent, index(behind), *behind));
  } else if (IsStalled(*stalled)) {
    reasons.push_back(Cause(agent, index(stalled), *stalled));
  }
}

void FindGeneratorLimits(const RunResult& result, Reasons& reasons) {
  const Histogram& lag = result.totals.send_lag;
  if (const int64_t p99_us = lag.PercentileUs(99); p99_us > kSendLagBoundUs) {
    reasons.push_back({Kind::kSendLag, {p99_us, kSendLagBoundUs, lag.max_us()}});
  }
  for (const AgentResult& agent : result.agents) FindWorkerLimits(agent, reasons);
  // Whoever it was that could not be dialled.
  const auto failed_for = [&](std::string_view cause) {
    return CauseCount(result.totals.counters.connections.failures, cause) +
           CauseCount(result.awkward.counters.connections.failures, cause);
  };
  if (const int64_t count = failed_for("no_descriptors"); count > 0) {
    reasons.push_back({Kind::kNoDescriptors, {count}});
  }
  if (const int64_t count = failed_for("no_ports"); count > 0) {
    reasons.push_back({Kind::kNoPorts, {count}});
  }
}

Kind KindOfFailure(AgentResult::State state) {
  if (state == AgentResult::State::kRefused) return Kind::kAgentRefused;
  return state == AgentResult::State::kUnreachable ? Kind::kAgentUnreachable : Kind::kAgentLost;
}

void FindMissingAgents(const RunResult& result, Reasons& reasons) {
  for (const AgentResult& agent : result.agents) {
    if (agent.state != AgentResult::State::kDone) {
      reasons.push_back(AgentFailure(agent.state, agent.state_detail, agent.label()));
    }
    Counters counters = agent.totals.counters;
    counters.Merge(agent.awkward.counters);
    const int64_t scheduled = counters.scheduled + agent.warm_up.counters.scheduled;
    if (counters.open() != 0) reasons.push_back({Kind::kUnaccounted, {counters.open()}, agent.label()});
    if (agent.state != AgentResult::State::kDone || result.interrupted) continue;
    if (!agent.stopped_early.empty()) {
      reasons.push_back({Kind::kEndedEarly, {agent.stopped_early}, agent.label()});
    } else if (const int64_t assigned = agent.slice.messages.count + agent.messages_taken_over - agent.messages_yielded;
               result.plan.model == LoadModel::kOpen && scheduled != assigned) {
      reasons.push_back({Kind::kScheduleIncomplete, {scheduled, assigned}, agent.label()});
    }
  }
  for (const Gap& gap : result.gaps) {
    if (gap.messages_not_scheduled == 0) continue;
    reasons.push_back({Kind::kGap, {gap.messages_not_scheduled, gap.from_ns, gap.to_ns}, gap.agent});
  }
}

/// Those that were not lost on purpose and that nobody has made good for.
int64_t LostForGood(const RunResult& result) {
  const ConnectionCounters& connections = result.totals.counters.connections;
  if (!result.plan.reconnect.off()) return connections.not_back();
  return connections.lost - CauseCount(connections.losses, "storm");
}

void FindMissingConnections(const RunResult& result, Reasons& reasons) {
  const ConnectionCounters& connections = result.totals.counters.connections;
  // An interrupted run gives its dials up: those are not missing. Nor are clients whose time had not come.
  const int64_t wanted =
      result.interrupted ? connections.attempted - connections.redialled - CauseCount(connections.failures, "canceled")
                         : WellBehavedClients(result.plan);
  if (const int64_t missing = wanted - connections.clients_opened(); missing > 0) {
    if (connections.failures.empty()) {
      reasons.push_back({Kind::kConnectionsNotDialled, {missing, wanted}});
    } else {
      reasons.push_back({Kind::kConnectionsNotOpened, {missing, wanted, JoinCauses(connections.failures)}});
    }
  }
  if (const int64_t lost = LostForGood(result); lost > 0) {
    reasons.push_back(
        {result.plan.reconnect.off() ? Kind::kConnectionsLost : Kind::kConnectionsNotBack,
         {lost, result.plan.reconnect.off() ? connections.opened : connections.lost, JoinCauses(connections.losses)}});
  }
}

/// Most of the load was never there, which says more than a loop that stood still for a moment.
bool MostConnectionsMissing(const RunResult& result) {
  const ConnectionCounters& connections = result.totals.counters.connections;
  const int64_t wanted =
      result.interrupted ? connections.attempted - connections.redialled : WellBehavedClients(result.plan);
  return 2 * (connections.clients_opened() - connections.not_back()) < wanted &&
         connections.lost + connections.failed > 0;
}

/// The generator's own lateness or shortage, which may be why connections are missing.
bool IsGrave(const Statement& reason) {
  constexpr Kind kGrave[] = {Kind::kSendLag, Kind::kLateWorker, Kind::kGivenUp, Kind::kNoDescriptors, Kind::kNoPorts};
  return std::find(std::begin(kGrave), std::end(kGrave), reason.kind) != std::end(kGrave);
}

}  // namespace

Statement AgentFailure(AgentResult::State state, const LocalString& why, const std::string& agent) {
  return {KindOfFailure(state), {why}, agent};
}

Judgement Judge(const RunResult& result) {
  Reasons limits;
  FindGeneratorLimits(result, limits);
  Reasons missing;
  FindMissingAgents(result, missing);
  FindMissingConnections(result, missing);
  if (limits.empty() && missing.empty()) return {};
  const bool grave = std::any_of(limits.begin(), limits.end(), IsGrave);
  const bool limited = !limits.empty() && (grave || missing.empty() || !MostConnectionsMissing(result));
  Judgement judgement{limited ? Verdict::kGeneratorLimited : Verdict::kDegraded, {}};
  for (Reasons* part : {limited ? &limits : &missing, limited ? &missing : &limits}) {
    std::move(part->begin(), part->end(), std::back_inserter(judgement.reasons));
  }
  return judgement;
}

}  // namespace wsload
