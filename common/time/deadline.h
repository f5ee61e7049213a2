// Deadlines for libraries that count in the standard library's time points, as gRPC does.
#pragma once

#include <chrono>
#include <cstdint>

#include "common/time/clock.h"

namespace wsload {

/// The instant `timeout_ns` after `clock`'s wall time.
inline std::chrono::system_clock::time_point DeadlineAfter(const Clock& clock, int64_t timeout_ns) {
  return std::chrono::system_clock::time_point(std::chrono::nanoseconds(clock.UnixNs() + timeout_ns));
}

}  // namespace wsload
