// What became of the messages of one stage of a run, what there was in its warm-up, and what was its awkward clients'.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "common/stats/stats.h"

namespace wsload {

/// In place of a stage: of all the run but its warm-up, what was done by the clients that behave badly, and befell
/// them.
inline constexpr int32_t kAwkwardPlace = std::numeric_limits<int32_t>::max();

/// Of the messages that were due in the stage, whenever it was that they ended; nothing else is in it. A warm-up's has
/// all that happened while it lasted as well, but for connections, which are the run's. That of awkward clients has
/// their connections too, those of the warm-up included, and what became of the messages that they sent.
struct StageStats {
  int32_t stage = 0;  ///< place in the plan's timeline, or kAwkwardPlace
  Stats stats;

  friend bool operator==(const StageStats&, const StageStats&) = default;
};

/// In the order of their stages, each at most once.
using StatsByStage = std::vector<StageStats>;

/// Of the stage; made where there is none yet. Until the next call.
Stats& StageOf(StatsByStage& stages, int32_t stage);

void MergeStages(StatsByStage& stages, const StatsByStage& more);

/// Which places a plan's timeline has.
struct StageLayout {
  int32_t count = 1;     ///< with the warm-up
  bool warm_up = false;  ///< the first one is a warm-up
  bool awkward = false;  ///< some clients behave badly

  /// Whether a place's figures are kept by stage: the warm-up's, which are nowhere else, and those of stages where
  /// there are several.
  bool Apart(int32_t stage) const { return IsWarmUp(stage) || count - (warm_up ? 1 : 0) > 1; }
  bool IsWarmUp(int32_t stage) const { return warm_up && stage == 0; }
  /// Whether its figures are in the run's totals.
  bool IsOfTotals(int32_t stage) const { return stage != kAwkwardPlace && !IsWarmUp(stage); }
};

/// The warm-up's of them; null: they have none.
const Stats* WarmUpOf(const StatsByStage& stages, const StageLayout& layout);

/// Likewise, the awkward clients'.
const Stats* AwkwardOf(const StatsByStage& stages);

/// Whether `stages`, but for the warm-up and the awkward clients, are those of the messages in `whole`, each in its
/// place; kInvalidArgument with the first figure that differs, or with what the layout does not have.
absl::Status CheckStages(const StatsByStage& stages, const StageLayout& layout, const Stats& whole);

}  // namespace wsload
