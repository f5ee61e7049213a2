// Counters, histograms and worker figures as result.json shows them; by common/stats/figure_list.h alone.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/stats/stats.h"
#include "common/stats/worker_load.h"
#include "controller/output/json_writer.h"
#include "controller/result/run_result.h"

namespace wsload {

/// One object with every counter. `active_peak`: where it is known.
void WriteTotals(JsonWriter& json, const Counters& counters, std::optional<int64_t> active_peak = std::nullopt);

/// Whether a distribution has its buckets beside its figures.
enum class Buckets { kWritten, kLeftOut };

/// One object: figures and buckets, all in microseconds.
void WriteDistribution(JsonWriter& json, const Histogram& histogram, Buckets buckets = Buckets::kWritten);

/// The member latency_us.
void WriteLatencies(JsonWriter& json, const Stats& stats, Buckets buckets = Buckets::kWritten);

/// A member for each histogram of the event loops, as loop_stall_us.
void WriteLoopHistograms(JsonWriter& json, const Stats& stats, Buckets buckets = Buckets::kWritten);

/// One array, worker by worker.
void WriteWorkerLoads(JsonWriter& json, const std::vector<WorkerLoad>& workers);

/// The member generator: what the generator knows of itself, over all `agents`, whose sum is `totals`.
void WriteGenerator(JsonWriter& json, const std::vector<AgentResult>& agents, const Stats& totals);

/// Its member bounds.
void WriteGeneratorBounds(JsonWriter& json);

/// The member rates, over the measure phase as long as it was.
void WriteRates(JsonWriter& json, const Counters& totals, double measured_s);

/// What one agent did in an interval: one object on one line.
void WriteAgentPoint(JsonWriter& json, const AgentPoint& point);

/// One object: how long a point is, and a column for each figure. `interval_ns`: the plan's report interval.
void WriteAgentSeries(JsonWriter& json, const AgentSeries& series, int64_t interval_ns);

/// One object on one line.
void WriteSeriesPoint(JsonWriter& json, const SeriesPoint& point);

}  // namespace wsload
