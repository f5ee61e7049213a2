// What the rows of common/stats/figure_list.h say of a figure.
#pragma once

#include <cstdint>
#include <span>

#include "common/stats/counters.h"
#include "common/stats/latency_point.h"
#include "common/stats/stats.h"
#include "common/stats/worker_load.h"

namespace wsload {

struct FigureName {
  const char* shown;   ///< in result.json and timeseries.csv; public, never changed
  const char* member;  ///< of the struct, and of the field in proto/wsload/v1/stats.proto

  constexpr FigureName(const char* name) : shown(name), member(name) {}
  constexpr FigureName(const char* shown_name, const char* member_name) : shown(shown_name), member(member_name) {}
};

/// In Prometheus.
struct MetricName {
  const char* family;
  const char* cause;  ///< label `cause`, where several counters are one family; else null

  constexpr MetricName(const char* name, const char* label = nullptr) : family(name), cause(label) {}
};

/// Which change of a figure is for the better.
enum class Better { kNeither, kMore, kLess };

/// kSeries: also for each report interval, in result.json's series and in timeseries.csv.
enum class ShownIn { kTotals, kSeries };

struct CounterInfo {
  /// Counters that the outputs show together.
  enum class Group {
    kMessages,   ///< the scheduled messages, and what became of them
    kFailures,   ///< why messages failed: Counters::failed() is the sum of these
    kTraffic,    ///< what else went over the connections
    kGenerator,  ///< what the generator knows of itself
  };

  FigureName name;
  int64_t Counters::*field;  ///< null: not counted, but the sum below
  Group group;
  ShownIn shown_in;
  const char* unit;
  Better better;
  MetricName metric;  ///< of a sum: the family of its causes
  const char* help;   ///< one sentence, also Prometheus's; a family of causes has the one of their sum
  int64_t (Counters::*sum)() const = nullptr;

  constexpr bool counted() const { return field != nullptr; }
  int64_t Of(const Counters& counters) const { return counted() ? counters.*field : (counters.*sum)(); }
};

/// Shown in the series as connections_<name>.
struct ConnectionCounterInfo {
  FigureName name;
  int64_t ConnectionCounters::*field;
  ShownIn shown_in;
  const char* unit;
  Better better;
  MetricName metric;
  const char* help;
  // Of the member whose counts add up to the field; each cause is a label of the metric.
  const char* causes_name = nullptr;  ///< in result.json and the .proto alike
  CauseCounts ConnectionCounters::*causes = nullptr;
  // Likewise, of one example for each cause.
  const char* examples_name = nullptr;
  CauseExamples ConnectionCounters::*examples = nullptr;
};

/// One value of a LatencyPoint, as the outputs name it.
struct SeriesFigure {
  const char* name;
  int64_t LatencyPoint::*field;
};

/// All are in microseconds, and of all of them less is better.
struct HistogramInfo {
  /// Where result.json has it.
  enum class Group {
    kLatency,  ///< of messages and connections: under latency_us
    kLoop,     ///< of the workers' event loops: under generator and under each agent, as <name>_us
  };
  enum class Describes { kServer, kGenerator };

  FigureName name;
  Histogram Stats::*field;
  Group group;
  Describes describes;
  std::span<const SeriesFigure> series;  ///< shown for each report interval, as <name>_us_<theirs>
  MetricName metric;
  const char* help;
};

struct WorkerFigureInfo {
  /// Figures that result.json shows together.
  enum class Group {
    kCpu,       ///< of its thread
    kMessages,  ///< that it sent, late or never
    kLoop,      ///< of its event loop
  };
  /// kGenerator: result.json's generator has it as well, over all workers.
  enum class ShownOf { kWorker, kGenerator };
  /// How the figures of two intervals or two workers become one.
  enum class MergeBy { kSum, kMax };

  FigureName name;
  int64_t WorkerLoad::*field;
  Group group;
  ShownOf shown_of;
  MergeBy merge_by;
  const char* unit;
  Better better;
  const char* help;
};

}  // namespace wsload
