// How often something may happen: so many at once, and one more in every interval.
#pragma once

#include <algorithm>
#include <cstdint>

#include "common/util/check.h"

namespace wsload {

/// A token bucket, kept as the instant at which it is full again. Time is the caller's monotonic clock.
class RateBound {
 public:
  /// Full at first. `burst` at least 1, `interval_ns` positive.
  constexpr RateBound(int burst, int64_t interval_ns) : interval_ns_(interval_ns), depth_ns_(burst * interval_ns) {
    WSLOAD_CHECK(burst >= 1 && interval_ns > 0, "a rate of {} at once and one in {} ns", burst, interval_ns);
  }

  bool Free(int64_t now_ns) const { return full_ns_ - now_ns <= depth_ns_ - interval_ns_; }
  /// Takes one; from an empty bucket, none.
  void Take(int64_t now_ns) { full_ns_ = std::min(std::max(full_ns_, now_ns) + interval_ns_, now_ns + depth_ns_); }
  /// Nothing taken is still missing: as good as new.
  bool Recovered(int64_t now_ns) const { return full_ns_ <= now_ns; }
  int64_t full_ns() const { return full_ns_; }

 private:
  int64_t interval_ns_;
  int64_t depth_ns_;
  int64_t full_ns_ = 0;
};

}  // namespace wsload
