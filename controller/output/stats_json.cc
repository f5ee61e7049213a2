#include "controller/output/stats_json.h"

#include <array>
#include <string>

#include "common/plan/phase.h"
#include "common/stats/figure_list.h"
#include "controller/result/rates.h"
#include "controller/result/verdict.h"

namespace wsload {
namespace {

using Layout = JsonWriter::Layout;

struct Percentile {
  const char* name;
  double percent;
};
constexpr std::array<Percentile, 6> kPercentiles = {
    {{"p50", 50}, {"p90", 90}, {"p95", 95}, {"p99", 99}, {"p99_9", 99.9}, {"p99_99", 99.99}}};

bool IsShown(ShownIn figure, ShownIn place) { return place == ShownIn::kTotals || figure == ShownIn::kSeries; }

void WriteGroup(JsonWriter& json, const Counters& counters, CounterInfo::Group group, ShownIn place) {
  for (const CounterInfo& row : kCounters) {
    if (row.group == group && IsShown(row.shown_in, place)) json.Member(row.name.shown, row.Of(counters));
  }
}

/// The part that totals and series have in common.
void WriteMessages(JsonWriter& json, const Counters& counters, ShownIn place) {
  WriteGroup(json, counters, CounterInfo::Group::kMessages, place);
  json.Object("failures", Layout::kOneLine, [&] { WriteGroup(json, counters, CounterInfo::Group::kFailures, place); });
}

void WriteConnections(JsonWriter& json, const ConnectionCounters& connections, std::optional<int64_t> active_peak) {
  json.Object("connections", Layout::kOneLine, [&] {
    for (const ConnectionCounterInfo& row : kConnectionCounters) {
      json.Member(row.name.shown, connections.*row.field);
    }
    if (active_peak.has_value()) json.Member("active_peak", *active_peak);
    for (const ConnectionCounterInfo& row : kConnectionCounters) {
      if (row.causes == nullptr) continue;
      json.Object(row.causes_name, Layout::kOneLine, [&] {
        for (const auto& [cause, count] : connections.*row.causes) json.Member(cause, count);
      });
      if (row.examples == nullptr) continue;
      json.Object(row.examples_name, Layout::kOneLine, [&] {
        for (const auto& [cause, example] : connections.*row.examples) json.Member(cause, example);
      });
    }
  });
}

void WriteHistogram(JsonWriter& json, const Histogram& histogram) {
  json.Object("histogram", Layout::kOneLine, [&] {
    json.Member("unit", "us");
    json.Member("lowest", Histogram::kLowestUs);
    json.Member("highest", Histogram::kHighestUs);
    json.Member("significant_digits", Histogram::kSignificantDigits);
    json.Member("clamped_low", histogram.clamped_low());
    json.Member("clamped_high", histogram.clamped_high());
    json.Array("buckets", Layout::kOneLine, [&] {
      histogram.ForEachBucket([&](int, int64_t highest_us, uint64_t count) {
        json.Array(Layout::kOneLine, [&] {
          json.Value(highest_us);
          json.Value(count);
        });
      });
    });
  });
}

/// Of one worker, or of all together: then what is shown of the generator.
void WriteWorkerGroup(JsonWriter& json, const WorkerLoad& load, WorkerFigureInfo::Group group,
                      WorkerFigureInfo::ShownOf of = WorkerFigureInfo::ShownOf::kWorker) {
  for (const WorkerFigureInfo& row : kWorkerFigures) {
    const bool shown = of == WorkerFigureInfo::ShownOf::kWorker || row.shown_of == of;
    if (shown && row.group == group) json.Member(row.name.shown, load.*row.field);
  }
}

}  // namespace

void WriteTotals(JsonWriter& json, const Counters& counters, std::optional<int64_t> active_peak) {
  json.Object(Layout::kLines, [&] {
    WriteMessages(json, counters, ShownIn::kTotals);
    // Messages of agents that were lost, and of no others.
    json.Member("unaccounted", counters.open());
    for (const CounterInfo& row : kCounters) {
      const bool written = row.group == CounterInfo::Group::kMessages || row.group == CounterInfo::Group::kFailures;
      if (!written) json.Member(row.name.shown, row.Of(counters));
    }
    WriteConnections(json, counters.connections, active_peak);
  });
}

void WriteDistribution(JsonWriter& json, const Histogram& histogram, Buckets buckets) {
  json.Object(histogram.count() == 0 ? Layout::kOneLine : Layout::kLines, [&] {
    json.Member("count", histogram.count());
    json.Member("min", histogram.min_us());
    json.Member("mean", histogram.mean_us());
    for (const Percentile& percentile : kPercentiles) {
      json.Member(percentile.name, histogram.PercentileUs(percentile.percent));
    }
    json.Member("max", histogram.max_us());
    if (buckets == Buckets::kWritten) WriteHistogram(json, histogram);
  });
}

void WriteLatencies(JsonWriter& json, const Stats& stats, Buckets buckets) {
  json.Object("latency_us", Layout::kLines, [&] {
    for (const HistogramInfo& row : kHistograms) {
      if (row.group != HistogramInfo::Group::kLatency) continue;
      json.Key(row.name.shown);
      WriteDistribution(json, stats.*row.field, buckets);
    }
  });
}

void WriteLoopHistograms(JsonWriter& json, const Stats& stats, Buckets buckets) {
  for (const HistogramInfo& row : kHistograms) {
    if (row.group != HistogramInfo::Group::kLoop) continue;
    json.Key(std::string(row.name.shown) + "_us");
    WriteDistribution(json, stats.*row.field, buckets);
  }
}

void WriteWorkerLoads(JsonWriter& json, const std::vector<WorkerLoad>& workers) {
  json.Array(Layout::kLines, [&] {
    for (size_t i = 0; i < workers.size(); ++i) {
      json.Object(Layout::kOneLine, [&] {
        json.Member("worker", i);
        WriteWorkerGroup(json, workers[i], WorkerFigureInfo::Group::kCpu);
        json.Member("cpu_share", workers[i].cpu_share());
        json.Member("cpu_waited_share", workers[i].waited_share());
        WriteWorkerGroup(json, workers[i], WorkerFigureInfo::Group::kMessages);
        WriteWorkerGroup(json, workers[i], WorkerFigureInfo::Group::kLoop);
        json.Member("touched_share", workers[i].touched_share());
      });
    }
  });
}

void WriteGenerator(JsonWriter& json, const std::vector<AgentResult>& agents, const Stats& totals) {
  WorkerPeaks peaks;
  WorkerLoad sum;
  for (const AgentResult& agent : agents) {
    peaks.Add(agent.worker_loads);
    for (const WorkerLoad& worker : agent.worker_loads) sum.Merge(worker);
  }
  json.Object("generator", Layout::kLines, [&] {
    WriteWorkerGroup(json, sum, WorkerFigureInfo::Group::kMessages, WorkerFigureInfo::ShownOf::kGenerator);
    WriteWorkerGroup(json, sum, WorkerFigureInfo::Group::kCpu, WorkerFigureInfo::ShownOf::kGenerator);
    json.Member("worker_cpu_share_max", peaks.cpu_share_max);
    json.Member("worker_cpu_waited_share_max", peaks.waited_share_max);
    WriteWorkerGroup(json, sum, WorkerFigureInfo::Group::kLoop, WorkerFigureInfo::ShownOf::kGenerator);
    WriteLoopHistograms(json, totals);
    WriteGeneratorBounds(json);
  });
}

void WriteGeneratorBounds(JsonWriter& json) {
  json.Object("bounds", Layout::kOneLine, [&] {
    json.Member("send_lag_us_p99", kSendLagBoundUs);
    json.Member("worker_cpu_share", kBusyWorkerBound);
    // Who stalls that long has touched as much.
    json.Member("worker_stalled_share", kTouchedBound);
    json.Member("worker_touched_share", kTouchedBound);
  });
}

void WriteRates(JsonWriter& json, const Counters& totals, double measured_s) {
  const Rates rates = RatesOf(totals, measured_s);
  json.Object("rates", Layout::kOneLine, [&] {
    json.Member("scheduled_per_s", rates.scheduled_per_s);
    json.Member("sent_per_s", rates.sent_per_s);
    json.Member("success_per_s", rates.success_per_s);
    json.Member("success_ratio", rates.success_ratio);
  });
}

void WriteAgentPoint(JsonWriter& json, const AgentPoint& point) {
  json.Object(Layout::kOneLine, [&] {
    for (const AgentPointField& row : kAgentPointFields) json.Member(row.name, point.*row.field);
  });
}

void WriteAgentSeries(JsonWriter& json, const AgentSeries& series, int64_t interval_ns) {
  json.Object(Layout::kLines, [&] {
    json.Member("step_s", static_cast<double>(interval_ns) / kNsPerSecond * static_cast<double>(series.together()));
    for (const AgentPointField& row : kAgentPointFields) {
      json.Array(row.name, Layout::kOneLine, [&] {
        for (const AgentPoint& point : series.points()) json.Value(point.*row.field);
      });
    }
  });
}

void WriteSeriesPoint(JsonWriter& json, const SeriesPoint& point) {
  json.Object(Layout::kOneLine, [&] {
    json.Member("phase", NameOf(point.phase));
    json.Member("interval", point.interval_index);
    json.Member("elapsed_s", point.elapsed_s);
    json.Member("agents_reporting", point.agents_reporting);
    json.Member("active_connections", point.active_connections);
    for (const ConnectionCounterInfo& row : kConnectionCounters) {
      if (row.shown_in != ShownIn::kSeries) continue;
      json.Member(std::string("connections_") + row.name.shown, point.delta.connections.*row.field);
    }
    WriteMessages(json, point.delta, ShownIn::kSeries);
    WriteGroup(json, point.delta, CounterInfo::Group::kTraffic, ShownIn::kSeries);
    for (size_t i = 0; i < kHistograms.size(); ++i) {
      if (kHistograms[i].series.empty()) continue;
      json.Object(std::string(kHistograms[i].name.shown) + "_us", Layout::kOneLine, [&] {
        for (const SeriesFigure& figure : kHistograms[i].series) {
          json.Member(figure.name, point.latencies[i].*figure.field);
        }
      });
    }
    WriteGroup(json, point.delta, CounterInfo::Group::kGenerator, ShownIn::kSeries);
    json.Member("loop_stall_us_max", point.workers.loop_stall_us_max);
    json.Member("worker_cpu_share_max", point.workers.cpu_share_max);
    json.Member("worker_cpu_waited_share_max", point.workers.waited_share_max);
  });
}

}  // namespace wsload
