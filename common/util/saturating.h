// Sums and products of counts that never wrap: hostile reports may add up to anything.
#pragma once

#include <limits>

namespace wsload {

/// a + b, at most Int's largest value. a, b >= 0: then adding in any order gives the same.
template <typename Int>
Int SaturatingAdd(Int a, Int b) {
  Int sum;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<Int>::max() : sum;
}

/// a * b, at most Int's largest value. a, b >= 0.
template <typename Int>
Int SaturatingMultiply(Int a, Int b) {
  Int product;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<Int>::max() : product;
}

}  // namespace wsload
