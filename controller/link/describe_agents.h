// Asking agents what they are and have, before a run.
#pragma once

#include <vector>

#include "controller/link/agent_access.h"
#include "controller/link/agent_description.h"

namespace wsload {

/// All agents in parallel; blocks up to the timeout, whatever the agents do. In the order of `agents`.
std::vector<AgentDescription> DescribeAgents(const std::vector<AgentAddress>& agents, const AgentAccess& access,
                                             const DescribeOptions& options);

}  // namespace wsload
