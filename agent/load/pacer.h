// When a worker wakes to send: a trade between exact due times and the cost
// of waking, as pure arithmetic with `now` as a parameter.
#pragma once

#include <algorithm>
#include <cstdint>

#include "common/time/clock.h"

namespace wsload {

/// A wake-up costs several times what a message costs. Slow schedules wake for every message at its due time; from
/// kExactBelowPerSecond on, due times inside one tick share a wake-up. A message never leaves early, and at most about
/// one tick late; that lateness is part of the send lag, which is measured.
class Pacer {
 public:
  static constexpr int64_t kExactBelowPerSecond = 2'000;
  /// Under 1 ms with room for the wake-up itself: the bound that send lag keeps at p99.
  static constexpr int64_t kTickNs = 800 * kNsPerUs;

  /// `rate_per_s`: messages per second of this worker.
  explicit Pacer(double rate_per_s) : tick_ns_(rate_per_s < kExactBelowPerSecond ? 0 : kTickNs) {}

  /// The wake-up for a message due at `due_ns`, when the worker last woke to send at `woke_ns`.
  int64_t NextWakeNs(int64_t due_ns, int64_t woke_ns) const { return std::max(due_ns, woke_ns + tick_ns_); }

  int64_t tick_ns() const { return tick_ns_; }

 private:
  int64_t tick_ns_;
};

}  // namespace wsload
