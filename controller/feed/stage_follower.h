// How the stages of a load stand, interval by interval.
#pragma once

#include <vector>

#include "common/stats/stage_stats.h"
#include "controller/feed/interval_snapshot.h"

namespace wsload {

/// On the way from a RunListener's calls to snapshots. One thread.
class StageFollower {
 public:
  /// As RunListener::OnStages().
  void Add(const StatsByStage& of_interval, const StatsByStage& so_far);

  /// Adds to an interval's snapshot how its stages stand. While the load warms up its totals are those of the warm-up:
  /// nobody else has any.
  void Complete(IntervalSnapshot& snapshot) const;

 private:
  std::vector<StagePoint> stages_;
  Stats first_;  ///< of the first stage, as of the last call that had some of it
};

}  // namespace wsload
