#include "controller/output/live_json.h"

#include <algorithm>
#include <string_view>

#include "common/plan/phase.h"
#include "controller/output/json_writer.h"
#include "controller/output/load_stages.h"
#include "controller/output/stats_json.h"
#include "controller/output/threshold_json.h"

namespace wsload {
namespace {

using Layout = JsonWriter::Layout;

int64_t PlannedNs(const RunPlan& plan, Phase phase) {
  switch (phase) {
    case Phase::kConnect:
      return plan.ramp_up_ns;
    case Phase::kWarmUp:
      return plan.warm_up_ns;
    case Phase::kMeasure:
      return plan.duration_ns;
    case Phase::kDrain:
      return DrainNs(plan);
    case Phase::kClose:
      return 0;
  }
  return 0;
}

void WriteProgress(JsonWriter& json, const LiveInterval& interval) {
  json.Object("progress", Layout::kOneLine, [&] {
    json.Member("phase", NameOf(interval.point.phase));
    json.Member("elapsed_s", interval.point.phase_clock_s);
    json.Member("planned_s", static_cast<double>(PlannedNs(interval.plan, interval.point.phase)) / kNsPerSecond);
  });
}

/// As far as they have begun, or the warm-up and all stages where there are several: marks on charts.
void WriteStages(JsonWriter& json, const LiveInterval& interval) {
  const LoadStages stages(interval.plan);
  const TimelineStage* running = stages.At(interval.point.phase, interval.point.phase_clock_s);
  json.Array("stages", Layout::kOneLine, [&] {
    if (!stages.any()) return;
    const std::vector<TimelineStage>& timeline = stages.timeline();
    for (size_t i = 0; i < timeline.size(); ++i) {
      const auto so_far = std::find_if(interval.stages.begin(), interval.stages.end(),
                                       [i](const StagePoint& point) { return static_cast<size_t>(point.stage) == i; });
      // The measured part of a load without stages is all that the other members are about.
      if (timeline[i].measured() && interval.plan.stages.empty()) continue;
      const StagePoint& point = so_far == interval.stages.end() ? StagePoint{} : *so_far;
      json.Object(Layout::kOneLine, [&] {
        json.Member("name", timeline[i].name);
        json.Member("kind", NameOf(timeline[i].kind));
        json.Member("measured", timeline[i].measured());
        json.Member("offset_ns", timeline[i].offset_ns);
        json.Member("duration_ns", timeline[i].duration_ns);
        json.Member("running", running == &timeline[i]);
        json.Object("totals", Layout::kOneLine, [&] {
          json.Member("scheduled", point.counters.scheduled);
          json.Member("success", point.counters.success);
          json.Member("failed", point.counters.failed());
          json.Member("unsent", point.counters.unsent);
        });
        json.Object("latency_us", Layout::kOneLine, [&] {
          json.Object("response", Layout::kOneLine, [&] {
            json.Member("count", point.counters.success);
            json.Member("p50", point.response.p50_us);
            json.Member("p95", point.response.p95_us);
            json.Member("p99", point.response.p99_us);
            json.Member("max", point.response.max_us);
          });
        });
      });
    }
  });
}

void WriteP99(JsonWriter& json, std::string_view name, int64_t us, int64_t count) {
  json.Object(name, Layout::kOneLine, [&] {
    json.Member("count", count);
    json.Member("p99", us);
  });
}

void WriteAgentRow(JsonWriter& json, const AgentSnapshot& agent) {
  const Counters& totals = agent.totals;
  json.Object(Layout::kOneLine, [&] {
    json.Member("name", agent.label);
    // What an agent that goes on will have been is not known yet.
    json.Member("state", agent.state == AgentResult::State::kDone ? std::string_view("running") : NameOf(agent.state));
    json.Member("clock_offset_us", agent.clock_offset_us);
    json.Member("clock_error_us", agent.clock_error_us);
    json.Object("totals", Layout::kOneLine, [&] {
      json.Member("scheduled", totals.scheduled);
      json.Member("success", totals.success);
      json.Member("failed", totals.failed());
      json.Member("unsent", totals.unsent);
      json.Object("connections", Layout::kOneLine, [&] {
        json.Member("opened", totals.connections.opened);
        json.Member("active", totals.connections.active());
      });
    });
    json.Object("latency_us", Layout::kOneLine, [&] {
      WriteP99(json, "response", agent.response_us_p99, totals.success);
      WriteP99(json, "send_lag", agent.send_lag_us_p99, totals.sent());
    });
    json.Member("worker_cpu_share_max", agent.worker_cpu_share_max);
    json.Member("worker_cpu_waited_share_max", agent.worker_cpu_waited_share_max);
    if (agent.interval.has_value()) {
      json.Key("interval");
      WriteAgentPoint(json, *agent.interval);
    }
  });
}

void WriteGeneratorSoFar(JsonWriter& json, const LiveInterval& interval) {
  double busiest = 0;
  for (const AgentSnapshot& agent : interval.agents) busiest = std::max(busiest, agent.worker_cpu_share_max);
  json.Object("generator", Layout::kOneLine, [&] {
    json.Member("worker_cpu_share_max", busiest);
    WriteLoopHistograms(json, interval.totals, Buckets::kLeftOut);
    WriteGeneratorBounds(json);
  });
}

}  // namespace

std::string LiveJson(const LiveInterval& interval) {
  std::string out;
  JsonWriter json(out);
  json.Object(Layout::kOneLine, [&] {
    json.Member("schema", kIntervalSchema);
    WriteProgress(json, interval);
    json.Key("point");
    WriteSeriesPoint(json, interval.point);
    json.Member("active_connections", interval.point.active_connections);
    json.Key("totals");
    WriteTotals(json, interval.totals.counters);
    WriteRates(json, interval.totals.counters, interval.measured_s);
    WriteLatencies(json, interval.totals, Buckets::kLeftOut);
    WriteGeneratorSoFar(json, interval);
    WriteThresholds(json, interval.thresholds);
    WriteStages(json, interval);
    json.Array("agents", Layout::kOneLine, [&] {
      for (const AgentSnapshot& agent : interval.agents) WriteAgentRow(json, agent);
    });
  });
  return out;
}

std::string LivePointJson(const SeriesPoint& point) {
  std::string out;
  JsonWriter json(out);
  WriteSeriesPoint(json, point);
  return out;
}

}  // namespace wsload
