// The agent inside the controller's own process: the same session, no socket.
#pragma once

#include <memory>

#include "agent/service/agent_session.h"
#include "controller/link/agent_link.h"

namespace wsload {

/// Runs one AgentSession on a thread and loop of its own; upcalls come from there. address() is "embedded".
std::unique_ptr<AgentLink> NewEmbeddedAgentLink(AgentConfig config);

}  // namespace wsload
