// Every n-th of something, exactly.
#pragma once

#include <cstdint>

namespace wsload {

/// first, first + stride, ..., `count` terms. stride >= 1.
struct Progression {
  int64_t first = 0;
  int64_t stride = 1;
  int64_t count = 0;

  int64_t At(int64_t k) const { return first + k * stride; }

  /// The terms at positions part, part + parts, ... of this progression:
  /// the parts are disjoint and their union is the whole. 0 <= part < parts.
  Progression Part(int64_t part, int64_t parts) const;

  /// How many terms are less than `limit`; they are the first ones.
  int64_t CountBelow(int64_t limit) const {
    if (count == 0 || limit <= first) return 0;
    const int64_t below = (limit - first - 1) / stride + 1;
    return below < count ? below : count;
  }

  friend bool operator==(const Progression&, const Progression&) = default;
};

}  // namespace wsload
