// By when a load must have ended, as the agent and the controller both reckon.
#pragma once

#include <cstdint>

#include "common/time/clock.h"

namespace wsload {

/// When nothing but closing connections is left, the end may take a grace; as long as there is progress it may take
/// another one from then on, up to a bound that depends on how many connections there are. Pure arithmetic on the
/// caller's monotonic clock.
class EndDeadline {
 public:
  /// Closing a connection takes no longer than this, however busy the host, or the server, is.
  static constexpr int64_t kClosePerClientNs = 10 * kNsPerMs;

  EndDeadline() = default;
  /// `drained_ns`: when nothing but closing is left. `grace_ns` >= 0: the longest time without progress. `clients` >=
  /// 0: how many connections there are to close.
  EndDeadline(int64_t drained_ns, int64_t grace_ns, int64_t clients, int64_t close_per_client_ns = kClosePerClientNs);

  /// Connections are being closed at `now_ns`. Moves the deadline on or leaves it; never back.
  void OnProgress(int64_t now_ns);

  int64_t due_ns() const { return due_ns_; }

 private:
  int64_t grace_ns_ = 0;
  int64_t due_ns_ = 0;
  int64_t latest_ns_ = 0;  ///< even with progress all the time
};

}  // namespace wsload
