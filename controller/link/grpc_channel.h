// How the controller reaches an agent over gRPC: every call goes through here.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "controller/link/agent_access.h"

namespace wsload {

/// Nothing is resolved or dialled before the first call.
std::shared_ptr<grpc::Channel> NewAgentChannel(const AgentAddress& agent, const AgentAccess& access);

/// Before every call: it shows the token.
void ShowToken(const AgentAccess& access, grpc::ClientContext& context);

/// How a call ended, as one line for people that says what to mend. May ask the agent's port, with a plain handshake of
/// a few seconds at most, what gRPC does not tell.
absl::Status ToUserStatus(const grpc::Status& status, const AgentAddress& agent, const AgentAccess& access);

}  // namespace wsload
