#include "controller/output/result_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/util/redact.h"
#include "controller/output/timeseries_csv.h"
#include "tests/support/vector_file.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

void ExpectFields(const Json& json, const std::vector<std::string>& names) {
  for (const std::string& name : names) EXPECT_TRUE(json.contains(name)) << name;
}

TEST(ResultJson, HasTheFieldsOfItsSchema) {
  const Json json = Json::parse(ResultJson(PerfectResult(3)));
  EXPECT_EQ(json["schema"], "wsload.result/2");
  ExpectFields(json, {"run_id", "started_at", "plan", "verdict", "warnings", "phases", "totals", "rates", "latency_us",
                      "generator", "thresholds", "agents", "series"});
  ExpectFields(json["generator"],
               {"sent", "sent_late", "given_up", "cpu_user_us", "cpu_system_us", "worker_cpu_share_max",
                "worker_cpu_waited_share_max", "loop_stalls", "loop_stall_us", "bounds"});
  EXPECT_EQ(json["generator"]["sent"], 200);
  EXPECT_DOUBLE_EQ(json["generator"]["worker_cpu_share_max"].get<double>(), 0.03);
  ExpectFields(json["verdict"], {"code", "reasons"});
  const std::vector<std::string> totals = {"scheduled",  "success",        "failed",     "unsent",
                                           "late_acks",  "failures",       "heartbeats", "pushes",
                                           "bytes_sent", "bytes_received", "connections"};
  ExpectFields(json["totals"], totals);
  ExpectFields(json["totals"]["connections"], {"attempted", "opened", "failed", "lost", "active_peak", "failures"});
  ExpectFields(json["rates"], {"scheduled_per_s", "sent_per_s", "success_per_s", "success_ratio"});
  const std::vector<std::string> latencies = {"response", "service", "connect", "send_lag", "push"};
  ExpectFields(json["latency_us"], latencies);
  for (const std::string& name : latencies) {
    ExpectFields(json["latency_us"][name],
                 {"count", "min", "mean", "p50", "p90", "p95", "p99", "p99_9", "p99_99", "max", "histogram"});
    ExpectFields(json["latency_us"][name]["histogram"], {"unit", "lowest", "highest", "significant_digits", "buckets"});
  }
  ASSERT_EQ(json["agents"].size(), 3u);
  for (const Json& agent : json["agents"]) {
    ExpectFields(agent,
                 {"name", "address", "state", "clock_offset_us", "clock_error_us", "totals", "latency_us", "cpu"});
    ExpectFields(agent["totals"], totals);
    ASSERT_EQ(agent["worker_loads"].size(), 2u);
    for (const Json& worker : agent["worker_loads"]) {
      ExpectFields(worker, {"worker", "cpu_user_us", "cpu_system_us", "cpu_waited_us", "wall_us", "cpu_share",
                            "cpu_waited_share", "sent", "sent_late", "given_up", "loop_stalls", "loop_stalled_us",
                            "loop_stall_us_max"});
    }
    ExpectFields(agent["latency_us"], latencies);
  }
  for (const Json& point : json["series"]) {
    ExpectFields(point, {"loop_stalls", "loop_stall_us_max", "worker_cpu_share_max", "worker_cpu_waited_share_max"});
  }
  EXPECT_EQ(json["started_at"], "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(json["exit_code"], 0);
  EXPECT_EQ(json["verdict"]["code"], "VALID");
}

TEST(ResultJson, MeasurementAndOutcomeAreTwoThings) {
  RunResult result = PerfectResult();
  Json json = Json::parse(ResultJson(result));
  EXPECT_EQ(json["verdict"], Json({{"code", "VALID"}, {"reasons", Json::array()}}));
  EXPECT_EQ(json["outcome"], Json({{"code", "not_judged"}, {"reasons", Json::array()}}));
  result.outcome = RunOutcome::kFailed;
  result.outcome_reasons = {{StatementKind::kNothingSucceeded, {200, "timeout 200"}}};
  json = Json::parse(ResultJson(result));
  EXPECT_EQ(json["exit_code"], 1);
  EXPECT_EQ(json["verdict"]["code"], "VALID");
  EXPECT_EQ(json["outcome"]["code"], "failed");
  EXPECT_EQ(json["outcome"]["reasons"][0], Json({{"kind", "nothing_succeeded"},
                                                 {"args", {{"messages", 200}, {"causes", "timeout 200"}}},
                                                 {"text", "none of 200 messages succeeded: timeout 200"},
                                                 {"text_zh", "200 条消息均未成功：timeout 200"}}));
}

TEST(ResultJson, TellsWhatItIsOfAndWhatToDo) {
  RunResult result = PerfectResult();
  result.labels = {.title = "nightly", .tags = {{"build", "512"}, {"branch", "main"}}, .command_line = "wsload -mps=1"};
  result.totals.counters.timeout = 3;
  result.totals.counters.connections.failures["refused"] = 1;
  result.totals.counters.connections.losses["unheard_of"] = 1;
  const Json json = Json::parse(ResultJson(result));
  EXPECT_EQ(json["title"], "nightly");
  EXPECT_EQ(json["tags"], Json({{"build", "512"}, {"branch", "main"}}));
  EXPECT_EQ(json["command_line"], "wsload -mps=1");
  EXPECT_EQ(json["hints"]["messages"][0]["kind"], "hint_some_timeouts");
  EXPECT_EQ(json["hints"]["connections"]["refused"]["kind"], "hint_refused");
  EXPECT_FALSE(json["hints"]["connections"].contains("unheard_of"));
}

TEST(ResultJson, AQuotaIsKnownOrNull) {
  RunResult result = PerfectResult();
  EXPECT_TRUE(Json::parse(ResultJson(result))["agents"][0]["cpu"]["quota_cores"].is_null());
  result.agents[0].cpu.quota_cores = 0.25;
  result.agents[0].cpu.throttled_us = 7;
  const Json cpu = Json::parse(ResultJson(result))["agents"][0]["cpu"];
  EXPECT_EQ(cpu["quota_cores"], 0.25);
  EXPECT_EQ(cpu["throttled_us"], 7);
}

TEST(ResultJson, StatementsHaveKindArgumentsAndText) {
  RunResult result = PerfectResult();
  const Statement busy{StatementKind::kBusyHost, {1, 0.975, 0.95, 2}, "h2:7400"};
  result.verdict_reasons = {busy, {StatementKind::kConnectionsLost, {4, 10, "reset 4"}}};
  result.warnings = {{StatementKind::kNoHeadroom, {501, 400, 500}, "h1:7400"}};
  const Json json = Json::parse(ResultJson(result));
  const Json& reasons = json["verdict"]["reasons"];
  ASSERT_EQ(reasons.size(), 2u);
  EXPECT_EQ(reasons[0]["kind"], "busy_host");
  EXPECT_EQ(reasons[0]["args"],
            Json({{"agent", "h2:7400"}, {"worker", 1}, {"cpu_share", 0.975}, {"bound_share", 0.95}, {"workers", 2}}));
  EXPECT_EQ(reasons[0]["text"], StatementText(Language::kEnglish, busy));
  EXPECT_EQ(reasons[1], Json({{"kind", "connections_lost"},
                              {"args", {{"connections", 4}, {"opened", 10}, {"causes", "reset 4"}}},
                              {"text", "4 of 10 connections lost before the end: reset 4"},
                              {"text_zh", "4 个连接（共 10 个）在结束前中断：reset 4"}}));
  ASSERT_EQ(json["warnings"].size(), 1u);
  EXPECT_EQ(json["warnings"][0]["kind"], "no_headroom");
  EXPECT_EQ(json["warnings"][0]["args"]["clients_after_loss"], 501);
}

/// Every name on the way to a value, in the order of the document; all elements of an array share one path. Which
/// arguments a statement has is its kind's affair.
void AddPaths(const nlohmann::ordered_json& json, const std::string& path, std::vector<std::string>& paths) {
  if (!json.empty() && json.is_structured() && !path.ends_with(".args")) {
    for (const auto& [key, value] : json.items()) {
      AddPaths(value, json.is_array() ? path + "[]" : path + (path.empty() ? "" : ".") + key, paths);
    }
  } else if (std::find(paths.begin(), paths.end(), path) == paths.end()) {
    paths.push_back(path);
  }
}

// The names are public: programs of others read them. A new one is added to the file, none is ever taken out.
TEST(ResultJson, HasExactlyThePathsOfTheVector) {
  RunResult result = PerfectResult(2);
  result.warnings = {{StatementKind::kNoHeadroom, {501, 400, 500}, "h1:7400"}};
  result.verdict_reasons = {{StatementKind::kConnectionsLost, {4, 10, "reset 4"}}};
  result.outcome_reasons = {{StatementKind::kNothingSucceeded, {200, "timeout 200"}}};
  result.thresholds = {{.threshold = *Threshold::Parse("p(99)<200ms")}};
  result.outages = {SomeOutage()};
  result.plan.warm_up_ns = kNsPerSecond;
  result.stages = {{"peak", kNsPerSecond, 2 * kNsPerSecond, PerfectMeasure(7)}};
  result.plan.awkward = *AwkwardList::Parse("cut:50%");
  result.awkward = PerfectMeasure(5);
  result.gaps = {{.agent = "h1:7400", .from_ns = kNsPerSecond, .to_ns = 2 * kNsPerSecond}};
  for (Stats* stats : {&result.totals, &result.agents[0].totals}) {
    stats->counters.connections.failures = {{"cause", 1}};
    stats->counters.connections.losses = {{"cause", 1}};
    stats->counters.connections.compressions = {{"cause", 1}};
    stats->push.RecordUs(1);
    stats->heartbeat.RecordUs(1);
    stats->push_delivery.RecordUs(1);
    stats->post.RecordUs(1);
    stats->loop_stall.RecordUs(1'000);
  }
  result.plan.push = PushMode::kStamp;
  result.plan.push_to = *PushAudience::Parse("peer");
  std::vector<std::string> paths;
  AddPaths(nlohmann::ordered_json::parse(ResultJson(result)), "", paths);
  std::string text;
  for (const std::string& path : paths) text += path + "\n";
  ExpectVectorFile("result_paths.txt", text);
}

TEST(ResultJson, WhatWasNotSentIsNotInTheRateSent) {
  RunResult result = PerfectResult(3);
  result.totals.counters.unsent += 30;
  result.totals.counters.send_error += 20;
  result.totals.counters.success -= 50;
  const Json rates = Json::parse(ResultJson(result))["rates"];
  EXPECT_DOUBLE_EQ(rates["scheduled_per_s"], 100.0);
  EXPECT_DOUBLE_EQ(rates["sent_per_s"], 75.0);
  EXPECT_DOUBLE_EQ(rates["success_per_s"], 75.0);
}

TEST(ResultJson, FiguresAreMicrosecondsAndAddUp) {
  const Json json = Json::parse(ResultJson(PerfectResult(3)));
  const Json& totals = json["totals"];
  EXPECT_EQ(totals["scheduled"], 200);
  EXPECT_EQ(totals["scheduled"].get<int64_t>(), totals["success"].get<int64_t>() + totals["failed"].get<int64_t>() +
                                                    totals["unsent"].get<int64_t>() +
                                                    totals["unaccounted"].get<int64_t>());
  EXPECT_EQ(totals["connections"]["active_peak"], 10);
  EXPECT_DOUBLE_EQ(json["rates"]["scheduled_per_s"], 100.0);
  EXPECT_DOUBLE_EQ(json["rates"]["success_ratio"], 1.0);
  EXPECT_NEAR(json["latency_us"]["service"]["p99"].get<double>(), 20'000, 20);
  EXPECT_EQ(json["latency_us"]["response"]["max"], 20'100);
  int64_t samples = 0;
  for (const Json& bucket : json["latency_us"]["response"]["histogram"]["buckets"]) {
    samples += bucket[1].get<int64_t>();
  }
  EXPECT_EQ(samples, json["latency_us"]["response"]["count"]);
  for (const char* part : {"agents", "phases"}) {
    int64_t scheduled = 0;
    for (const Json& item : json[part]) scheduled += item["totals"]["scheduled"].get<int64_t>();
    EXPECT_EQ(scheduled, 200) << part;
  }
  int64_t in_series = 0;
  for (const Json& point : json["series"]) in_series += point["success"].get<int64_t>();
  EXPECT_EQ(in_series, 200);
}

TEST(ResultJson, KeepsSecretsOut) {
  const std::string text = ResultJson(PerfectResult());
  for (const char* secret : {kSampleJwtKey, kSampleCipherKey, kSampleHeaderSecret, "url-secret"}) {
    EXPECT_THAT(text, Not(HasSubstr(secret)));
  }
  const Json plan = Json::parse(text)["plan"];
  EXPECT_EQ(plan["server"], "ws://gw:9002/ws?api_key=(redacted)&room=(redacted)");
  for (const Json& header : plan["headers"]) EXPECT_EQ(header["value"], "(redacted)") << header["name"];
  EXPECT_EQ(plan["cipher"], "aes");
}

TEST(ResultJson, TakesBytesThatAreNoUtf8) {
  RunResult result = PerfectResult();
  result.agents[0].name = "h\xff";
  result.error = absl::UnavailableError("no agent answered");
  const Json json = Json::parse(ResultJson(result));
  EXPECT_EQ(json["error"], "no agent answered");
  EXPECT_EQ(json["exit_code"], 1);
}

TEST(TimeseriesCsv, HasALineForEveryInterval) {
  const RunResult result = PerfectResult(2);
  std::istringstream lines(TimeseriesCsv(result));
  std::string line;
  std::vector<std::string> rows;
  while (std::getline(lines, line)) {
    ASSERT_TRUE(line.ends_with("\r"));
    rows.push_back(line.substr(0, line.size() - 1));
  }
  ASSERT_EQ(rows.size(), 1 + result.series.size());
  for (const std::string& row : rows) {
    EXPECT_EQ(std::count(row.begin(), row.end(), ','), std::count(rows[0].begin(), rows[0].end(), ','));
  }
  EXPECT_EQ(rows[0],
            "phase,stage,interval,elapsed_s,agents_reporting,active_connections,connections_opened,connections_failed,"
            "connections_lost,connections_redialled,connections_reconnected,connections_replaced,connections_moved,"
            "scheduled,success,failed,unsent,timeout,rate_limited,connection_lost,send_error,refused,"
            "late_acks,retries,pushes,bytes_sent,bytes_received,response_us_p50,response_us_p95,response_us_p99,"
            "response_us_max,service_us_p50,service_us_p99,send_lag_us_p99,loop_stalls,loop_stall_us_max,"
            "worker_cpu_share_max,worker_cpu_waited_share_max");
  EXPECT_EQ(rows[2],
            "measure,,0,1.000,2,10,0,0,0,0,0,0,0,100,100,0,0,0,0,0,0,0,0,0,0,15000,0,20100,20100,20100,20100,20000,"
            "20000,100,0,0,0.030,0.000");
}

TEST(TimeseriesCsv, AShareReadsAsNothingOrAllOnlyWhereItIs) {
  RunResult result = PerfectResult();
  result.series.resize(1);
  result.series[0].workers.cpu_share_max = 0.9998;
  result.series[0].workers.waited_share_max = 0.0004;
  EXPECT_TRUE(TimeseriesCsv(result).ends_with(",0.9998,0.0004\r\n")) << TimeseriesCsv(result);
  result.series[0].workers.cpu_share_max = 1;
  result.series[0].workers.waited_share_max = 0;
  EXPECT_TRUE(TimeseriesCsv(result).ends_with(",1.000,0.000\r\n"));
}

}  // namespace
}  // namespace wsload
