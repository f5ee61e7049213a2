// What reports may claim.
#pragma once

#include <cstdint>

namespace wsload {

/// Beyond this, no honest run counts; below it, sums of many reports do not overflow.
inline constexpr int64_t kMaxWireCount = int64_t{1} << 53;

/// Ten years: of one thread or one host no run tells more, and in nanoseconds it is still a number.
inline constexpr int64_t kMaxWireTimeUs = int64_t{10} * 365 * 24 * 3600 * 1'000'000;

/// Of a host or its quota.
inline constexpr int kMaxWireCores = 65'536;

/// Of one plan, its warm-up and its awkward clients.
inline constexpr int kMaxWireStages = 1'002;

}  // namespace wsload
