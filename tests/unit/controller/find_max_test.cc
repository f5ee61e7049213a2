#include "controller/findmax/find_max.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "common/version.h"
#include "controller/findmax/output/find_max_json.h"
#include "controller/findmax/output/find_max_text.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr int64_t kSecond = kNsPerSecond;

class TestClock final : public Clock {
 public:
  int64_t MonoNs() const override { return now_ns; }
  int64_t UnixNs() const override { return now_ns; }
  int64_t now_ns = 0;
};

RunResult RunAt(int64_t rate, RunOutcome outcome, Verdict verdict = Verdict::kValid) {
  RunResult run;
  run.run_id = fmt::format("run-{}", rate);
  run.plan = SamplePlan();
  run.plan.mps = rate;
  run.measured_ns = kSecond;
  run.totals = PerfectMeasure(rate);
  run.totals.counters.connections.opened = run.plan.clients;
  run.verdict = verdict;
  run.outcome = outcome;
  if (outcome == RunOutcome::kFailed) {
    run.outcome_reasons = {
        {StatementKind::kThresholdBroken, {std::string("p(99)"), std::string("1 s"), std::string("200 ms")}}};
  }
  return run;
}

class FakeRunner final : public TrialRunner {
 public:
  using Answer = std::function<absl::StatusOr<RunResult>(const TrialInput&)>;
  FakeRunner(TestClock& clock, Answer answer) : clock_(clock), answer_(std::move(answer)) {}

  absl::StatusOr<RunResult> RunTrial(const TrialInput& trial) override {
    clock_.now_ns += trial.duration_ns + kSecond;
    return answer_(trial);
  }

 private:
  TestClock& clock_;
  const Answer answer_;
};

FindMaxResult Wanted() {
  FindMaxResult result;
  result.thresholds = "p(99)<200ms";
  result.options = {.goal = {.final_trial_duration_ns = 5 * kSecond,
                             .duration_sum_ns = 15 * kSecond,
                             .exceed_ratio = 0.5,
                             .width = 0.01},
                    .first_trial_duration_ns = kSecond,
                    .first_load = 100,
                    .least_load = 10,
                    .most_load = 1'000'000,
                    .granularity = 1,
                    .timeout_ns = 200 * kSecond};
  return result;
}

struct Searched {
  FindMaxResult result = Wanted();
  absl::Status error;
  int told = 0;
};

Searched Search(const FakeRunner::Answer& answer, const std::function<void(FindMaxResult&)>& change = nullptr) {
  Searched searched;
  if (change != nullptr) change(searched.result);
  TestClock clock;
  FakeRunner runner(clock, answer);
  searched.error = FindMax(
      clock, runner, [&](const FindMaxTrial&) { ++searched.told; }, searched.result);
  return searched;
}

absl::StatusOr<RunResult> HoldsUpTo(int64_t limit, const TrialInput& trial) {
  return RunAt(trial.load, trial.load <= limit ? RunOutcome::kPassed : RunOutcome::kFailed);
}

absl::StatusOr<RunResult> LimitedAbove(int64_t limit, const TrialInput& trial) {
  if (trial.load <= limit) return RunAt(trial.load, RunOutcome::kPassed);
  return RunAt(trial.load, RunOutcome::kInconclusive, Verdict::kGeneratorLimited);
}

TEST(FindMax, FindsItWithEveryTrialListed) {
  const Searched searched = Search([](const TrialInput& trial) { return HoldsUpTo(3'000, trial); });
  const FindMaxResult& result = searched.result;
  ASSERT_TRUE(searched.error.ok());
  EXPECT_EQ(AnswerOf(result), FindMaxAnswer::kFound);
  EXPECT_EQ(searched.told, static_cast<int>(result.trials.size()));
  EXPECT_LE(*result.found.lower, 3'000);
  EXPECT_GT(*result.found.upper, 3'000);
  int64_t elapsed_ns = 0;
  for (const FindMaxTrial& trial : result.trials) {
    EXPECT_EQ(trial.output.elapsed_ns, trial.input.duration_ns + kSecond);
    elapsed_ns += trial.output.elapsed_ns;
    if (trial.input.load == *result.found.upper) {
      EXPECT_EQ(trial.load_class, LoadClass::kUpperBound);
    }
    EXPECT_EQ(trial.reasons.empty(), trial.output.verdict == TrialVerdict::kGood);
  }
  EXPECT_EQ(result.elapsed_ns, elapsed_ns);
  ASSERT_NE(RepresentativeTrial(result), nullptr);
  EXPECT_EQ(RepresentativeTrial(result)->input.load, *result.found.lower);
  EXPECT_EQ(RepresentativeTrial(result)->input.duration_ns, 5 * kSecond);
}

TEST(FindMax, WhatEndsItLeavesWhatIsKnown) {
  for (const absl::StatusCode code : {absl::StatusCode::kCancelled, absl::StatusCode::kUnavailable}) {
    int trials = 0;
    const Searched searched = Search([&](const TrialInput& trial) -> absl::StatusOr<RunResult> {
      if (++trials > 4) return absl::Status(code, "gone");
      return HoldsUpTo(3'000, trial);
    });
    EXPECT_EQ(searched.result.trials.size(), 4u);
    EXPECT_EQ(searched.result.found.lower, 800);
    EXPECT_TRUE(searched.result.found.lower_is_provisional);
    EXPECT_EQ(AnswerOf(searched.result), FindMaxAnswer::kAtLeast);
    EXPECT_EQ(searched.result.interrupted, code == absl::StatusCode::kCancelled);
    EXPECT_EQ(searched.error.ok(), searched.result.interrupted);
  }
}

TEST(FindMax, AgentsToAddAreArithmetic) {
  const auto limited = [](const TrialInput& trial) { return LimitedAbove(6'000, trial); };
  const Searched three = Search(limited, [](FindMaxResult& wanted) { wanted.agents = 3; });
  EXPECT_EQ(AnswerOf(three.result), FindMaxAnswer::kAtLeast);
  const std::optional<MoreAgents> more = AgentsToAdd(three.result);
  ASSERT_TRUE(more.has_value());
  EXPECT_NEAR(more->load_per_agent, 2'000, 30);
  EXPECT_EQ(more->target_load, 2 * *three.result.found.generator_limit);
  EXPECT_EQ(more->agents, 7);

  const Searched wanted = Search(limited, [](FindMaxResult& to) {
    to.agents = 3;
    to.options.most_load = 50'000;
    to.most_load_given = true;
  });
  EXPECT_EQ(AgentsToAdd(wanted.result)->target_load, 50'000);
  EXPECT_EQ(AgentsToAdd(wanted.result)->agents, 26);

  EXPECT_FALSE(AgentsToAdd(Search([](const TrialInput& trial) { return HoldsUpTo(70, trial); }).result).has_value());
  EXPECT_FALSE(AgentsToAdd(Search([](const TrialInput& trial) { return LimitedAbove(0, trial); }).result).has_value());
}

TEST(TrialOf, OnlyWhatDescribesTheServerCounts) {
  const TrialInput input{.load = 100, .duration_ns = kSecond};
  const auto verdict = [&](const RunResult& run, FindVariable variable = FindVariable::kRate) {
    return TrialOf(variable, input, run, 0).output.verdict;
  };
  EXPECT_EQ(verdict(RunAt(100, RunOutcome::kPassed)), TrialVerdict::kGood);
  EXPECT_EQ(verdict(RunAt(100, RunOutcome::kFailed)), TrialVerdict::kBad);
  EXPECT_EQ(verdict(RunAt(100, RunOutcome::kNotJudged)), TrialVerdict::kInconclusive);
  for (const RunOutcome outcome : {RunOutcome::kPassed, RunOutcome::kFailed, RunOutcome::kInconclusive}) {
    EXPECT_EQ(verdict(RunAt(100, outcome, Verdict::kGeneratorLimited)), TrialVerdict::kInconclusive);
  }
  RunResult lost = RunAt(100, RunOutcome::kFailed, Verdict::kDegraded);
  lost.agents = SampleAgents(lost.plan, 2);
  EXPECT_EQ(verdict(lost), TrialVerdict::kBad);
  lost.agents[1].state = AgentResult::State::kLost;
  EXPECT_EQ(verdict(lost), TrialVerdict::kInconclusive);

  RunResult fewer = RunAt(100, RunOutcome::kPassed, Verdict::kDegraded);
  fewer.totals.counters.connections.opened = fewer.plan.clients - 1;
  EXPECT_EQ(verdict(fewer), TrialVerdict::kGood);
  EXPECT_EQ(verdict(fewer, FindVariable::kClients), TrialVerdict::kBad);
}

TEST(TrialOf, HasTheRunsFigures) {
  RunResult run = RunAt(1000, RunOutcome::kPassed);
  run.totals.counters.success = 900;
  run.totals.counters.timeout = 100;
  const FindMaxTrial trial = TrialOf(FindVariable::kRate, {.load = 1000, .duration_ns = kSecond}, run, 3 * kSecond);
  EXPECT_DOUBLE_EQ(trial.success_ratio, 0.9);
  EXPECT_NEAR(trial.output.loss_ratio, 0.1, 1e-9);
  EXPECT_EQ(trial.output.elapsed_ns, 3 * kSecond);
  EXPECT_EQ(trial.response_us_p99, run.totals.response.PercentileUs(99));
  EXPECT_EQ(trial.send_lag_us_p99, run.totals.send_lag.PercentileUs(99));
  run.totals.response = {};
  EXPECT_FALSE(
      TrialOf(FindVariable::kRate, {.load = 1000, .duration_ns = kSecond}, run, 0).response_us_p50.has_value());
}

TEST(FindMaxJson, HasBoundsGoalAndEveryTrial) {
  const FindMaxResult result = Search([](const TrialInput& trial) { return HoldsUpTo(3'000, trial); }).result;
  const nlohmann::json json = nlohmann::json::parse(FindMaxJson(result));
  EXPECT_EQ(json.at("schema"), kFindMaxSchema);
  EXPECT_EQ(json.at("wsload_version"), kVersion);
  const nlohmann::json& found = json.at("find_max");
  EXPECT_EQ(found, nlohmann::json::parse(FindMaxObject(result)));
  EXPECT_EQ(found.at("answer"), "found");
  EXPECT_EQ(found.at("end"), "width_reached");
  EXPECT_EQ(found.at("lower_bound"), *result.found.lower);
  EXPECT_EQ(found.at("upper_bound"), *result.found.upper);
  EXPECT_EQ(found.at("after_overload"), "good");
  EXPECT_TRUE(found.at("generator_limit").is_null());
  EXPECT_TRUE(found.at("more_agents").is_null());
  EXPECT_TRUE(found.at("goal").at("max_load").is_null());
  EXPECT_EQ(found.at("goal").at("thresholds"), "p(99)<200ms");
  ASSERT_EQ(found.at("trials").size(), result.trials.size());
  const nlohmann::json& trial = found.at("trials").at(0);
  EXPECT_EQ(trial.at("load"), 100);
  EXPECT_EQ(trial.at("why"), "first");
  EXPECT_EQ(trial.at("verdict"), "good");
  EXPECT_EQ(trial.at("response_us").at("p99"), *result.trials.front().response_us_p99);
  EXPECT_EQ(trial.at("measurement"), "VALID");
}

TEST(FindMaxText, EveryAnswerInBothLanguages) {
  const std::string found = FindMaxSummary(
      Language::kEnglish, Search([](const TrialInput& trial) { return HoldsUpTo(3'000, trial); }).result);
  EXPECT_THAT(found, AllOf(HasSubstr("The most at which p(99)<200ms holds"), HasSubstr(" msg/s hold, "),
                           HasSubstr("Conditional throughput"), HasSubstr("confirm what held"), HasSubstr("BAD")));
  const FindMaxResult limited = Search([](const TrialInput& trial) { return LimitedAbove(6'000, trial); }).result;
  EXPECT_THAT(FindMaxSummary(Language::kEnglish, limited), AllOf(HasSubstr("at least "), HasSubstr("the limit at"),
                                                                 HasSubstr("Add agents"), HasSubstr(" agents\n")));
  EXPECT_THAT(FindMaxLine(Language::kEnglish, limited),
              AllOf(HasSubstr("holds: at least "), testing::EndsWith(" msg/s\n")));
  const FindMaxResult none = Search([](const TrialInput& trial) { return HoldsUpTo(5, trial); }).result;
  EXPECT_THAT(FindMaxSummary(Language::kEnglish, none), HasSubstr("not even 10 msg/s hold"));
  const FindMaxResult nothing = Search([](const TrialInput& trial) { return LimitedAbove(0, trial); }).result;
  EXPECT_THAT(FindMaxSummary(Language::kEnglish, nothing), HasSubstr("nothing is known"));
  const FindMaxResult clients = Search([](const TrialInput& trial) { return HoldsUpTo(3'000, trial); },
                                       [](FindMaxResult& wanted) { wanted.variable = FindVariable::kClients; })
                                    .result;
  EXPECT_THAT(FindMaxSummary(Language::kEnglish, clients), AllOf(HasSubstr(" clients hold"), Not(HasSubstr("msg/s"))));

  EXPECT_THAT(FindMaxSummary(Language::kChinese, limited), AllOf(HasSubstr("至少"), HasSubstr("请增加压测节点")));
  EXPECT_THAT(FindMaxMarkdown(Language::kChinese, none),
              AllOf(HasSubstr("## wsload"), HasSubstr("也不满足"), HasSubstr("|---:|")));
  EXPECT_THAT(FindMaxProgress(Language::kChinese, FindVariable::kRate, 3, limited.trials.front()),
              HasSubstr("试验 3：100 条/秒"));
}

}  // namespace
}  // namespace wsload
