#include "controller/output/result_json.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "absl/time/time.h"
#include "common/plan/phase.h"
#include "common/plan/plan_fields.h"
#include "common/plan/run_policy.h"
#include "common/util/status.h"
#include "common/version.h"
#include "controller/result/rates.h"
#include "controller/result/redact.h"
#include "controller/result/run_exit_code.h"
#include "controller/result/verdict.h"

namespace wsload {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kInlineChars = 400;

std::string Rfc3339(int64_t unix_ns) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", absl::FromUnixNanos(unix_ns), absl::UTCTimeZone());
}

Json Causes(const CauseCounts& causes) {
  Json json = Json::object();
  for (const auto& [cause, count] : causes) json[cause] = count;
  return json;
}

Json Failures(const Counters& counters) {
  return {{"timeout", counters.timeout},
          {"rate_limited", counters.rate_limited},
          {"connection_lost", counters.connection_lost},
          {"send_error", counters.send_error},
          {"refused", counters.refused}};
}

/// The part that the totals, phases and series have in common.
Json Messages(const Counters& counters) {
  return {{"scheduled", counters.scheduled}, {"success", counters.success},     {"failed", counters.failed()},
          {"unsent", counters.unsent},       {"late_acks", counters.late_acks}, {"failures", Failures(counters)}};
}

Json Connections(const ConnectionCounters& connections, int64_t active_peak) {
  Json json = {{"attempted", connections.attempted},
               {"opened", connections.opened},
               {"failed", connections.failed},
               {"lost", connections.lost},
               {"closed", connections.closed}};
  if (active_peak >= 0) json["active_peak"] = active_peak;
  json["failures"] = Causes(connections.failures);
  json["losses"] = Causes(connections.losses);
  return json;
}

/// `active_peak` < 0: not known for this part.
Json Totals(const Counters& counters, int64_t active_peak) {
  Json json = Messages(counters);
  // Messages of agents that were lost, and of no others.
  json["unaccounted"] = counters.open();
  json["heartbeats"] = counters.heartbeats_sent;
  json["heartbeats_acked"] = counters.heartbeats_acked;
  json["pushes"] = counters.pushes;
  json["duplicate_acks"] = counters.duplicate_acks;
  json["redirects"] = counters.redirects;
  json["undecodable"] = counters.undecodable;
  json["loop_stalls"] = counters.loop_stalls;
  json["bytes_sent"] = counters.bytes_sent;
  json["bytes_received"] = counters.bytes_received;
  json["connections"] = Connections(counters.connections, active_peak);
  return json;
}

/// JSON text that stands in a document as it is. Buckets by the million would cost gigabytes as JSON values.
Json Verbatim(const std::string& text) { return Json::binary({text.begin(), text.end()}); }

Json HistogramJson(const Histogram& histogram) {
  std::string buckets;
  histogram.ForEachBucket([&](int, int64_t highest_us, uint64_t count) {
    fmt::format_to(std::back_inserter(buckets), "{}[{},{}]", buckets.empty() ? '[' : ',', highest_us, count);
  });
  buckets += buckets.empty() ? "[]" : "]";
  return {{"unit", "us"},
          {"lowest", Histogram::kLowestUs},
          {"highest", Histogram::kHighestUs},
          {"significant_digits", Histogram::kSignificantDigits},
          {"clamped_low", histogram.clamped_low()},
          {"clamped_high", histogram.clamped_high()},
          {"buckets", Verbatim(buckets)}};
}

Json Distribution(const Histogram& histogram) {
  return {{"count", histogram.count()},
          {"min", histogram.min_us()},
          {"mean", histogram.mean_us()},
          {"p50", histogram.PercentileUs(50)},
          {"p90", histogram.PercentileUs(90)},
          {"p95", histogram.PercentileUs(95)},
          {"p99", histogram.PercentileUs(99)},
          {"p99_9", histogram.PercentileUs(99.9)},
          {"p99_99", histogram.PercentileUs(99.99)},
          {"max", histogram.max_us()},
          {"histogram", HistogramJson(histogram)}};
}

Json Latencies(const Stats& stats) {
  return {{"response", Distribution(stats.response)},
          {"service", Distribution(stats.service)},
          {"connect", Distribution(stats.connect)},
          {"send_lag", Distribution(stats.send_lag)},
          {"push", Distribution(stats.push)}};
}

Json Headers(const HeaderList& list) {
  Json headers = Json::array();
  for (const auto& [name, value] : list) {
    headers.push_back({{"name", name}, {"value", IsSecretName(name) ? std::string(kRedacted) : value}});
  }
  return headers;
}

Json PlanValue(const FieldValue& value, Exposure exposure) {
  if (exposure == Exposure::kWhetherSet) return !std::get<std::string>(value).empty();
  if (exposure == Exposure::kUrl) return RedactUrl(std::get<std::string>(value));
  if (const HeaderList* headers = std::get_if<HeaderList>(&value)) return Headers(*headers);
  if (const bool* truth = std::get_if<bool>(&value)) return *truth;
  if (const int64_t* whole = std::get_if<int64_t>(&value)) return *whole;
  if (const double* number = std::get_if<double>(&value)) return *number;
  return std::get<std::string>(value);
}

Json Plan(const RunPlan& plan) {
  Json json = Json::object();
  for (const Field<RunPlan>& field : PlanFields()) {
    if (field.info.exposure == Exposure::kSecret) continue;
    json[ResultName(field.info)] = PlanValue(field.member.get(plan), field.info.exposure);
  }
  return json;
}

Json Phases(const RunResult& result) {
  Json phases = Json::array();
  for (const PhaseTimes& phase : result.phases) {
    Json json = {{"phase", PhaseName(phase.phase)}};
    json["started_at"] = phase.started_unix_ns == 0 ? Json(nullptr) : Json(Rfc3339(phase.started_unix_ns));
    json["duration_ns"] = phase.duration_ns;
    json["totals"] = Totals(phase.delta, -1);
    phases.push_back(std::move(json));
  }
  return phases;
}

Json Optional(std::optional<int64_t> value) { return value.has_value() ? Json(*value) : Json(nullptr); }

Json Gaps(const RunResult& result) {
  Json gaps = Json::array();
  for (const Gap& gap : result.gaps) {
    gaps.push_back({{"agent", gap.agent},
                    {"from_s", static_cast<double>(gap.from_ns) / kNsPerSecond},
                    {"to_s", static_cast<double>(gap.to_ns) / kNsPerSecond},
                    {"messages_not_scheduled", gap.messages_not_scheduled},
                    {"unaccounted", gap.unaccounted}});
  }
  return gaps;
}

/// Of the measure phase.
Json WorkerLoads(const AgentResult& agent) {
  Json workers = Json::array();
  for (const WorkerLoad& worker : agent.worker_loads) {
    workers.push_back({{"worker", workers.size()},
                       {"cpu_user_us", worker.user_us},
                       {"cpu_system_us", worker.system_us},
                       {"cpu_waited_us", worker.waited_us},
                       {"wall_us", worker.wall_us},
                       {"cpu_share", worker.cpu_share()},
                       {"cpu_waited_share", worker.waited_share()},
                       {"sent", worker.sent},
                       {"sent_late", worker.sent_late},
                       {"given_up", worker.given_up},
                       {"loop_stalls", worker.stalls},
                       {"loop_stalled_us", worker.stalled_us},
                       {"loop_stall_us_max", worker.stall_us_max}});
  }
  return workers;
}

Json Agent(const AgentResult& agent) {
  return {{"name", agent.name},
          {"address", agent.address},
          {"version", agent.version},
          {"state", AgentStateName(agent.state)},
          {"state_detail", agent.state_detail},
          {"stopped_early", agent.stopped_early},
          {"workers", agent.workers},
          {"cores", agent.cores},
          {"clients_assigned", agent.slice.clients.count},
          {"messages_assigned", agent.slice.messages.count},
          {"clients_taken_over", agent.clients_taken_over},
          {"messages_taken_over", agent.messages_taken_over},
          {"clock_offset_us", agent.clock_offset_us},
          {"clock_error_us", agent.clock_error_us},
          {"clock_offset_after_us", agent.clock_after ? Json(agent.clock_after->offset_us) : Json(nullptr)},
          {"clock_error_after_us", agent.clock_after ? Json(agent.clock_after->error_us) : Json(nullptr)},
          {"start_skew_us", Optional(agent.start_skew_us)},
          {"totals", Totals(agent.totals.counters, -1)},
          {"latency_us", Latencies(agent.totals)},
          {"cpu",
           {{"user_us", agent.cpu.user_us},
            {"system_us", agent.cpu.system_us},
            {"wall_us", agent.cpu.wall_us},
            {"busiest_worker_share", agent.cpu.busiest_worker_share}}},
          {"loop_stall_us", Distribution(agent.totals.loop_stall)},
          {"worker_loads", WorkerLoads(agent)}};
}

/// What the generator knows of itself, over all agents.
Json Generator(const RunResult& result) {
  WorkerPeaks peaks;
  WorkerLoad sum;
  for (const AgentResult& agent : result.agents) {
    peaks.Add(agent.worker_loads);
    for (const WorkerLoad& worker : agent.worker_loads) sum.Merge(worker);
  }
  return {{"sent", sum.sent},
          {"sent_late", sum.sent_late},
          {"given_up", sum.given_up},
          {"cpu_user_us", sum.user_us},
          {"cpu_system_us", sum.system_us},
          {"worker_cpu_share_max", peaks.cpu_share_max},
          {"worker_cpu_waited_share_max", peaks.waited_share_max},
          {"loop_stalls", sum.stalls},
          {"loop_stall_us", Distribution(result.totals.loop_stall)},
          {"bounds",
           {{"send_lag_us_p99", kSendLagBoundUs},
            {"worker_cpu_share", kBusyWorkerBound},
            {"worker_stalled_share", kStalledBound}}}};
}

Json Series(const RunResult& result) {
  Json series = Json::array();
  for (const SeriesPoint& point : result.series) {
    Json json = {{"phase", PhaseName(point.phase)},
                 {"interval", point.interval_index},
                 {"elapsed_s", point.elapsed_s},
                 {"agents_reporting", point.agents_reporting},
                 {"active_connections", point.active_connections},
                 {"connections_opened", point.delta.connections.opened},
                 {"connections_failed", point.delta.connections.failed},
                 {"connections_lost", point.delta.connections.lost}};
    json.update(Messages(point.delta));
    json["pushes"] = point.delta.pushes;
    json["bytes_sent"] = point.delta.bytes_sent;
    json["bytes_received"] = point.delta.bytes_received;
    json["response_us"] = {{"p50", point.response_us_p50},
                           {"p95", point.response_us_p95},
                           {"p99", point.response_us_p99},
                           {"max", point.response_us_max}};
    json["service_us"] = {{"p50", point.service_us_p50}, {"p99", point.service_us_p99}};
    json["send_lag_us"] = {{"p99", point.send_lag_us_p99}};
    json["loop_stalls"] = point.delta.loop_stalls;
    json["loop_stall_us_max"] = point.workers.loop_stall_us_max;
    json["worker_cpu_share_max"] = point.workers.cpu_share_max;
    json["worker_cpu_waited_share_max"] = point.workers.waited_share_max;
    series.push_back(std::move(json));
  }
  return series;
}

std::string Scalar(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// On one line. False, with the rest left out, as soon as `out` is longer than `limit`.
bool WriteCompact(const Json& json, size_t limit, std::string& out) {
  if (json.is_binary()) {
    out.append(json.get_binary().begin(), json.get_binary().end());
  } else if (!json.is_structured()) {
    out += Scalar(json);
  } else {
    out += json.is_object() ? '{' : '[';
    const char* separator = "";
    for (const auto& [key, value] : json.items()) {
      out += separator;
      if (json.is_object()) out += Scalar(Json(key)) + ":";
      if (!WriteCompact(value, limit, out)) return false;
      separator = ",";
    }
    out += json.is_object() ? '}' : ']';
  }
  return out.size() <= limit;
}

/// Indented where that helps a reader: short values and plain arrays stay on one line.
void Write(const Json& json, int indent, std::string& out) {
  const bool plain_array =
      json.is_array() && std::none_of(json.begin(), json.end(), [](const Json& item) { return item.is_object(); });
  const size_t begin = out.size();
  const bool always = !json.is_structured() || plain_array;
  const size_t limit = always ? std::string::npos : begin + (indent > 0 ? kInlineChars : 0);
  if (WriteCompact(json, limit, out)) return;
  out.resize(begin);
  const std::string margin(2 * (indent + 1), ' ');
  out += json.is_object() ? "{" : "[";
  const char* separator = "\n";
  for (const auto& [key, value] : json.items()) {
    out += separator + margin;
    if (json.is_object()) out += Scalar(Json(key)) + ": ";
    Write(value, indent + 1, out);
    separator = ",\n";
  }
  out += "\n" + std::string(2 * indent, ' ') + (json.is_object() ? "}" : "]");
}

/// The list of agents, one at a time.
std::string AgentsText(const RunResult& result) {
  std::string out = "[";
  for (const AgentResult& agent : result.agents) {
    out += out.size() == 1 ? "\n    " : ",\n    ";
    Write(Agent(agent), 2, out);
  }
  return out + (result.agents.empty() ? "]" : "\n  ]");
}

}  // namespace

std::string ResultJson(const RunResult& result) {
  const Rates rates = RatesOf(result);
  Json json = {{"schema", kResultSchema},
               {"wsload_version", kVersion},
               {"run_id", result.run_id},
               {"started_at", Rfc3339(result.started_unix_ns)},
               {"interrupted", result.interrupted},
               {"error", result.error.ok() ? Json(nullptr) : Json(std::string(Text(result.error)))},
               {"exit_code", static_cast<int>(ExitCodeOf(result))},
               {"plan", Plan(result.plan)},
               {"verdict", {{"code", VerdictName(result.verdict)}, {"reasons", result.verdict_reasons}}},
               {"warnings", result.warnings},
               {"measured_ns", result.measured_ns},
               {"phases", Phases(result)},
               {"totals", Totals(result.totals.counters, result.connections_active_peak)},
               {"rates",
                {{"scheduled_per_s", rates.scheduled_per_s},
                 {"sent_per_s", rates.sent_per_s},
                 {"success_per_s", rates.success_per_s},
                 {"success_ratio", rates.success_ratio}}},
               {"latency_us", Latencies(result.totals)},
               {"generator", Generator(result)},
               {"thresholds", Json::array()},
               {"on_agent_loss", NameOf(result.on_agent_loss)},
               {"gaps", Gaps(result)},
               {"start_spread_us", Optional(StartSpreadUs(result))},
               {"agents", Verbatim(AgentsText(result))},
               {"series", Series(result)}};
  std::string out;
  Write(json, 0, out);
  out += "\n";
  return out;
}

}  // namespace wsload
