// A run's figures as Prometheus knows them.
#pragma once

#include <string>

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
};

/// In Prometheus' text format; which run it is stands in wsload_run_info alone.
std::string ExposeRun(const std::string& run_id, const RunLabels& labels, const RunFigures& figures);

}  // namespace wsload
