// An agent at the other end of a gRPC stream.
#pragma once

#include <memory>
#include <string>

#include "controller/link/agent_link.h"

namespace wsload {

/// `address` is host:port; not resolved and not dialled before Open(). Upcalls come from gRPC's threads. A link that
/// cannot be opened or that breaks ends with kUnavailable and one line for people
/// ("connection refused; is wsload-agent running there?").
std::unique_ptr<AgentLink> NewGrpcAgentLink(std::string address);

}  // namespace wsload
