#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/util/status.h"
#include "common/version.h"
#include "controller/archive/result_reader.h"
#include "controller/archive/run_archive.h"
#include "controller/output/output_dir.h"
#include "controller/output/result_json.h"
#include "tests/support/chinese_lines.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Something in every part of the document.
RunResult FullResult() {
  RunResult result = PerfectResult(3);
  result.plan.ca_pem = "a certificate";
  result.plan.push = PushMode::kStamp;
  result.plan.push_to = *PushAudience::Parse("group:50");
  result.interrupted = true;
  result.error = LocalStatus(absl::StatusCode::kUnavailable, {"an error", "错误"});
  result.verdict = Verdict::kDegraded;
  result.verdict_reasons = {{StatementKind::kConnectionsLost, {4, 10, "reset 4"}},
                            {StatementKind::kBusyHost, {1, 0.975, 0.95, 2}, "h2:7400"}};
  result.outcome = RunOutcome::kFailed;
  result.outcome_reasons = {{StatementKind::kNothingSucceeded, {200, "timeout 200"}}};
  result.labels = {
      .title = "before the mend", .tags = {{"build", "1a2b"}, {"host", "h1"}}, .command_line = "wsload -mps=200"};
  result.thresholds = {{.threshold = *Threshold::Parse("p(99)<200ms"),
                        .value = 589'000,
                        .passed = false,
                        .first_broken_s = 7.5,
                        .aborted_run = true},
                       {.threshold = *Threshold::Parse("failed:timeout@drain<10")}};
  result.accept = Accepted::kGeneratorLimited;
  result.warnings = {{StatementKind::kNoHeadroom, {501, 400, 500}, "h1:7400"}};
  result.check_connections = 3;
  result.on_agent_loss = AgentLossPolicy::kRebalance;
  result.outages = {SomeOutage()};
  result.plan.warm_up_ns = kNsPerSecond;
  result.stages = {{"warm-up", 0, kNsPerSecond, PerfectMeasure(3), StageKind::kWarmUp},
                   {"up", kNsPerSecond, kNsPerSecond, PerfectMeasure(3)},
                   {"peak", 2 * kNsPerSecond, kNsPerSecond, PerfectMeasure(7)}};
  result.plan.awkward = *AwkwardList::Parse("cut:50%");
  result.awkward = result.agents[0].awkward = PerfectMeasure(5);
  result.gaps = {{.agent = "h1:7400",
                  .from_ns = 1'234'567'891,
                  .to_ns = 2 * kNsPerSecond,
                  .messages_not_scheduled = 5,
                  .warm_up_not_scheduled = 3,
                  .warm_up_unaccounted = 2}};
  for (Stats* stats : {&result.totals, &result.agents[0].totals}) {
    ConnectionCounters& connections = stats->counters.connections;
    connections.failed = 3;
    connections.failures = {{"refused", 2}, {"http_403", 1}};
    connections.failure_examples = {{"http_403", "403 \"no\" \n"}};
    connections.losses = {{"reset", 1}};
    connections.compressions = {{"none", 1}};
    stats->counters.timeout = 7;
    stats->counters.undecodable = 1;
    for (int64_t us : {0, 1, 999, 2'047, 2'048, 777'777, 123'456'789}) stats->response.RecordUs(us, 3 + us % 5);
    stats->push.RecordUs(int64_t{1} << 33);
    stats->push_delivery.RecordUs(250);
    stats->counters.push_expected = 9;
    stats->counters.push_received = 8;
    stats->counters.push_out_of_order = 1;
    stats->loop_stall.RecordUs(21'000);
  }
  AgentResult& agent = result.agents[0];
  agent.name = "n";
  agent.warm_up.counters.scheduled = agent.warm_up.counters.success = 33;
  agent.state = AgentResult::State::kLost;
  agent.state_detail = {"gone", "没了"};
  agent.clock_offset_us = -77;
  agent.clock_after = {.offset_us = 5, .error_us = 6};
  agent.start_skew_us = 12;
  agent.cpu.quota_cores = 0.3;
  agent.cpu.busiest_worker_share = 1.0 / 3;
  agent.worker_loads[0].stalls = 2;
  for (int64_t interval : {0, 1, 5, 400}) agent.series.Add(interval, {interval, 1, 20'000 + interval, 100});
  result.agents[1].start_skew_us = 40;
  result.series[1].workers.waited_share_max = 0.1 + 0.2;
  return result;
}

std::string Error(std::string_view json) { return TextInBoth(ReadResult(json).status()); }

/// The document with one piece replaced.
std::string With(const std::string& piece, const std::string& instead) {
  std::string json = ResultJson(FullResult());
  const size_t at = json.find(piece);
  EXPECT_NE(at, std::string::npos) << piece;
  return json.replace(at, piece.size(), instead);
}

TEST(ResultReader, WhatWasReadIsWrittenAsItStood) {
  for (const RunResult& result : {PerfectResult(1), FullResult(), RunResult()}) {
    const std::string json = ResultJson(result);
    const absl::StatusOr<StoredResult> stored = ReadResult(json);
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_EQ(ResultJson(stored->result), json);
  }
}

TEST(ResultReader, KeepsWhatTheFileHolds) {
  const RunResult result = FullResult();
  const absl::StatusOr<StoredResult> stored = ReadResult(ResultJson(result));
  ASSERT_TRUE(stored.ok()) << stored.status();
  const RunResult& read = stored->result;
  EXPECT_EQ(read.totals, result.totals) << "every counter, every bucket, and their sums";
  ASSERT_EQ(read.agents.size(), 3u);
  EXPECT_EQ(read.agents[0].totals, result.agents[0].totals);
  EXPECT_EQ(read.agents[0].worker_loads, result.agents[0].worker_loads);
  EXPECT_EQ(read.agents[0].series, result.agents[0].series);
  EXPECT_EQ(read.agents[1].series, result.agents[1].series);
  EXPECT_EQ(read.verdict_reasons, result.verdict_reasons);
  EXPECT_EQ(read.warnings, result.warnings);
  EXPECT_EQ(read.labels.tags, result.labels.tags);
  ASSERT_EQ(read.thresholds.size(), 2u);
  EXPECT_EQ(read.thresholds[0].threshold, result.thresholds[0].threshold);
  EXPECT_EQ(read.thresholds[0].first_broken_s, 7.5);
  EXPECT_FALSE(read.thresholds[1].passed.has_value());
  EXPECT_EQ(read.accept, Accepted::kGeneratorLimited);
  EXPECT_EQ(read.phases.size(), result.phases.size());
  EXPECT_EQ(read.stages, result.stages);
  EXPECT_EQ(read.awkward, result.awkward);
  EXPECT_EQ(read.agents.at(0).awkward.counters, result.agents[0].awkward.counters);
  EXPECT_EQ(read.outages, result.outages);
  EXPECT_EQ(read.started_unix_ns, result.started_unix_ns);
  EXPECT_EQ(read.series[1].delta.success, result.series[1].delta.success);
  EXPECT_EQ(read.plan.mps, result.plan.mps);
  EXPECT_EQ(read.plan.jwt_key, "") << "keys are in no file";
}

TEST(ResultReader, WhatAnOlderVersionDidNotCountIsZero) {
  const absl::StatusOr<StoredResult> stored = ReadResult(With("\"broadcasts\": 0,", "\"something_else\": [],"));
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->result.totals.counters.broadcasts, 0);
}

TEST(ResultReader, AWrongFileIsALineThatSaysWhere) {
  EXPECT_THAT(Error(""), StartsWith("is no whole JSON document"));
  const std::string whole = ResultJson(PerfectResult());
  EXPECT_THAT(Error(whole.substr(0, whole.size() / 2)), StartsWith("is no whole JSON document"));
  EXPECT_THAT(Error("[]"), HasSubstr("there is no member \"schema\""));
  EXPECT_EQ(Error("{}"), "there is no member \"schema\"");
  EXPECT_EQ(Error(R"({"schema": "wsload.result/9"})"),
            "schema: \"wsload.result/9\" is not wsload.result/2, which this version of wsload reads");
  EXPECT_EQ(Error(R"({"schema": "wsload.result/2"})"), "there is no member \"wsload_version\"");
  EXPECT_EQ(Error(With("\"mps\": 100", "\"mps\": \"many\"")), "plan.mps: want a number");
  EXPECT_EQ(Error(With("\"code\": \"DEGRADED\"", "\"code\": \"FINE\"")),
            "verdict.code: want one of VALID, GENERATOR_LIMITED, DEGRADED");
  EXPECT_THAT(
      Error(With("\"kind\":\"connections_lost\"", "\"kind\":\"new_kind\"")),
      HasSubstr("verdict.reasons[0]: wsload " + std::string(kVersion) + " knows no \"new_kind\" with these arguments"));
  EXPECT_EQ(Error(With("[2047,", "[2050,")),
            "latency_us.response.histogram.buckets[2]: want the highest value of a bucket in us, and its count");
  EXPECT_THAT(Error(With("\"significant_digits\":3", "\"significant_digits\":2")),
              StartsWith("stages[0].latency_us.response.histogram: another geometry"));
  EXPECT_THAT(Error(With("\"elapsed_s\":1.0", "\"elapsed_s\":{}")), StartsWith("series[0].elapsed_s: want a number"));
  EXPECT_THAT(Error(With("\"broadcasts\": 0,", "\"broadcasts\": -1,")),
              HasSubstr("broadcasts: want a count from 0 to "));
  EXPECT_THAT(Error(With("\"started_at\": \"2023", "\"started_at\": \"x2023")),
              StartsWith("started_at: want an instant"));
}

TEST(ResultReader, AnAgentsSeriesIsWholeOrALine) {
  EXPECT_EQ(Error(With("\"step_s\": 4.0", "\"step_s\": 0")),
            "agents[0].series.step_s: want the plan's report interval, or a multiple of it");
  EXPECT_EQ(Error(With("\"step_s\": 4.0", "\"step_s\": 1e300")),
            "agents[0].series.step_s: want the plan's report interval, or a multiple of it");
  EXPECT_EQ(Error(With("\"send_lag_us_p99\": [100,", "\"send_lag_us_p99\": [100,100,")),
            "agents[0].series.send_lag_us_p99: want as many as in the columns before");
  const absl::StatusOr<StoredResult> older = ReadResult(With("\"series\": {", "\"unknown\": {"));
  ASSERT_TRUE(older.ok()) << older.status();
  EXPECT_TRUE(older->result.agents[0].series.points().empty());
}

// Whatever stands there: a result, or a line.
TEST(ResultReader, TakesAnyBytes) {
  const std::string whole = ResultJson(FullResult());
  uint64_t state = 1;
  for (int i = 0; i < 300; ++i) {
    std::string json = whole;
    for (int k = 0; k < 3; ++k) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      json[(state >> 33) % json.size()] = "0123456789-.eE\"{}[],:tn"[(state >> 20) % 23];
    }
    (void)ReadResult(json);
  }
  (void)ReadResult(std::string(100'000, '['));
}

class RunArchiveTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/wsload-archive-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  void Keep(const std::string& name) const {
    std::filesystem::create_directories(dir_ + "/" + name);
    ASSERT_TRUE(WriteResultFiles(dir_ + "/" + name, PerfectResult()).ok());
  }

  std::string dir_;
};

TEST_F(RunArchiveTest, ADirectoryIsARunOrSeveral) {
  Keep("one");
  for (const char* name : {"many/run-1", "many/run-2", "many/run-10", "many/other"}) Keep(name);
  EXPECT_THAT(*RunDirectories(dir_ + "/one"), ElementsAre(dir_ + "/one"));
  EXPECT_THAT(*RunDirectories(dir_ + "/many"),
              ElementsAre(dir_ + "/many/run-1", dir_ + "/many/run-2", dir_ + "/many/run-10"));
  const auto error = [&](const std::string& name) { return TextInBoth(RunDirectories(dir_ + "/" + name).status()); };
  EXPECT_THAT(error("none"), HasSubstr("none: is no directory; name the directory that -out had"));
  std::filesystem::create_directories(dir_ + "/empty");
  EXPECT_THAT(error("empty"), HasSubstr("empty: has neither result.json nor run-1/result.json"));
}

TEST_F(RunArchiveTest, ReadsWhatIsThere) {
  Keep("one");
  const absl::StatusOr<ArchivedRun> run = ReadRun(dir_ + "/one");
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->stored.result.run_id, "0123456789abcdef");
  EXPECT_FALSE(ReadIntervals(dir_ + "/one")->has_value());
  std::ofstream(dir_ + "/one/latency.hlog") << IntervalLogWriter(0).Head();
  EXPECT_TRUE(ReadIntervals(dir_ + "/one")->has_value());
  std::ofstream(dir_ + "/one/latency.hlog") << "Tag=response,x\n";
  EXPECT_THAT(TextInBoth(ReadIntervals(dir_ + "/one").status()),
              HasSubstr("one/latency.hlog: line 1: \"x\" is no number"));
  std::ofstream(dir_ + "/one/result.json") << "{";
  EXPECT_THAT(TextInBoth(ReadRun(dir_ + "/one").status()), HasSubstr("one/result.json: is no whole JSON"));
}

}  // namespace
}  // namespace wsload
