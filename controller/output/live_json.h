// An interval of a run that goes on, as those who watch it read it: schema "wsload.interval/1" (docs/live.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/plan/run_plan.h"
#include "common/stats/counters.h"
#include "common/stats/stats.h"
#include "controller/result/run_result.h"

namespace wsload {

inline constexpr char kIntervalSchema[] = "wsload.interval/1";

/// An agent from the beginning to the interval: as much as its row in a table takes.
struct LiveAgent {
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
};

LiveAgent MakeLiveAgent(const AgentResult& agent);

/// What is known when an interval has been reported by all; outlives the call.
struct LiveInterval {
  const RunPlan& plan;
  const SeriesPoint& point;
  const Stats& totals;
  const std::vector<LiveAgent>& agents;
  double measured_s = 0;  ///< of the measure phase, so far
};

/// One object on one line: what came since the last one, and all that is known so far, under the names that they have
/// in result.json. Without buckets.
std::string LiveJson(const LiveInterval& interval);

/// The member `point` of it alone, one object: as an element of result.json's series.
std::string LivePointJson(const SeriesPoint& point);

}  // namespace wsload
