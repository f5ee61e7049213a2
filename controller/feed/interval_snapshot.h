// One report interval of a run, as its outputs see it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/stats/stats.h"
#include "controller/result/run_result.h"

namespace wsload {

/// An agent, from the beginning to the interval, and in it. Without its histograms, as there may be a thousand agents.
struct AgentSnapshot {
  std::string label;
  AgentResult::State state = AgentResult::State::kDone;  ///< kDone as long as it is well
  Counters totals;
  int64_t response_us_p99 = 0;
  int64_t send_lag_us_p99 = 0;
  // Of a core, in the measure phase: the busiest worker's, and of the one that waited longest.
  double worker_cpu_share_max = 0;
  double worker_cpu_waited_share_max = 0;
  int64_t clock_offset_us = 0;
  int64_t clock_error_us = 0;
  std::optional<AgentPoint> interval = {};  ///< in this interval; none: it has not reported it
};

/// What became of the messages of a stage by then, or what there was in the warm-up.
struct StagePoint {
  int32_t stage = 0;  ///< place in the plan's timeline
  Counters counters = {};
  LatencyPoint response = {};  ///< of nothing as long as there is no success
};

/// Never changes, and belongs to whoever holds it.
struct IntervalSnapshot {
  /// 0, 1, 2, ... over the run: an output that was too slow for some misses numbers.
  int64_t number = 0;
  SeriesPoint point;
  /// When it began, since the run did and by the agents' clocks, and how long it was.
  double begin_s = 0;
  double duration_s = 0;
  Stats delta;   ///< of all agents in this interval, histograms too
  Stats totals;  ///< from the beginning; may hold more than the intervals up to this one. In the warm-up, its figures
  std::vector<StagePoint> stages = {};  ///< in their order: the warm-up, and the stages where there are several
  std::vector<AgentSnapshot> agents;
  std::vector<ThresholdResult> thresholds;  ///< as they stand after it

  /// About what it takes in memory.
  size_t bytes() const;
};

using SharedSnapshot = std::shared_ptr<const IntervalSnapshot>;

/// Of what a RunListener is told. `report_interval_ns`: the plan's.
AgentSnapshot SnapshotOf(const AgentResult& agent, Phase phase = Phase::kMeasure);
IntervalSnapshot TakeSnapshot(int64_t number, int64_t report_interval_ns, const SeriesPoint& point, const Stats& delta,
                              const Stats& totals, const std::vector<AgentResult>& agents);

}  // namespace wsload
