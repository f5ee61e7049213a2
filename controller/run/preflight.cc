#include "controller/run/preflight.h"

#include <utility>

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

std::vector<AgentCheck> CheckAll(const std::vector<AgentDescription>& descriptions, const RunPlan& plan) {
  const std::vector<Slice> slices = SplitOverAgents(plan, static_cast<int>(descriptions.size()));
  std::vector<AgentCheck> checks;
  for (size_t i = 0; i < descriptions.size(); ++i) {
    const AgentDescription& agent = descriptions[i];
    AgentCheck check = CheckAgent(agent.address, agent.status, agent.response, plan, slices[i].clients.count);
    check.clock_offset_ns = agent.clock_offset_ns;
    check.clock_error_ns = agent.clock_error_ns;
    checks.push_back(std::move(check));
  }
  return checks;
}

/// A lookup takes time and may fail: only when it can change the answer.
bool WantsLookup(const std::vector<AgentDescription>& descriptions, const RunPlan& plan) {
  const std::vector<Slice> slices = SplitOverAgents(plan, static_cast<int>(descriptions.size()));
  for (size_t i = 0; i < descriptions.size(); ++i) {
    const AgentDescription& agent = descriptions[i];
    if (agent.status.ok() && NeedsDestinations(agent.response, plan, slices[i].clients.count)) return true;
  }
  return false;
}

}  // namespace

std::vector<AgentCheck> CheckBeforeRun(const Agents& agents, const RunPlan& plan) {
  DescribeOptions options;
  options.target = plan.server;
  std::vector<AgentDescription> descriptions = DescribeAll(agents, options);
  if (WantsLookup(descriptions, plan)) {
    options.depth = v1::DescribeRequest::DEPTH_RESOLVE;
    descriptions = DescribeAll(agents, options);
  }
  return CheckAll(descriptions, plan);
}

std::vector<AgentCheck> CheckForDoctor(const Agents& agents, const RunPlan& plan, bool probe_target) {
  DescribeOptions options;
  options.clock_exchanges = kClockExchanges;
  if (probe_target) {
    options.target = plan.server;
    options.depth = v1::DescribeRequest::DEPTH_CONNECT;
  }
  std::vector<AgentCheck> checks = CheckAll(DescribeAll(agents, options), plan);
  for (AgentCheck& check : checks) CheckSurroundings(plan, check);
  return checks;
}

}  // namespace wsload
