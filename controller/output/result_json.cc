#include "controller/output/result_json.h"

#include <optional>

#include "absl/time/time.h"
#include "common/plan/phase.h"
#include "common/plan/run_policy.h"
#include "common/util/local_error.h"
#include "common/util/status.h"
#include "common/version.h"
#include "controller/output/also_seen.h"
#include "controller/output/hints.h"
#include "controller/output/json_writer.h"
#include "controller/output/outages.h"
#include "controller/output/plan_json.h"
#include "controller/output/statement_json.h"
#include "controller/output/stats_json.h"
#include "controller/output/threshold_json.h"
#include "controller/result/compression_outcome.h"
#include "controller/result/push_outcome.h"
#include "controller/result/rates.h"
#include "controller/result/run_exit_code.h"
#include "controller/result/verdict.h"

namespace wsload {
namespace {

using Layout = JsonWriter::Layout;

std::string Rfc3339(int64_t unix_ns) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", absl::FromUnixNanos(unix_ns), absl::UTCTimeZone());
}

void WriteLabels(JsonWriter& json, const RunLabels& labels) {
  json.Member("title", labels.title);
  json.Object("tags", Layout::kOneLine, [&] {
    for (const auto& [name, value] : labels.tags) json.Member(name, value);
  });
  json.Member("command_line", labels.command_line);
}

void WriteHead(JsonWriter& json, const RunResult& result) {
  json.Member("schema", kResultSchema);
  json.Member("wsload_version", kVersion);
  json.Member("run_id", result.run_id);
  WriteLabels(json, result.labels);
  json.Member("started_at", Rfc3339(result.started_unix_ns));
  json.Member("interrupted", result.interrupted);
  json.Member("error", result.error.ok() ? std::nullopt : std::make_optional(Text(result.error)));
  json.Member("error_zh",
              result.error.ok() ? std::nullopt : std::make_optional(ErrorText(result.error, Language::kChinese)));
  json.Member("exit_code", static_cast<int>(ExitCodeOf(result)));
  json.Key("plan");
  WritePlan(json, result.plan);
  json.Object("verdict", Layout::kLines, [&] {
    json.Member("code", NameOf(result.verdict));
    json.Key("reasons");
    WriteStatements(json, result.verdict_reasons);
  });
  json.Object("outcome", Layout::kLines, [&] {
    json.Member("code", NameOf(result.outcome));
    json.Key("reasons");
    WriteStatements(json, result.outcome_reasons);
  });
  json.Key("warnings");
  WriteStatements(json, result.warnings);
  json.Member("check_connections", result.check_connections);
  json.Member("measured_ns", result.measured_ns);
}

void WritePhases(JsonWriter& json, const RunResult& result) {
  json.Array("phases", Layout::kLines, [&] {
    for (const PhaseTimes& phase : result.phases) {
      json.Object(Layout::kLines, [&] {
        const bool began = phase.started_unix_ns != 0;
        json.Member("phase", NameOf(phase.phase));
        json.Member("started_at", began ? std::make_optional(Rfc3339(phase.started_unix_ns)) : std::nullopt);
        json.Member("duration_ns", phase.duration_ns);
        json.Key("totals");
        WriteTotals(json, phase.delta);
      });
    }
  });
}

void WriteStages(JsonWriter& json, const RunResult& result) {
  json.Array("stages", Layout::kLines, [&] {
    for (const StageResult& stage : result.stages) {
      json.Object(Layout::kLines, [&] {
        json.Member("name", stage.name);
        json.Member("kind", NameOf(stage.kind));
        json.Member("measured", stage.measured());
        json.Member("offset_ns", stage.offset_ns);
        json.Member("duration_ns", stage.duration_ns);
        json.Key("totals");
        WriteTotals(json, stage.stats.counters);
        WriteLatencies(json, stage.stats);
      });
    }
  });
}

void WriteGaps(JsonWriter& json, const RunResult& result) {
  json.Array("gaps", Layout::kLines, [&] {
    for (const Gap& gap : result.gaps) {
      json.Object(Layout::kOneLine, [&] {
        json.Member("agent", gap.agent);
        json.Member("from_s", static_cast<double>(gap.from_ns) / kNsPerSecond);
        json.Member("to_s", static_cast<double>(gap.to_ns) / kNsPerSecond);
        json.Member("messages_not_scheduled", gap.messages_not_scheduled);
        json.Member("unaccounted", gap.unaccounted);
        json.Member("warm_up_not_scheduled", gap.warm_up_not_scheduled);
        json.Member("warm_up_unaccounted", gap.warm_up_unaccounted);
      });
    }
  });
}

/// What was of the clients that behave badly; null where the plan has none.
void WriteAwkward(JsonWriter& json, const RunResult& result) {
  if (result.plan.awkward.empty()) return json.Member("awkward", std::optional<int64_t>());
  json.Object("awkward", Layout::kLines, [&] {
    json.Member("clients", result.plan.clients - WellBehavedClients(result.plan));
    json.Key("totals");
    WriteTotals(json, result.awkward.counters);
    WriteLatencies(json, result.awkward);
  });
}

/// What became of stamped messages; null where there were none.
void WritePush(JsonWriter& json, const RunResult& result) {
  const std::optional<PushOutcome> outcome = PushOutcomeOf(result);
  if (!outcome) return json.Member("push", std::optional<int64_t>());
  json.Object("push", Layout::kLines, [&] {
    json.Member("lost", outcome->lost);
    json.Member("lost_unconfirmed", outcome->lost_unconfirmed);
    json.Member("surplus", outcome->surplus);
    json.Member("loss_ratio", outcome->loss_ratio);
    json.Member("reach_ratio", outcome->reach_ratio);
    json.Member("delivery_error_us", outcome->delivery_error_us);
    json.Member("delivery_within_error", outcome->delivery_within_error);
    json.Key("statements");
    WriteStatements(json, PushStatements(result));
  });
}

/// What to do about causes of failure, and what else was seen: for readers who have no wsload at hand.
void WriteHints(JsonWriter& json, const RunResult& result) {
  const Counters& totals = result.totals.counters;
  const HintContext run{result.plan, totals};
  json.Object("hints", Layout::kLines, [&] {
    json.Key("messages");
    WriteStatements(json, MessageHints(run));
    json.Object("connections", Layout::kLines, [&] {
      CauseCounts causes = totals.connections.failures;
      causes.insert(totals.connections.losses.begin(), totals.connections.losses.end());
      for (const auto& [cause, count] : causes) {
        const std::optional<Statement> hint = ConnectionHint(cause, run);
        if (!hint.has_value()) continue;
        json.Key(cause);
        WriteStatement(json, *hint);
      }
    });
    std::vector<Statement> seen = AlsoSeen(totals);
    const std::vector<Statement> compression = CompressionOutcome(result.plan, totals);
    seen.insert(seen.end(), compression.begin(), compression.end());
    json.Key("also_seen");
    WriteStatements(json, seen);
  });
}

void WriteClock(JsonWriter& json, const AgentResult& agent) {
  std::optional<int64_t> offset_after_us;
  std::optional<int64_t> error_after_us;
  if (agent.clock_after.has_value()) {
    offset_after_us = agent.clock_after->offset_us;
    error_after_us = agent.clock_after->error_us;
  }
  json.Member("clock_offset_us", agent.clock_offset_us);
  json.Member("clock_error_us", agent.clock_error_us);
  json.Member("clock_offset_after_us", offset_after_us);
  json.Member("clock_error_after_us", error_after_us);
  json.Member("start_skew_us", agent.start_skew_us);
}

void WriteLine(JsonWriter& json, const std::string& name, const LocalString& line) {
  json.Member(name, line.english());
  json.Member(name + "_zh", line.In(Language::kChinese));
}

void WriteAgent(JsonWriter& json, const AgentResult& agent, const RunPlan& plan) {
  json.Object(Layout::kLines, [&] {
    json.Member("name", agent.name);
    json.Member("address", agent.address);
    json.Member("version", agent.version);
    json.Member("state", NameOf(agent.state));
    WriteLine(json, "state_detail", agent.state_detail);
    WriteLine(json, "stopped_early", agent.stopped_early);
    json.Member("workers", agent.workers);
    json.Member("cores", agent.cores);
    json.Member("clients_assigned", agent.slice.clients.count);
    json.Member("messages_assigned", agent.slice.messages.count);
    json.Member("clients_taken_over", agent.clients_taken_over);
    json.Member("messages_taken_over", agent.messages_taken_over);
    json.Member("messages_yielded", agent.messages_yielded);
    WriteClock(json, agent);
    json.Key("totals");
    WriteTotals(json, agent.totals.counters);
    WriteLatencies(json, agent.totals);
    if (plan.warm_up_ns > 0) {
      json.Key("warm_up");
      WriteTotals(json, agent.warm_up.counters);
    }
    if (!plan.awkward.empty()) {
      json.Key("awkward");
      WriteTotals(json, agent.awkward.counters);
    }
    json.Object("cpu", Layout::kOneLine, [&] {
      json.Member("user_us", agent.cpu.user_us);
      json.Member("system_us", agent.cpu.system_us);
      json.Member("wall_us", agent.cpu.wall_us);
      json.Member("busiest_worker_share", agent.cpu.busiest_worker_share);
      json.Member("quota_cores",
                  agent.cpu.quota_cores > 0 ? std::make_optional(agent.cpu.quota_cores) : std::optional<double>());
      json.Member("throttled_us", agent.cpu.throttled_us);
    });
    WriteLoopHistograms(json, agent.totals);
    json.Key("worker_loads");
    WriteWorkerLoads(json, agent.worker_loads);
    json.Key("series");
    WriteAgentSeries(json, agent.series, plan.report_interval_ns);
  });
}

}  // namespace

std::string RunJson(const std::string& run_id, int64_t started_unix_ns, const RunPlan& plan, const RunLabels& labels,
                    JsonWriter::Layout layout) {
  std::string out;
  JsonWriter json(out);
  json.Object(layout, [&] {
    json.Member("schema", kRunSchema);
    json.Member("wsload_version", kVersion);
    json.Member("run_id", run_id);
    WriteLabels(json, labels);
    json.Member("started_at", Rfc3339(started_unix_ns));
    json.Key("plan");
    WritePlan(json, plan);
  });
  // A file's last line has an end; what goes into a line has none.
  if (layout == JsonWriter::Layout::kLines) out += "\n";
  return out;
}

std::string ResultJson(const RunResult& result) {
  std::string out;
  JsonWriter json(out);
  json.Object(Layout::kLines, [&] {
    WriteHead(json, result);
    WritePhases(json, result);
    WriteStages(json, result);
    WriteOutages(json, result.outages);
    json.Key("totals");
    WriteTotals(json, result.totals.counters, result.connections_active_peak);
    WriteRates(json, result.totals.counters, static_cast<double>(result.measured_ns) / kNsPerSecond);
    WriteLatencies(json, result.totals);
    WritePush(json, result);
    WriteAwkward(json, result);
    WriteGenerator(json, result.agents, result.totals);
    WriteHints(json, result);
    WriteThresholds(json, result.thresholds);
    json.Member("accept", NameOf(result.accept));
    json.Member("on_agent_loss", NameOf(result.on_agent_loss));
    WriteGaps(json, result);
    json.Member("start_spread_us", StartSpreadUs(result));
    json.Array("agents", Layout::kLines, [&] {
      for (const AgentResult& agent : result.agents) {
        WriteAgent(json, agent, result.plan);
      }
    });
    json.Array("series", Layout::kLines, [&] {
      for (const SeriesPoint& point : result.series) WriteSeriesPoint(json, point);
    });
  });
  out += "\n";
  return out;
}

}  // namespace wsload
