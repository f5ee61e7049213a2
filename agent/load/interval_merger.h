// Adds the intervals of several workers up to intervals of the whole slice,
// whatever order they arrive in.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "agent/load/load_engine.h"
#include "common/plan/phase.h"
#include "common/stats/stage_stats.h"
#include "common/stats/stats.h"

namespace wsload {

/// One thread. Every source delivers its intervals in order (phase, then index).
class IntervalMerger {
 public:
  /// `emit` gets each interval once every source has delivered it or is past it.
  IntervalMerger(int sources, std::function<void(IntervalReport)> emit);

  void Add(int source, Phase phase, int64_t interval_index, const Stats& delta, const StatsByStage& stages,
           const WorkerLoad& load);

  /// The source delivers nothing more.
  void Finish(int source);

  /// Nothing waits to be emitted.
  bool empty() const { return open_.empty(); }

 private:
  using Key = std::pair<Phase, int64_t>;

  void EmitComplete();

  std::function<void(IntervalReport)> emit_;
  std::vector<Key> reached_;  ///< the last interval each source delivered
  struct Open {
    Stats delta;
    StatsByStage stages;
    std::vector<WorkerLoad> workers;
  };
  std::map<Key, Open> open_;
};

}  // namespace wsload
