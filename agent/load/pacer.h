// When a worker wakes to send: a trade between exact due times and the cost
// of waking, as pure arithmetic with `now` as a parameter.
#pragma once

#include <algorithm>
#include <cstdint>

#include "common/time/clock.h"

namespace wsload {

/// A wake-up costs several times what a message costs. Slow schedules wake for every message at its due time; from
/// kExactBelowPerSecond on, due times inside one tick share a wake-up, where and as long as the schedule is so fast. A
/// message never leaves early, and at most about one tick late; that lateness is part of the send lag, which is
/// measured.
struct Pacer {
  static constexpr int64_t kExactBelowPerSecond = 2'000;
  /// Under 1 ms with room for the wake-up itself: the bound that send lag keeps at p99.
  static constexpr int64_t kTickNs = 800 * kNsPerUs;

  /// `rate_per_s`: messages per second of this worker, at that instant.
  static int64_t TickNs(double rate_per_s) { return rate_per_s < kExactBelowPerSecond ? 0 : kTickNs; }

  /// The wake-up for a message due at `due_ns`, when the worker last woke to send at `woke_ns`.
  static int64_t NextWakeNs(int64_t due_ns, int64_t woke_ns, double rate_per_s) {
    return std::max(due_ns, woke_ns + TickNs(rate_per_s));
  }
};

}  // namespace wsload
