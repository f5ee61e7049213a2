// What reports may claim.
#pragma once

#include <cstdint>

namespace wsload {

/// Beyond this, no honest run counts; below it, sums of many reports do not overflow.
inline constexpr int64_t kMaxWireCount = int64_t{1} << 53;

}  // namespace wsload
