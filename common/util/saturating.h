// Sums of counts that never wrap: hostile reports may add up to anything.
#pragma once

#include <limits>

namespace wsload {

/// a + b, at most Int's largest value. a, b >= 0: then adding in any order gives the same.
template <typename Int>
Int SaturatingAdd(Int a, Int b) {
  Int sum;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<Int>::max() : sum;
}

}  // namespace wsload
