#include "controller/search/selftest_result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/search/selftest_report.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

SelftestRun RunAt(int64_t rate, bool honest) {
  SelftestRun run;
  run.rate_per_s = rate;
  run.honest = honest;
  run.success_ratio = 1;
  run.send_lag_us_p99 = honest ? 600 : 4'000;
  run.user_us = 2;
  run.system_us = 4;
  run.worker_cpu_share = static_cast<double>(rate) * 6e-6;
  run.gateway_cpu_share = static_cast<double>(rate) * 5e-6;
  run.response.RecordUs(800, rate);
  run.service.RecordUs(200, rate);
  return run;
}

/// 120,000 msg/s passed with one worker, 150,000 did not.
SelftestResult Sample() {
  SelftestResult result;
  result.cores = 8;
  result.workers = 1;
  result.gateway_threads = 7;
  result.floor = RunAt(200, true);
  result.runs = {RunAt(120'000, true), RunAt(150'000, false), RunAt(150'000, false)};
  result.search = {.highest_passed = 120'000, .lowest_failed = 150'000, .runs = 3, .complete = true};
  return result;
}

TEST(Selftest, TheWorkersCoreIsTheLimit) {
  const SelftestResult result = Sample();
  EXPECT_EQ(LimitOf(result), SelftestLimit::kWorker);
  EXPECT_FALSE(IsLowerBound(result));
  const std::string report = SelftestReport(Language::kEnglish, result);
  EXPECT_THAT(report, AllOf(HasSubstr("Highest honest rate: 120000 msg/s per worker"), Not(HasSubstr("lower bound")),
                            HasSubstr("CPU per message 6.0 us (user 2.0, system 4.0)"),
                            HasSubstr("For 50000 msg/s plan 1 worker(s), 25 % in reserve")));
}

TEST(Selftest, OnlyWhatTheMachineDidIsADisturbance) {
  EXPECT_EQ(TrialOf(RunAt(1'000, true)), RateTrial::kPassed);
  EXPECT_EQ(TrialOf(RunAt(1'000, false)), RateTrial::kDisturbed) << "both had room";
  EXPECT_EQ(TrialOf(RunAt(150'000, false)), RateTrial::kFailed) << "the worker had none";
  SelftestRun run = RunAt(1'000, false);
  run.worker_waited_share = 0.3;
  EXPECT_EQ(TrialOf(run), RateTrial::kDisturbed);
  run.gateway_cpu_share = 0.9;
  EXPECT_EQ(TrialOf(run), RateTrial::kFailed);
}

TEST(Selftest, AFullGatewayMakesItALowerBound) {
  SelftestResult result = Sample();
  for (SelftestRun& run : result.runs) {
    run.worker_cpu_share = 0.5;
    run.gateway_cpu_share = 0.99;
  }
  EXPECT_EQ(LimitOf(result), SelftestLimit::kGateway);
  EXPECT_TRUE(IsLowerBound(result));
  EXPECT_THAT(SelftestReport(Language::kEnglish, result),
              AllOf(HasSubstr("at least 120000 msg/s"), HasSubstr("the mock gateway, not wsload"),
                    HasSubstr("plan at most 1 worker(s)")));
}

TEST(Selftest, OtherLimitsAreLowerBoundsToo) {
  SelftestResult result = Sample();
  SelftestRun& failed = result.runs.back();
  failed.worker_cpu_share = 0.5;
  failed.gateway_cpu_share = 0.5;
  EXPECT_EQ(LimitOf(result), SelftestLimit::kMachine);
  failed.success_ratio = 0.5;
  EXPECT_EQ(LimitOf(result), SelftestLimit::kGateway) << "it did not answer";
  failed.worker_waited_share = 0.2;
  EXPECT_EQ(LimitOf(result), SelftestLimit::kSharedCores);
  EXPECT_TRUE(IsLowerBound(result));
  result = Sample();
  result.search.complete = false;
  EXPECT_TRUE(IsLowerBound(result));
  EXPECT_THAT(SelftestReport(Language::kEnglish, result), HasSubstr("the time was up"));
}

TEST(Selftest, SizingCountsTheWorkersThatSharedTheRate) {
  SelftestResult result = Sample();
  EXPECT_EQ(WorkersNeeded(result, 50'000), 1);
  EXPECT_EQ(WorkersNeeded(result, 90'000), 1);
  EXPECT_EQ(WorkersNeeded(result, 90'001), 2);
  result.workers = 4;
  EXPECT_EQ(WorkersNeeded(result, 90'000), 4);
  result.search.highest_passed = 0;
  EXPECT_EQ(WorkersNeeded(result, 50'000), 0);
}

TEST(Selftest, WithoutAnHonestRate) {
  SelftestResult result = Sample();
  result.runs = {RunAt(50, false), RunAt(50, false)};
  result.search = {.highest_passed = 0, .lowest_failed = 50, .runs = 2, .complete = true};
  const std::string report = SelftestReport(Language::kEnglish, result);
  EXPECT_THAT(report, AllOf(HasSubstr("No rate was honest"), Not(HasSubstr("plan"))));
  EXPECT_EQ(BestRun(result), nullptr);
}

TEST(Selftest, InterruptedBeforeTheSearchSaysWhatIsKnown) {
  SelftestResult result = Sample();
  result.runs.clear();
  result.search = {};
  result.interrupted = true;
  EXPECT_THAT(SelftestReport(Language::kEnglish, result),
              AllOf(HasSubstr("Latency floor"), HasSubstr("Interrupted"), Not(HasSubstr("Highest"))));
  EXPECT_THAT(SelftestReport(Language::kChinese, result), HasSubstr("已中断"));
  EXPECT_TRUE(nlohmann::json::parse(SelftestJson(result))["interrupted"].get<bool>());
}

TEST(Selftest, JsonHasTheSameFigures) {
  const nlohmann::json json = nlohmann::json::parse(SelftestJson(Sample()));
  EXPECT_EQ(json["schema"], "wsload.selftest/1");
  EXPECT_EQ(json["highest_honest_rate"]["per_worker_per_s"], 120'000);
  EXPECT_EQ(json["highest_honest_rate"]["lower_bound"], false);
  EXPECT_EQ(json["highest_honest_rate"]["limit"], "worker");
  EXPECT_EQ(json["highest_honest_rate"]["failed"]["rate_per_s"], 150'000);
  EXPECT_EQ(json["floor"]["response_us"]["p50"], 800);
  EXPECT_EQ(json["sizing"]["workers"], 1);
  EXPECT_EQ(json["runs"].size(), 3u);
}

TEST(SelftestRun, TakesItsFiguresFromTheResult) {
  RunResult result = PerfectResult();
  result.agents[0].worker_loads = {{.user_us = 400, .system_us = 600, .wall_us = 2'000'000, .sent = 100},
                                   {.user_us = 100'400, .system_us = 600, .wall_us = 2'000'000, .sent = 100}};
  const SelftestRun run = ToSelftestRun(result, 1'000'000, 2, 2'000'000);
  EXPECT_EQ(run.rate_per_s, 100);
  EXPECT_TRUE(run.honest);
  EXPECT_DOUBLE_EQ(run.user_us, 504);
  EXPECT_DOUBLE_EQ(run.system_us, 6);
  EXPECT_DOUBLE_EQ(run.worker_cpu_share, 0.0505);
  EXPECT_DOUBLE_EQ(run.gateway_cpu_share, 0.25);
}

TEST(SelftestRun, IsHonestOnlyWhenAllIsWell) {
  const auto honest = [](const std::function<void(RunResult&)>& change) {
    RunResult result = PerfectResult();
    change(result);
    return ToSelftestRun(result, 0, 1, 1'000'000).honest;
  };
  EXPECT_TRUE(honest([](RunResult&) {}));
  EXPECT_FALSE(honest([](RunResult& result) { result.verdict = Verdict::kGeneratorLimited; }));
  EXPECT_FALSE(honest([](RunResult& result) { result.verdict = Verdict::kDegraded; }));
  EXPECT_FALSE(honest([](RunResult& result) { result.interrupted = true; }));
  EXPECT_FALSE(honest([](RunResult& result) { result.totals.send_lag.RecordUs(1'500, 10); }));
  EXPECT_FALSE(honest([](RunResult& result) { result.totals.counters.success -= 10; }));
  EXPECT_FALSE(honest([](RunResult& result) { result.agents[0].worker_loads.clear(); })) << "nothing was sent";
}

}  // namespace
}  // namespace wsload
