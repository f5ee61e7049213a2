// Lets calls in that carry the agent's token.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <mutex>
#include <string>

#include "common/time/clock.h"

namespace wsload {

/// From any thread. Every call of the service asks it before anything else.
class CallGuard {
 public:
  /// An empty `token`: every call is welcome.
  CallGuard(const Clock& clock, std::string token) : clock_(clock), token_(std::move(token)) {}

  /// OK, or UNAUTHENTICATED with a line for the caller. Refusals are logged, at most one line a second.
  grpc::Status Check(const grpc::CallbackServerContext& context);

 private:
  void LogRefusal(const std::string& peer, const char* what);

  const Clock& clock_;
  const std::string token_;
  std::mutex mutex_;
  int64_t next_log_ns_ = 0;
  int64_t not_logged_ = 0;
};

}  // namespace wsload
