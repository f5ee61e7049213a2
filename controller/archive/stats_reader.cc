#include "controller/archive/stats_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "common/stats/figure_list.h"
#include "common/util/int128.h"
#include "common/util/local_error.h"
#include "common/util/saturating.h"
#include "common/util/status.h"

namespace wsload {
namespace {

/// What was counted, or how long it took: never below 0, and so few that a thousand agents' still add up.
int64_t CountOf(const JsonView& value) {
  constexpr int64_t kMost = int64_t{1} << 52;
  const int64_t count = value.Int();
  if (count >= 0 && count <= kMost) return count;
  value.Fail(FillLocal({"want a count from 0 to {}", "应为 0 至 {} 的计数"}, kMost));
  return 0;
}

int64_t CountOr0(const JsonView& object, std::string_view name) {
  const std::optional<JsonView> value = object.Find(name);
  return value.has_value() ? CountOf(*value) : 0;
}

double DoubleOr0(const JsonView& object, std::string_view name) {
  const std::optional<JsonView> value = object.Find(name);
  return value.has_value() ? value->Double() : 0;
}

/// Counts and texts by cause.
template <typename Map, typename Read>
void ReadByCause(const JsonView& where, const char* name, Map& into, Read&& read) {
  const std::optional<JsonView> causes = where.Find(name);
  if (!causes.has_value()) return;
  causes->ForEachMember([&](std::string_view cause, const JsonView& value) { into[std::string(cause)] = read(value); });
}

ConnectionCounters ReadConnections(const JsonView& from) {
  ConnectionCounters connections;
  for (const ConnectionCounterInfo& row : kConnectionCounters) {
    connections.*row.field = CountOr0(from, row.name.shown);
    if (row.causes == nullptr) continue;
    ReadByCause(from, row.causes_name, connections.*row.causes, CountOf);
    if (row.examples == nullptr) continue;
    ReadByCause(from, row.examples_name, connections.*row.examples, [](const JsonView& text) { return text.Text(); });
  }
  return connections;
}

/// Those of totals and of a point of the series alike.
void ReadMessages(const JsonView& from, Counters& counters) {
  const std::optional<JsonView> failures = from.Find("failures");
  for (const CounterInfo& row : kCounters) {
    if (!row.counted()) continue;
    if (row.group != CounterInfo::Group::kFailures) {
      counters.*row.field = CountOr0(from, row.name.shown);
    } else if (failures.has_value()) {
      counters.*row.field = CountOr0(*failures, row.name.shown);
    }
  }
}

using Buckets = std::vector<std::pair<int, uint64_t>>;

Buckets ReadBuckets(const JsonView& from) {
  Buckets buckets;
  buckets.reserve(from.ElementCount());
  from.ForEachElement([&](const JsonView& pair) {
    int64_t highest_us = -1;
    uint64_t count = 0;
    size_t parts = 0;
    pair.ForEachElement([&](const JsonView& part) {
      if (parts == 0) highest_us = part.Int();
      if (parts == 1) count = part.Unsigned();
      ++parts;
    });
    const bool inside =
        parts == 2 && highest_us >= 0 && highest_us <= Histogram::HighestInBucketUs(Histogram::BucketCount() - 1);
    const int index = inside ? Histogram::BucketIndex(highest_us) : -1;
    if (!inside || Histogram::HighestInBucketUs(index) != highest_us) {
      return pair.Fail({"want the highest value of a bucket in us, and its count", "应为桶的最大值（us）及其计数"});
    }
    buckets.emplace_back(index, count);
  });
  return buckets;
}

/// The mean tells the sum to the unit, up to 2^52; beyond it is kept within what the buckets allow.
int64_t SumOf(const Buckets& buckets, int64_t count, double mean) {
  Int128 least = 0;
  Int128 most = 0;
  for (const auto& [index, in_bucket] : buckets) {
    least += static_cast<Int128>(in_bucket) * Histogram::LowestInBucketUs(index);
    most += static_cast<Int128>(in_bucket) * Histogram::HighestInBucketUs(index);
  }
  constexpr auto kMost = static_cast<Int128>(std::numeric_limits<int64_t>::max());
  const long double sum = std::clamp<long double>(std::round(static_cast<long double>(mean) * count), 0, kMost);
  return static_cast<int64_t>(std::clamp(static_cast<Int128>(sum), std::min(least, kMost), std::min(most, kMost)));
}

Histogram ReadDistribution(const JsonView& from) {
  Histogram histogram;
  const JsonView in = from.At("histogram");
  const bool same = in.At("unit").Text() == "us" && in.At("lowest").Int() == Histogram::kLowestUs &&
                    in.At("highest").Int() == Histogram::kHighestUs &&
                    in.At("significant_digits").Int() == Histogram::kSignificantDigits;
  if (!same) {
    in.Fail(FillLocal({"another geometry: want us from {} to {} with {} significant digits",
                       "几何不同：应为 {} 至 {} us、{} 位有效数字"},
                      Histogram::kLowestUs, Histogram::kHighestUs, Histogram::kSignificantDigits));
    return histogram;
  }
  const Buckets buckets = ReadBuckets(in.At("buckets"));
  Histogram::Summary summary{.min_us = from.At("min").Int(),
                             .max_us = from.At("max").Int(),
                             .clamped_low = in.At("clamped_low").Int(),
                             .clamped_high = in.At("clamped_high").Int()};
  const int64_t count = from.At("count").Int();
  summary.sum_us = SumOf(buckets, count, from.At("mean").Double());
  const absl::Status assigned = histogram.Assign(buckets, summary);
  if (!assigned.ok()) {
    in.Fail(ErrorLines(assigned));
  } else if (histogram.count() != count) {
    from.Fail(FillLocal({"its count is {}, and its buckets have {}", "其计数为 {}，而各桶共有 {}"}, count,
                        histogram.count()));
  }
  return histogram;
}

}  // namespace

Counters ReadCounters(const JsonView& totals) {
  Counters counters;
  ReadMessages(totals, counters);
  counters.connections = ReadConnections(totals.At("connections"));
  return counters;
}

void ReadLatencies(const JsonView& where, Stats& stats) {
  const JsonView latencies = where.At("latency_us");
  for (const HistogramInfo& row : kHistograms) {
    if (row.group != HistogramInfo::Group::kLatency) continue;
    const std::optional<JsonView> distribution = latencies.Find(row.name.shown);
    if (distribution.has_value()) stats.*row.field = ReadDistribution(*distribution);
  }
}

void ReadLoopHistograms(const JsonView& where, Stats& stats) {
  for (const HistogramInfo& row : kHistograms) {
    if (row.group != HistogramInfo::Group::kLoop) continue;
    const std::optional<JsonView> distribution = where.Find(std::string(row.name.shown) + "_us");
    if (distribution.has_value()) stats.*row.field = ReadDistribution(*distribution);
  }
}

std::vector<WorkerLoad> ReadWorkerLoads(const JsonView& loads) {
  std::vector<WorkerLoad> workers;
  loads.ForEachElement([&](const JsonView& load) {
    WorkerLoad& worker = workers.emplace_back();
    for (const WorkerFigureInfo& row : kWorkerFigures) worker.*row.field = CountOr0(load, row.name.shown);
  });
  return workers;
}

AgentSeries ReadAgentSeries(const JsonView& from, int64_t interval_ns) {
  const JsonView step = from.At("step_s");
  const double together =
      std::round(step.Double() * kNsPerSecond / static_cast<double>(std::max<int64_t>(1, interval_ns)));
  constexpr double kMostTogether = 1e9;
  if (!(together >= 1 && together <= kMostTogether)) {
    step.Fail(LocalText{"want the plan's report interval, or a multiple of it", "应为计划的上报时段，或其整数倍"});
    return {};
  }
  std::vector<AgentPoint> points;
  bool is_first = true;
  for (const AgentPointField& row : kAgentPointFields) {
    const JsonView column = from.At(row.name);
    const size_t count = column.ElementCount();
    if (is_first) points.resize(count);
    is_first = false;
    if (count != points.size()) {
      column.Fail(LocalText{"want as many as in the columns before", "个数应与前面的列相同"});
      return {};
    }
    size_t at = 0;
    column.ForEachElement([&](const JsonView& value) { points[at++].*row.field = CountOf(value); });
  }
  return {static_cast<int64_t>(together), std::move(points)};
}

SeriesPoint ReadSeriesPoint(const JsonView& from) {
  SeriesPoint point;
  point.phase = ReadChoice<Phase>(from.At("phase"));
  point.interval_index = from.At("interval").Int();
  point.elapsed_s = from.At("elapsed_s").Double();
  point.agents_reporting = static_cast<int>(CountOr0(from, "agents_reporting"));
  point.active_connections = CountOr0(from, "active_connections");
  ReadMessages(from, point.delta);
  for (const ConnectionCounterInfo& row : kConnectionCounters) {
    if (row.shown_in != ShownIn::kSeries) continue;
    point.delta.connections.*row.field = CountOr0(from, std::string("connections_") + row.name.shown);
  }
  for (size_t i = 0; i < kHistograms.size(); ++i) {
    const std::optional<JsonView> figures = from.Find(std::string(kHistograms[i].name.shown) + "_us");
    if (!figures.has_value()) continue;
    for (const SeriesFigure& figure : kHistograms[i].series) {
      point.latencies[i].*figure.field = CountOr0(*figures, figure.name);
    }
  }
  point.workers.loop_stall_us_max = CountOr0(from, "loop_stall_us_max");
  point.workers.cpu_share_max = DoubleOr0(from, "worker_cpu_share_max");
  point.workers.waited_share_max = DoubleOr0(from, "worker_cpu_waited_share_max");
  return point;
}

}  // namespace wsload
