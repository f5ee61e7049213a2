// The check of all agents that comes before any load.
#pragma once

#include <vector>

#include "agent/session/agent_config.h"
#include "common/plan/run_plan.h"
#include "common/plan/run_policy.h"
#include "controller/link/agent_access.h"
#include "controller/precheck/agent_check.h"
#include "controller/result/run_result.h"

namespace wsload {

/// Who takes part in a run: agents at these addresses, or, when there are none, the embedded one.
struct Agents {
  std::vector<AgentAddress> addresses;
  AgentAccess access;
  AgentConfig embedded;
};

/// Every agent with its slice of the plan, in parallel; blocks for at most 20 s. With `policy.check_server`, and when
/// nothing else is in the way, each then opens one connection to the server as its first client will, and closes it;
/// that takes up to -conn-timeout more.
std::vector<AgentCheck> CheckBeforeRun(const Agents& agents, const RunPlan& plan, const RunPolicy& policy);

/// The connections that the check opened and closed.
int64_t CheckConnections(const std::vector<AgentCheck>& checks);

/// Takes longer and looks further: the clocks, and with `probe_target` one connection from each agent to the server.
std::vector<AgentCheck> CheckForDoctor(const Agents& agents, const RunPlan& plan, AgentLossPolicy on_agent_loss,
                                       bool probe_target);

}  // namespace wsload
