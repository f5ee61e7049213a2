#include "controller/archive/result_reader.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "common/net/header_list.h"
#include "common/plan/plan_fields.h"
#include "common/util/local_error.h"
#include "common/util/redact.h"
#include "common/util/status.h"
#include "common/util/text.h"
#include "common/version.h"
#include "controller/archive/json_view.h"
#include "controller/archive/stats_reader.h"
#include "controller/output/result_json.h"

namespace wsload {
namespace {

int64_t UnixNs(const JsonView& rfc3339) {
  absl::Time time;
  std::string why;
  if (absl::ParseTime(absl::RFC3339_full, ToAbsl(rfc3339.Text()), &time, &why)) return absl::ToUnixNanos(time);
  rfc3339.Fail({"want an instant as 2030-01-31T23:59:59.000Z", "应为 2030-01-31T23:59:59.000Z 形式的时刻"});
  return 0;
}

int64_t Nanoseconds(const JsonView& seconds) {
  constexpr double kMost = 1e9;
  const double value = seconds.Double();
  if (std::fabs(value) <= kMost) return std::llround(value * kNsPerSecond);
  seconds.Fail({"that many seconds are no run's", "没有运行会有这么多秒"});
  return 0;
}

HeaderList ReadHeaders(const JsonView& from) {
  HeaderList headers;
  from.ForEachElement(
      [&](const JsonView& header) { headers.emplace_back(header.At("name").Text(), header.At("value").Text()); });
  return headers;
}

/// `current` says what it is.
FieldValue ReadValue(const JsonView& from, Exposure exposure, const FieldValue& current) {
  // That there is one is known, and what it is is not.
  if (exposure == Exposure::kWhetherSet) return std::string(from.Bool() ? kRedacted : "");
  if (std::holds_alternative<HeaderList>(current)) return ReadHeaders(from);
  if (std::holds_alternative<bool>(current)) return from.Bool();
  if (std::holds_alternative<int64_t>(current)) return from.Int();
  if (std::holds_alternative<double>(current)) return from.Double();
  return from.Text();
}

RunPlan ReadPlan(const JsonView& from) {
  RunPlan plan;
  for (const Field<RunPlan>& field : PlanFields()) {
    if (field.info.exposure == Exposure::kSecret) continue;
    const std::optional<JsonView> value = from.Find(ResultName(field.info));
    if (!value.has_value()) continue;
    const absl::Status set =
        field.info.unit == Unit::kRate
            ? field.member.set(plan, Rate::FromPerSecond(value->Double()).text())
            : field.member.set(plan, ReadValue(*value, field.info.exposure, field.member.get(plan)));
    if (!set.ok()) value->Fail(ErrorLines(set));
  }
  return plan;
}

StatementArg ReadArg(const JsonView& from) {
  if (from.IsText()) return from.Text();
  if (from.IsInt()) return from.Int();
  return from.Double();
}

std::vector<Statement> ReadStatements(const JsonView& from) {
  std::vector<Statement> statements;
  from.ForEachElement([&](const JsonView& statement) {
    std::vector<std::pair<std::string, StatementArg>> args;
    statement.At("args").ForEachMember(
        [&](std::string_view name, const JsonView& value) { args.emplace_back(name, ReadArg(value)); });
    const std::string kind = statement.At("kind").Text();
    if (std::optional<Statement> known = StatementOf(kind, args); known.has_value()) {
      statements.push_back(*std::move(known));
    } else {
      statement.Fail(FillLocal({"wsload {} knows no \"{}\" with these arguments; it may be of a newer version",
                                "wsload {} 不认识带这些参数的 \"{}\"；它可能来自更新的版本"},
                               kVersion, Shown(kind)));
    }
  });
  return statements;
}

PhaseTimes ReadPhase(const JsonView& from) {
  PhaseTimes phase;
  phase.phase = ReadChoice<Phase>(from.At("phase"));
  if (const auto started = from.Find("started_at"); started.has_value()) phase.started_unix_ns = UnixNs(*started);
  phase.duration_ns = from.At("duration_ns").Int();
  phase.delta = ReadCounters(from.At("totals"));
  return phase;
}

StageResult ReadStage(const JsonView& from) {
  StageResult stage{.name = from.At("name").Text(),
                    .offset_ns = from.At("offset_ns").Int(),
                    .duration_ns = from.At("duration_ns").Int()};
  stage.stats.counters = ReadCounters(from.At("totals"));
  ReadLatencies(from, stage.stats);
  if (const auto kind = from.Find("kind"); kind.has_value()) stage.kind = ReadChoice<StageKind>(*kind);
  return stage;
}

CauseCounts ReadCauses(const JsonView& from) {
  CauseCounts causes;
  from.ForEachMember([&](std::string_view name, const JsonView& count) { AddCause(causes, name, count.Int()); });
  return causes;
}

std::optional<int64_t> IntIfAny(const JsonView& from, std::string_view name) {
  const std::optional<JsonView> value = from.Find(name);
  return value.has_value() ? std::optional(value->Int()) : std::nullopt;
}

Outage ReadOutage(const JsonView& from) {
  Outage outage;
  outage.from_ns = from.At("from_ns").Int();
  outage.to_ns = IntIfAny(from, "to_ns");
  outage.lost = from.At("lost").Int();
  outage.losses = ReadCauses(from.At("losses"));
  outage.redialled = from.At("redialled").Int();
  outage.failures = ReadCauses(from.At("failures"));
  outage.reconnected = from.At("reconnected").Int();
  const JsonView back = from.At("back_us");
  outage.back_us_p50 = IntIfAny(back, "p50");
  outage.back_us_p90 = IntIfAny(back, "p90");
  outage.back_us_p99 = IntIfAny(back, "p99");
  outage.back_us_p100 = IntIfAny(back, "p100");
  outage.scheduled = from.At("scheduled").Int();
  outage.failed = from.At("failed").Int();
  outage.unsent = from.At("unsent").Int();
  const JsonView response = from.At("response_us_p99");
  outage.response_us_p99_before = IntIfAny(response, "before");
  outage.response_us_p99_during = IntIfAny(response, "during");
  outage.response_us_p99_after = IntIfAny(response, "after");
  return outage;
}

Gap ReadGap(const JsonView& from) {
  // Results of before there were warm-ups have nothing of them.
  const auto count = [&from](std::string_view name) {
    const auto found = from.Find(name);
    return found.has_value() ? found->Int() : 0;
  };
  return {.agent = from.At("agent").Text(),
          .from_ns = Nanoseconds(from.At("from_s")),
          .to_ns = Nanoseconds(from.At("to_s")),
          .messages_not_scheduled = from.At("messages_not_scheduled").Int(),
          .unaccounted = from.At("unaccounted").Int(),
          .warm_up_not_scheduled = count("warm_up_not_scheduled"),
          .warm_up_unaccounted = count("warm_up_unaccounted")};
}

void ReadClock(const JsonView& from, AgentResult& agent) {
  agent.clock_offset_us = from.At("clock_offset_us").Int();
  agent.clock_error_us = from.At("clock_error_us").Int();
  if (const auto after = from.Find("clock_offset_after_us"); after.has_value()) {
    agent.clock_after = {.offset_us = after->Int(), .error_us = from.At("clock_error_after_us").Int()};
  }
  if (const auto skew = from.Find("start_skew_us"); skew.has_value()) agent.start_skew_us = skew->Int();
}

CpuUsage ReadCpu(const JsonView& from) {
  CpuUsage cpu;
  cpu.user_us = from.At("user_us").Int();
  cpu.system_us = from.At("system_us").Int();
  cpu.wall_us = from.At("wall_us").Int();
  cpu.busiest_worker_share = from.At("busiest_worker_share").Double();
  if (const auto quota = from.Find("quota_cores"); quota.has_value()) cpu.quota_cores = quota->Double();
  cpu.throttled_us = from.At("throttled_us").Int();
  return cpu;
}

/// Older results have it in English alone.
LocalString ReadLine(const JsonView& from, const std::string& name) {
  const auto chinese = from.Find(name + "_zh");
  return {from.At(name).Text(), chinese.has_value() ? chinese->Text() : std::string()};
}

AgentResult ReadAgent(const JsonView& from, int64_t interval_ns) {
  AgentResult agent;
  agent.name = from.At("name").Text();
  agent.address = from.At("address").Text();
  agent.version = from.At("version").Text();
  agent.state = ReadChoice<AgentResult::State>(from.At("state"));
  agent.state_detail = ReadLine(from, "state_detail");
  agent.stopped_early = ReadLine(from, "stopped_early");
  agent.workers = static_cast<int>(from.At("workers").Int());
  agent.cores = static_cast<int>(from.At("cores").Int());
  agent.slice.clients.count = from.At("clients_assigned").Int();
  agent.slice.messages.count = from.At("messages_assigned").Int();
  agent.clients_taken_over = from.At("clients_taken_over").Int();
  agent.messages_taken_over = from.At("messages_taken_over").Int();
  agent.messages_yielded = from.At("messages_yielded").Int();
  ReadClock(from, agent);
  agent.totals.counters = ReadCounters(from.At("totals"));
  ReadLatencies(from, agent.totals);
  if (const auto warm_up = from.Find("warm_up"); warm_up.has_value()) agent.warm_up.counters = ReadCounters(*warm_up);
  if (const auto awkward = from.Find("awkward"); awkward.has_value()) agent.awkward.counters = ReadCounters(*awkward);
  agent.cpu = ReadCpu(from.At("cpu"));
  ReadLoopHistograms(from, agent.totals);
  agent.worker_loads = ReadWorkerLoads(from.At("worker_loads"));
  if (const auto series = from.Find("series"); series.has_value()) {
    agent.series = ReadAgentSeries(*series, interval_ns);
  }
  return agent;
}

RunLabels ReadLabels(const JsonView& from) {
  RunLabels labels;
  if (const auto title = from.Find("title"); title.has_value()) labels.title = title->Text();
  if (const auto tags = from.Find("tags"); tags.has_value()) {
    tags->ForEachMember([&](std::string_view name, const JsonView& value) {
      labels.tags.emplace_back(std::string(name), value.Text());
    });
  }
  if (const auto line = from.Find("command_line"); line.has_value()) labels.command_line = line->Text();
  return labels;
}

ThresholdResult ReadThreshold(const JsonView& from) {
  ThresholdResult judged;
  const JsonView expression = from.At("expression");
  absl::StatusOr<Threshold> threshold = Threshold::Parse(expression.Text());
  if (!threshold.ok()) {
    expression.Fail(ErrorLines(threshold.status()));
    return judged;
  }
  judged.threshold = *std::move(threshold);
  if (const auto value = from.Find("value"); value.has_value()) judged.value = value->Double();
  if (const auto passed = from.Find("passed"); passed.has_value()) judged.passed = passed->Bool();
  if (const auto since = from.Find("first_broken_s"); since.has_value()) judged.first_broken_s = since->Double();
  judged.aborted_run = from.At("aborted_run").Bool();
  return judged;
}

/// Results of before there were thresholds have nothing of them.
void ReadJudgement(const JsonView& json, RunResult& result) {
  if (const auto thresholds = json.Find("thresholds"); thresholds.has_value()) {
    thresholds->ForEachElement([&](const JsonView& judged) { result.thresholds.push_back(ReadThreshold(judged)); });
  }
  if (const auto accept = json.Find("accept"); accept.has_value()) result.accept = ReadChoice<Accepted>(*accept);
  for (const Statement& reason : result.outcome_reasons) {
    if (reason.kind != StatementKind::kThresholdAborted && reason.kind != StatementKind::kThresholdAbortedUnmeasured) {
      continue;
    }
    result.abort_reason = reason;
  }
}

/// False: it is no result, or one of another schema.
bool CheckSchema(const JsonView& json) {
  const std::string schema = json.At("schema").Text();
  if (schema == kResultSchema) return true;
  json.At("schema").Fail(
      FillLocal({"\"{}\" is not {}, which this version of wsload reads", "\"{}\" 不是此版本 wsload 所读取的 {}"},
                Shown(schema), kResultSchema));
  return false;
}

void ReadHead(const JsonView& json, RunResult& result) {
  result.run_id = json.At("run_id").Text();
  result.labels = ReadLabels(json);
  result.started_unix_ns = UnixNs(json.At("started_at"));
  result.interrupted = json.At("interrupted").Bool();
  if (const auto error = json.Find("error"); error.has_value()) {
    result.error = LocalStatus(absl::StatusCode::kUnknown, ReadLine(json, "error"));
  }
  result.plan = ReadPlan(json.At("plan"));
  result.verdict = ReadChoice<Verdict>(json.At("verdict").At("code"));
  result.verdict_reasons = ReadStatements(json.At("verdict").At("reasons"));
  result.outcome = ReadChoice<RunOutcome>(json.At("outcome").At("code"));
  result.outcome_reasons = ReadStatements(json.At("outcome").At("reasons"));
  ReadJudgement(json, result);
  result.warnings = ReadStatements(json.At("warnings"));
  result.check_connections = json.At("check_connections").Int();
  result.measured_ns = json.At("measured_ns").Int();
}

void ReadBody(const JsonView& json, RunResult& result) {
  json.At("phases").ForEachElement([&](const JsonView& phase) { result.phases.push_back(ReadPhase(phase)); });
  if (const std::optional<JsonView> stages = json.Find("stages"); stages.has_value()) {
    stages->ForEachElement([&](const JsonView& stage) { result.stages.push_back(ReadStage(stage)); });
  }
  if (const std::optional<JsonView> outages = json.Find("outages"); outages.has_value()) {
    outages->ForEachElement([&](const JsonView& outage) { result.outages.push_back(ReadOutage(outage)); });
  }
  result.totals.counters = ReadCounters(json.At("totals"));
  result.connections_active_peak = json.At("totals").At("connections").At("active_peak").Int();
  ReadLatencies(json, result.totals);
  if (const std::optional<JsonView> awkward = json.Find("awkward"); awkward.has_value()) {
    result.awkward.counters = ReadCounters(awkward->At("totals"));
    ReadLatencies(*awkward, result.awkward);
  }
  ReadLoopHistograms(json.At("generator"), result.totals);
  result.on_agent_loss = ReadChoice<AgentLossPolicy>(json.At("on_agent_loss"));
  json.At("gaps").ForEachElement([&](const JsonView& gap) { result.gaps.push_back(ReadGap(gap)); });
  json.At("agents").ForEachElement(
      [&](const JsonView& agent) { result.agents.push_back(ReadAgent(agent, result.plan.report_interval_ns)); });
  json.At("series").ForEachElement([&](const JsonView& point) { result.series.push_back(ReadSeriesPoint(point)); });
}

}  // namespace

absl::StatusOr<StoredResult> ReadResult(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  // A view of nothing may be of nowhere, which is none to copy from.
  const std::string_view text = json.empty() ? std::string_view("") : json;
  if (const auto error = parser.parse(text.data(), text.size()).get(document); error != simdjson::SUCCESS) {
    return LocalInvalidArgument({"is no whole JSON document ({})", "不是完整的 JSON 文档"},
                                simdjson::error_message(error));
  }
  StoredResult stored;
  absl::Status error;
  const JsonView view(document, &error);
  if (CheckSchema(view)) {
    stored.wsload_version = view.At("wsload_version").Text();
    ReadHead(view, stored.result);
    ReadBody(view, stored.result);
  }
  if (!error.ok()) return error;
  return stored;
}

}  // namespace wsload
