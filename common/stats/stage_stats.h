// What became of the messages of one stage of a run, and what there was in its warm-up.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "common/stats/stats.h"

namespace wsload {

/// Of the messages that were due in the stage, whenever it was that they ended; nothing else is in it. A warm-up's has
/// all that happened while it lasted as well, but for connections, which are the run's.
struct StageStats {
  int32_t stage = 0;  ///< place in the plan's timeline
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

  /// Whether a place's figures are kept by stage: the warm-up's, which are nowhere else, and those of stages where
  /// there are several.
  bool Apart(int32_t stage) const { return IsWarmUp(stage) || count - (warm_up ? 1 : 0) > 1; }
  bool IsWarmUp(int32_t stage) const { return warm_up && stage == 0; }
};

/// The warm-up's of them; null: they have none.
const Stats* WarmUpOf(const StatsByStage& stages, const StageLayout& layout);

/// Whether `stages`, but for the warm-up, are those of the messages in `whole`, each in its place; kInvalidArgument
/// with the first figure that differs.
absl::Status CheckStages(const StatsByStage& stages, const StageLayout& layout, const Stats& whole);

}  // namespace wsload
