// The one place where clocks are read. Everything below a main takes time as
// a value, or a Clock as a parameter.
#pragma once

#include <cstdint>

namespace wsload {

inline constexpr int64_t kNsPerUs = 1'000;
inline constexpr int64_t kNsPerMs = 1'000'000;
inline constexpr int64_t kNsPerSecond = 1'000'000'000;

/// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Nanoseconds on a clock that never goes back; the epoch means nothing.
  virtual int64_t MonoNs() const = 0;

  /// Nanoseconds since 1970-01-01 UTC; for stamps people read and tokens.
  virtual int64_t UnixNs() const = 0;
};

/// CLOCK_MONOTONIC and CLOCK_REALTIME.
const Clock& SystemClock();

}  // namespace wsload
