#include "controller/precheck/precheck.h"

#include <algorithm>
#include <utility>

#include "common/plan/run_policy.h"
#include "common/plan/slice.h"
#include "common/util/local_error.h"
#include "controller/link/describe_agents.h"
#include "controller/link/embedded_agent_link.h"

namespace wsload {
namespace {

constexpr int kClockExchanges = 8;

std::vector<AgentDescription> DescribeAll(const Agents& agents, const DescribeOptions& options) {
  if (agents.addresses.empty()) return {DescribeEmbeddedAgent(agents.embedded, options)};
  return DescribeAgents(agents.addresses, agents.access, options);
}

/// The clients of an agent's slice, and of what it may have after a loss.
struct Room {
  int64_t clients = 0;
  int64_t after_loss = 0;
};

std::vector<Room> RoomsOf(const RunPlan& plan, size_t agents, AgentLossPolicy on_agent_loss) {
  std::vector<Room> rooms;
  for (const Slice& slice : SplitOverAgents(plan, static_cast<int>(agents))) {
    const int64_t clients = slice.clients.count;
    const bool takes_over = on_agent_loss == AgentLossPolicy::kRebalance;
    rooms.push_back({clients, takes_over ? ClientsAfterLoss(plan, clients, static_cast<int>(agents)) : clients});
  }
  return rooms;
}

std::vector<AgentCheck> CheckAll(const std::vector<AgentDescription>& descriptions, const RunPlan& plan,
                                 AgentLossPolicy on_agent_loss) {
  const std::vector<Room> rooms = RoomsOf(plan, descriptions.size(), on_agent_loss);
  std::vector<AgentCheck> checks;
  for (size_t i = 0; i < descriptions.size(); ++i) {
    const AgentDescription& agent = descriptions[i];
    AgentCheck check = CheckAgent(agent.address, agent.status, agent.response, plan, rooms[i].clients);
    CheckHeadroom(rooms[i].clients, rooms[i].after_loss, check);
    check.clock_offset_ns = agent.clock_offset_ns;
    check.clock_error_ns = agent.clock_error_ns;
    checks.push_back(std::move(check));
  }
  return checks;
}

/// A lookup takes time and may fail: only when it can change the answer.
bool WantsLookup(const std::vector<AgentDescription>& descriptions, const RunPlan& plan,
                 AgentLossPolicy on_agent_loss) {
  const std::vector<Room> rooms = RoomsOf(plan, descriptions.size(), on_agent_loss);
  for (size_t i = 0; i < descriptions.size(); ++i) {
    const AgentDescription& agent = descriptions[i];
    if (agent.status.ok() && NeedsDestinations(agent.response, plan, rooms[i].after_loss)) return true;
  }
  return false;
}

/// Each of `agents` agents as the first client of its slice; one without clients stands for the run's first.
void AskForUpgrade(const RunPlan& plan, size_t agents, DescribeOptions& options) {
  options.depth = v1::DescribeRequest::DEPTH_UPGRADE;
  options.plan = plan;
  options.timeout_ns += plan.conn_timeout_ns;
  for (const Slice& slice : SplitOverAgents(plan, static_cast<int>(agents))) {
    options.clients.push_back(slice.clients.count > 0 ? slice.clients.first : 0);
  }
}

}  // namespace

std::vector<AgentCheck> CheckBeforeRun(const Agents& agents, const RunPlan& plan, const RunPolicy& policy) {
  const AgentLossPolicy on_agent_loss = policy.on_agent_loss;
  DescribeOptions options;
  options.local_addrs = plan.local_addrs;
  options.target = plan.server;
  std::vector<AgentDescription> descriptions = DescribeAll(agents, options);
  if (WantsLookup(descriptions, plan, on_agent_loss)) {
    options.depth = v1::DescribeRequest::DEPTH_RESOLVE;
    descriptions = DescribeAll(agents, options);
  }
  std::vector<AgentCheck> checks = CheckAll(descriptions, plan, on_agent_loss);
  const bool well = std::all_of(checks.begin(), checks.end(), [](const AgentCheck& c) { return c.problems.empty(); });
  if (!well || !policy.check_server) return checks;
  AskForUpgrade(plan, checks.size(), options);
  descriptions = DescribeAll(agents, options);
  for (size_t i = 0; i < checks.size(); ++i) {
    if (descriptions[i].status.ok()) {
      *checks[i].response->mutable_target() = descriptions[i].response.target();
      CheckTarget(plan, checks[i]);
    } else {
      checks[i].problems.push_back(
          {StatementKind::kAgentUnusable, {ErrorLines(descriptions[i].status)}, checks[i].address});
    }
  }
  return checks;
}

int64_t CheckConnections(const std::vector<AgentCheck>& checks) {
  return std::count_if(checks.begin(), checks.end(), [](const AgentCheck& check) {
    return check.response.has_value() && check.response->target().reach() == v1::TargetReport::REACH_UPGRADED;
  });
}

std::vector<AgentCheck> CheckForDoctor(const Agents& agents, const RunPlan& plan, AgentLossPolicy on_agent_loss,
                                       bool probe_target) {
  DescribeOptions options;
  options.local_addrs = plan.local_addrs;
  options.clock_exchanges = kClockExchanges;
  if (probe_target) {
    options.target = plan.server;
    const size_t count = agents.addresses.empty() ? 1 : agents.addresses.size();
    AskForUpgrade(plan, count, options);
  }
  std::vector<AgentCheck> checks = CheckAll(DescribeAll(agents, options), plan, on_agent_loss);
  for (AgentCheck& check : checks) CheckSurroundings(plan, check);
  return checks;
}

}  // namespace wsload
