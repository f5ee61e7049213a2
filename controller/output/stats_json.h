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

/// One object: figures and buckets, all in microseconds.
void WriteDistribution(JsonWriter& json, const Histogram& histogram);

/// The member latency_us.
void WriteLatencies(JsonWriter& json, const Stats& stats);

/// A member for each histogram of the event loops, as loop_stall_us.
void WriteLoopHistograms(JsonWriter& json, const Stats& stats);

/// One array, worker by worker.
void WriteWorkerLoads(JsonWriter& json, const std::vector<WorkerLoad>& workers);

/// The member generator: what the generator knows of itself, over all agents.
void WriteGenerator(JsonWriter& json, const RunResult& result);

/// One object on one line.
void WriteSeriesPoint(JsonWriter& json, const SeriesPoint& point);

}  // namespace wsload
