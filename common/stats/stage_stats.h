// What became of the messages of one stage of a run.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "common/stats/stats.h"

namespace wsload {

/// Of the messages that were due in the stage, whenever it was that they ended; nothing else is in it.
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

/// Whether `stages` are those of the messages in `whole`, each in one of the first `count` stages; kInvalidArgument
/// with the first figure that differs. Where there is one stage alone nothing is kept by stage.
absl::Status CheckStages(const StatsByStage& stages, int32_t count, const Stats& whole);

}  // namespace wsload
