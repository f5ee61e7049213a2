// When each message of a run is due: open model, constant rate, exact.
#pragma once

#include <cstdint>

#include "common/util/int128.h"

namespace wsload {

/// Message i is due floor(i * 1e9 / mps) nanoseconds after the start of the measure phase.
/// The product is taken in 128 bits: no drift, however long the run.
class ArrivalSchedule {
 public:
  /// mps >= 1, duration_ns >= 0.
  ArrivalSchedule(int64_t mps, int64_t duration_ns);

  /// How many messages are due before duration_ns.
  int64_t total() const { return total_; }

  /// Offset of message i from the start. 0 <= i.
  int64_t OffsetNs(int64_t i) const {
    return static_cast<int64_t>(static_cast<Uint128>(i) * 1'000'000'000u / static_cast<uint64_t>(mps_));
  }

 private:
  int64_t mps_;
  int64_t total_;
};

}  // namespace wsload
