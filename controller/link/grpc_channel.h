// How the controller reaches an agent over gRPC: every call goes through here.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/status.h"

namespace wsload {

/// `address` is host:port; not dialled before the first call.
std::shared_ptr<grpc::Channel> NewAgentChannel(const std::string& address);

/// kUnavailable with one line for people ("connection refused; is wsload-agent running there?"), or OK.
absl::Status ToUserStatus(const grpc::Status& status);

}  // namespace wsload
