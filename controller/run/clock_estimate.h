// An agent's monotonic clock, as probes show it.
#pragma once

#include <cstdint>

#include "common/time/clock.h"

namespace wsload {

/// The agent's clock is the controller's plus `offset_ns`, give or take `error_ns`.
struct ClockEstimate {
  int64_t offset_ns = 0;
  int64_t error_ns = 0;
};

/// The best of the probes seen: a reply's path is taken to be as long as its probe's, and where it is not, the error is
/// at most half the round trip.
class ClockEstimator {
 public:
  /// How much faster two hosts' clocks may go apart: a time daemon slews by at most 500 ppm.
  static constexpr int64_t kDriftPerSecondNs = 500'000;

  /// `drifts`: an old probe counts for less and less, for estimates that are kept for long.
  explicit ClockEstimator(bool drifts) : drift_(drifts ? kDriftPerSecondNs : 0) {}

  /// Instants of the probe's departure and its reply's arrival on the controller's clock; `agent_ns` is what the reply
  /// says, at most 2^62 in size.
  void Add(int64_t sent_ns, int64_t arrived_ns, int64_t agent_ns) {
    const int64_t round_trip_ns = arrived_ns - sent_ns;
    if (known_ && round_trip_ns / 2 >= At(arrived_ns).error_ns) return;
    known_ = true;
    best_ = {agent_ns - (sent_ns + round_trip_ns / 2), round_trip_ns / 2};
    taken_ns_ = arrived_ns;
  }

  /// A probe was answered.
  bool known() const { return known_; }

  ClockEstimate At(int64_t now_ns) const {
    return {best_.offset_ns, best_.error_ns + (now_ns - taken_ns_) / kNsPerMs * drift_ / 1000};
  }

 private:
  int64_t drift_;
  bool known_ = false;
  ClockEstimate best_;
  int64_t taken_ns_ = 0;
};

}  // namespace wsload
