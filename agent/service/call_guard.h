// Lets calls in that carry the agent's token.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "agent/service/guess_limiter.h"
#include "common/time/clock.h"
#include "common/util/rate_bound.h"

namespace wsload {

/// From any thread. Every call of the service asks it before anything else.
class CallGuard {
 public:
  /// An empty `token`: every call is welcome.
  CallGuard(const Clock& clock, std::string token)
      : clock_(clock), wants_token_(!token.empty()), token_(std::move(token)) {}

  /// From now on; not empty, and only for a guard that had one.
  void SetToken(std::string token);

  /// OK, or UNAUTHENTICATED with a line for the caller. After many wrong tokens from one network, further ones from
  /// there are not looked at for a while (GuessLimiter). Refusals are logged, some at once and then a line a minute.
  grpc::Status Check(const grpc::CallbackServerContext& context);

 private:
  void LogRefusal(const std::string& peer, const char* what, int64_t now_ns);

  const Clock& clock_;
  const bool wants_token_;
  std::mutex mutex_;
  std::string token_;
  GuessLimiter guesses_;
  RateBound log_lines_{10, 60 * kNsPerSecond};
  int64_t not_logged_ = 0;
};

}  // namespace wsload
