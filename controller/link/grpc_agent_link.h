// An agent at the other end of a gRPC stream.
#pragma once

#include <memory>

#include "controller/link/agent_access.h"
#include "controller/link/agent_link.h"

namespace wsload {

/// Not resolved and not dialled before Open(). Upcalls come from gRPC's threads. A link that
/// cannot be opened or that breaks ends with kUnavailable and one line for people
/// ("connection refused; is wsload-agent running there?").
std::unique_ptr<AgentLink> NewGrpcAgentLink(AgentAddress agent, const AgentAccess& access = {});

}  // namespace wsload
