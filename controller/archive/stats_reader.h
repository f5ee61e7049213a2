// Counters, histograms and worker figures as controller/output/stats_json.h wrote them; by common/stats/figure_list.h
// alone. What a file of another version does not have stays 0.
#pragma once

#include <vector>

#include "common/stats/counters.h"
#include "common/stats/stats.h"
#include "common/stats/worker_load.h"
#include "common/util/local_error.h"
#include "controller/archive/json_view.h"
#include "controller/result/run_result.h"

namespace wsload {

/// An object of totals.
Counters ReadCounters(const JsonView& totals);

/// `where` has the member latency_us.
void ReadLatencies(const JsonView& where, Stats& stats);

/// `where` has a member for each histogram of the event loops.
void ReadLoopHistograms(const JsonView& where, Stats& stats);

std::vector<WorkerLoad> ReadWorkerLoads(const JsonView& loads);

/// An agent's series; `interval_ns`: the plan's report interval.
AgentSeries ReadAgentSeries(const JsonView& series, int64_t interval_ns);

/// An element of the series.
SeriesPoint ReadSeriesPoint(const JsonView& point);

/// A value by its name in kChoices<Enum>.
template <NamedEnum Enum>
Enum ReadChoice(const JsonView& name) {
  const absl::StatusOr<Enum> value = ParseChoice<Enum>(name.Text());
  if (value.ok()) return *value;
  name.Fail(ErrorLines(value.status()));
  return Enum{};
}

}  // namespace wsload
