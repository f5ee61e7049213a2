// An interval of a run that goes on, as those who watch it read it: schema "wsload.interval/1" (docs/live.md).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/plan/run_plan.h"
#include "common/stats/counters.h"
#include "common/stats/stats.h"
#include "controller/feed/interval_snapshot.h"
#include "controller/result/run_result.h"

namespace wsload {

inline constexpr char kIntervalSchema[] = "wsload.interval/1";

/// What is known when an interval has been reported by all; outlives the call.
struct LiveInterval {
  const RunPlan& plan;
  const SeriesPoint& point;
  const Stats& totals;
  const std::vector<AgentSnapshot>& agents;
  double measured_s = 0;  ///< of the measure phase, so far
  std::span<const ThresholdResult> thresholds = {};
  std::span<const StagePoint> stages = {};
};

/// One object on one line: what came since the last one, and all that is known so far, under the names that they have
/// in result.json. Without buckets.
std::string LiveJson(const LiveInterval& interval);

/// The member `point` of it alone, one object: as an element of result.json's series.
std::string LivePointJson(const SeriesPoint& point);

}  // namespace wsload
