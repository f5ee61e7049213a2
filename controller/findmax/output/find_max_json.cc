#include "controller/findmax/output/find_max_json.h"

#include "common/version.h"
#include "controller/output/json_writer.h"
#include "controller/output/statement_json.h"

namespace wsload {
namespace {

using Layout = JsonWriter::Layout;

void WriteGoal(JsonWriter& json, const FindMaxResult& result) {
  const MaxSearchOptions& options = result.options;
  json.Object("goal", Layout::kOneLine, [&] {
    json.Member("thresholds", result.thresholds);
    json.Member("final_trial_duration_ns", options.goal.final_trial_duration_ns);
    json.Member("duration_sum_ns", options.goal.duration_sum_ns);
    json.Member("exceed_ratio", options.goal.exceed_ratio);
    json.Member("width", options.goal.width);
    json.Member("first_trial_duration_ns", options.first_trial_duration_ns);
    json.Member("first_load", options.first_load);
    json.Member("min_load", options.least_load);
    json.Member("max_load", result.most_load_given ? std::make_optional(options.most_load) : std::nullopt);
    json.Member("timeout_ns", options.timeout_ns);
  });
}

void WriteAgents(JsonWriter& json, const FindMaxResult& result) {
  json.Member("agents", result.agents);
  const std::optional<MoreAgents> more = AgentsToAdd(result);
  json.Key("more_agents");
  if (!more.has_value()) return json.Null();
  json.Object(Layout::kOneLine, [&] {
    json.Member("load_per_agent", more->load_per_agent);
    json.Member("target_load", more->target_load);
    json.Member("agents", more->agents);
  });
}

void WriteFinding(JsonWriter& json, const FindMaxResult& result) {
  const SearchFinding& found = result.found;
  json.Member("answer", NameOf(AnswerOf(result)));
  json.Member("end", NameOf(found.end));
  json.Member("interrupted", result.interrupted);
  json.Member("lower_bound", found.lower);
  json.Member("upper_bound", found.upper);
  json.Member("lower_is_provisional", found.lower_is_provisional);
  json.Member("upper_is_provisional", found.upper_is_provisional);
  json.Member("conditional_throughput", found.conditional_throughput);
  json.Member("generator_limit", found.generator_limit);
  json.Key("inversion");
  if (found.inversion.has_value()) {
    json.Object(Layout::kOneLine, [&] {
      json.Member("failed_load", found.inversion->failed_load);
      json.Member("held_load", found.inversion->held_load);
    });
  } else {
    json.Null();
  }
  json.Key("after_overload");
  if (found.after_overload.has_value()) {
    json.Value(NameOf(*found.after_overload));
  } else {
    json.Null();
  }
}

void WriteTrial(JsonWriter& json, const FindMaxTrial& trial) {
  json.Object(Layout::kLines, [&] {
    json.Member("load", trial.input.load);
    json.Member("duration_ns", trial.input.duration_ns);
    json.Member("why", NameOf(trial.input.reason));
    json.Member("verdict", NameOf(trial.output.verdict));
    json.Member("load_class", NameOf(trial.load_class));
    json.Member("run_id", trial.run_id);
    json.Member("measurement", NameOf(trial.measurement));
    json.Member("sent_per_s", trial.sent_per_s);
    json.Member("success_ratio", trial.success_ratio);
    json.Object("response_us", Layout::kOneLine, [&] {
      json.Member("p50", trial.response_us_p50);
      json.Member("p99", trial.response_us_p99);
      json.Member("p99_9", trial.response_us_p99_9);
    });
    json.Member("send_lag_us_p99", trial.send_lag_us_p99);
    json.Member("elapsed_ns", trial.output.elapsed_ns);
    json.Key("reasons");
    WriteStatements(json, trial.reasons);
  });
}

void WriteObject(JsonWriter& json, Layout layout, const FindMaxResult& result) {
  json.Object(layout, [&] {
    json.Member("variable", NameOf(result.variable));
    WriteFinding(json, result);
    WriteAgents(json, result);
    json.Member("elapsed_ns", result.elapsed_ns);
    WriteGoal(json, result);
    json.Array("trials", Layout::kLines, [&] {
      for (const FindMaxTrial& trial : result.trials) WriteTrial(json, trial);
    });
  });
}

}  // namespace

std::string FindMaxObject(const FindMaxResult& result) {
  std::string out;
  JsonWriter json(out);
  WriteObject(json, Layout::kOneLine, result);
  return out;
}

std::string FindMaxJson(const FindMaxResult& result) {
  std::string out;
  JsonWriter json(out);
  json.Object(Layout::kLines, [&] {
    json.Member("schema", kFindMaxSchema);
    json.Member("wsload_version", kVersion);
    json.Key("find_max");
    WriteObject(json, Layout::kLines, result);
  });
  out += "\n";
  return out;
}

}  // namespace wsload
