#include "controller/precheck/precheck.h"

#include <utility>

#include "common/plan/run_policy.h"
#include "common/plan/slice.h"
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

}  // namespace

std::vector<AgentCheck> CheckBeforeRun(const Agents& agents, const RunPlan& plan, AgentLossPolicy on_agent_loss) {
  DescribeOptions options;
  options.local_addrs = plan.local_addrs;
  options.target = plan.server;
  std::vector<AgentDescription> descriptions = DescribeAll(agents, options);
  if (WantsLookup(descriptions, plan, on_agent_loss)) {
    options.depth = v1::DescribeRequest::DEPTH_RESOLVE;
    descriptions = DescribeAll(agents, options);
  }
  return CheckAll(descriptions, plan, on_agent_loss);
}

std::vector<AgentCheck> CheckForDoctor(const Agents& agents, const RunPlan& plan, AgentLossPolicy on_agent_loss,
                                       bool probe_target) {
  DescribeOptions options;
  options.local_addrs = plan.local_addrs;
  options.clock_exchanges = kClockExchanges;
  if (probe_target) {
    options.target = plan.server;
    options.depth = v1::DescribeRequest::DEPTH_CONNECT;
  }
  std::vector<AgentCheck> checks = CheckAll(DescribeAll(agents, options), plan, on_agent_loss);
  for (AgentCheck& check : checks) CheckSurroundings(plan, check);
  return checks;
}

}  // namespace wsload
