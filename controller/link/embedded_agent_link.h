// The agent inside the controller's own process: the same session, no socket.
#pragma once

#include <memory>

#include "agent/session/agent_session.h"
#include "controller/link/agent_description.h"
#include "controller/link/agent_link.h"

namespace wsload {

/// Runs one AgentSession on a thread and loop of its own; upcalls come from there. address() is "embedded".
/// Its Open() throws std::runtime_error, one line, where no thread can be made.
std::unique_ptr<AgentLink> NewEmbeddedAgentLink(AgentConfig config);

/// What the agent with this config would say of itself. Blocks as Describe() does.
AgentDescription DescribeEmbeddedAgent(const AgentConfig& config, const DescribeOptions& options);

}  // namespace wsload
