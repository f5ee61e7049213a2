// What is drawn by lot and must be the same everywhere: from the run's seed and from what it is drawn for.
#pragma once

#include <cstdint>

#include "common/util/split_mix.h"

namespace wsload {

/// What a lot decides; lots of one purpose say nothing of another's.
enum class LotFor : uint64_t { kBackoff = 1, kLifetime = 2, kRestOfLife = 3, kNode = 4, kAwkward = 5 };

/// Every agent draws the same one for the same client, in whatever order. 64 random bits; no secret.
constexpr uint64_t DrawLot(int64_t seed, LotFor purpose, int64_t client, uint64_t turn) {
  uint64_t lot = SplitMixed(static_cast<uint64_t>(seed) + kSplitMixStep);
  lot = SplitMixed(lot + static_cast<uint64_t>(purpose) * kSplitMixStep);
  lot = SplitMixed(lot + static_cast<uint64_t>(client) * kSplitMixStep);
  return SplitMixed(lot + turn * kSplitMixStep);
}

/// 0 <= x < 1, of a lot's upper bits.
constexpr double UnitOf(uint64_t lot) { return static_cast<double>(lot >> 11) * 0x1p-53; }

}  // namespace wsload
