// Random numbers that a seed repeats.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/util/int128.h"
#include "common/util/split_mix.h"

namespace wsload {

/// SplitMix64. One thread.
class RandomNumbers {
 public:
  /// Streams of one seed are as independent as seeds are.
  RandomNumbers(uint64_t seed, uint64_t stream)
      : state_(SplitMixed(seed * kSplitMixStep) ^ SplitMixed((stream + 1) * kSplitMixStep)) {}

  uint64_t Next() {
    state_ += kSplitMixStep;
    return SplitMixed(state_);
  }

  /// 0 to `size` - 1; `size` > 0.
  size_t Below(size_t size) {
    return static_cast<size_t>(static_cast<Uint128>(Next()) * static_cast<Uint128>(size) >> 64);
  }

  /// From 0 on, below 1.
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1p-53; }

 private:
  uint64_t state_;
};

}  // namespace wsload
