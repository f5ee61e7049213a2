#include "controller/feed/stage_follower.h"

#include <algorithm>

namespace wsload {

void StageFollower::Add(const StatsByStage& of_interval, const StatsByStage& so_far) {
  // Percentiles are looked for in those stages alone that have changed: there may be a thousand.
  for (const StageStats& changed : of_interval) {
    const auto all = std::lower_bound(so_far.begin(), so_far.end(), changed.stage,
                                      [](const StageStats& entry, int32_t wanted) { return entry.stage < wanted; });
    if (all == so_far.end() || all->stage != changed.stage) continue;
    auto place = std::lower_bound(stages_.begin(), stages_.end(), changed.stage,
                                  [](const StagePoint& entry, int32_t wanted) { return entry.stage < wanted; });
    if (place == stages_.end() || place->stage != changed.stage)
      place = stages_.insert(place, {.stage = changed.stage});
    place->counters = all->stats.counters;
    place->response = LatencyPoint::Of(all->stats.response);
    if (changed.stage == 0) first_ = all->stats.Compacted();
  }
}

void StageFollower::Complete(IntervalSnapshot& snapshot) const {
  snapshot.stages = stages_;
  if (snapshot.point.phase == Phase::kWarmUp) snapshot.totals.Merge(first_);
}

}  // namespace wsload
