// A run's figures as Prometheus knows them.
#pragma once

#include <string>
#include <vector>

#include "common/metrics/histogram_durations.h"
#include "common/plan/phase.h"
#include "common/stats/counters.h"
#include "controller/result/run_result.h"

namespace wsload {

/// Over all agents, up to an interval's end.
struct RunFigures {
  Phase phase = Phase::kConnect;
  int64_t active_connections = 0;
  int agents_reporting = 0;
  Counters totals;
  HistogramDurations durations = {};
  std::vector<ThresholdResult> thresholds = {};  ///< as they stand
  std::string stage = {};                        ///< of the load, that runs; empty: none does, or it has none
};

/// In Prometheus' text format; which run it is stands in wsload_run_info alone. Thresholds are told apart by their
/// expressions; times are in seconds, as Prometheus has them.
std::string ExposeRun(const std::string& run_id, const RunLabels& labels, const RunFigures& figures);

}  // namespace wsload
