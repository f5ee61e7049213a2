#include "controller/commands/find_max_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/util/status.h"
#include "controller/commands/run_flags.h"

namespace wsload {
namespace {

using testing::HasSubstr;

constexpr LocalText kIntro = {"intro", "简介"};

absl::StatusOr<MaxSearchOptions> Wanted(std::vector<std::string> args) {
  const absl::StatusOr<RunCommandLine> line = ParseFindMaxFlags(args, {}, kIntro);
  if (!line.ok()) return line.status();
  return SearchOptionsOf(*line->find, line->plan, line->judge.thresholds);
}

std::string Refused(const std::vector<std::string>& args) {
  const absl::StatusOr<MaxSearchOptions> wanted = Wanted(args);
  EXPECT_EQ(wanted.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(Text(wanted.status()));
}

TEST(FindMaxFlags, BeginsAtTheRateAndNoLowerThanCanBeJudged) {
  EXPECT_EQ(Wanted({"-threshold=success_rate>=99%", "-mps=70"})->least_load, 1);
  EXPECT_EQ(Wanted({"-threshold=success_rate>=99%", "-mps=70"})->first_load, 70);
  // A percentile of a second's messages.
  EXPECT_EQ(Wanted({"-threshold=p(99)<1s", "-mps=70"})->least_load, 100);
  EXPECT_EQ(Wanted({"-threshold=p(99)<1s", "-mps=70"})->first_load, 100);
  // The thousandth is due within half a second.
  EXPECT_EQ(Wanted({"-threshold=p(99.9)<1s", "-first-duration=500ms"})->least_load, 1999);
  EXPECT_EQ(Wanted({"-threshold=p(99)<1s", "-min-rate=150", "-max-rate=9k", "-mps=20k"})->least_load, 150);
  EXPECT_EQ(Wanted({"-threshold=p(99)<1s", "-min-rate=150", "-max-rate=9k", "-mps=20k"})->first_load, 9000);
}

TEST(FindMaxFlags, Clients) {
  const auto wanted = Wanted({"-find=clients", "-threshold=connect_p(99)<1s", "-clients=5k", "-max-clients=1m"});
  ASSERT_TRUE(wanted.ok()) << wanted.status();
  EXPECT_EQ(wanted->least_load, 100);
  EXPECT_EQ(wanted->first_load, 5000);
  EXPECT_EQ(wanted->most_load, 1'000'000);
  const RunPlan plan = TrialPlan(RunPlan{}, FindVariable::kClients, 77, kNsPerSecond);
  EXPECT_EQ(plan.clients, 77);
  EXPECT_EQ(plan.mps, RunPlan{}.mps);
  EXPECT_EQ(plan.duration_ns, kNsPerSecond);
}

TEST(FindMaxFlags, TheGoal) {
  const auto wanted = Wanted({"-threshold=p(99)<1s", "-goal-duration=20s", "-goal-duration-sum=1m", "-goal-exceed=25%",
                              "-goal-width=2%", "-first-duration=30s", "-find-timeout=1h", "-noafter-overload"});
  ASSERT_TRUE(wanted.ok()) << wanted.status();
  EXPECT_EQ(wanted->goal.final_trial_duration_ns, 20 * kNsPerSecond);
  EXPECT_EQ(wanted->goal.duration_sum_ns, 60 * kNsPerSecond);
  EXPECT_DOUBLE_EQ(wanted->goal.exceed_ratio, 0.25);
  EXPECT_DOUBLE_EQ(wanted->goal.width, 0.02);
  EXPECT_EQ(wanted->first_trial_duration_ns, 20 * kNsPerSecond);
  EXPECT_EQ(wanted->timeout_ns, 3600 * kNsPerSecond);
  EXPECT_FALSE(wanted->after_overload);
}

TEST(FindMaxFlags, WhatCannotBeIsOneLine) {
  EXPECT_THAT(Refused({}), HasSubstr("without -threshold"));
  EXPECT_THAT(Refused({"-threshold=p(99)<1s", "-min-rate=99"}), HasSubstr("at least 100 messages"));
  EXPECT_THAT(Refused({"-threshold=p(99)<1s", "-min-rate=9k", "-max-rate=8k"}), HasSubstr("-max-rate=8000"));
  EXPECT_THAT(Refused({"-threshold=p(99)<1s", "-goal-duration=1m"}), HasSubstr("-goal-duration-sum"));
  EXPECT_THAT(Refused({"-threshold=p(99)<1s", "-find=clients", "-mps=1"}), HasSubstr("-first-duration"));
  EXPECT_THAT(Refused({"-threshold=p(99)<1s", "-repeat=2"}), HasSubstr("-repeat"));
}

TEST(FindMaxFlags, TheCommandLineStartsItAgain) {
  const auto line =
      ParseFindMaxFlags({"-threshold=p(99)<1s", "-goal-width=2%", "-duration=1m", "-clients=5"}, {}, kIntro);
  ASSERT_TRUE(line.ok());
  EXPECT_EQ(line->labels.command_line, "wsload find-max -clients=5 -duration=1m -threshold='p(99)<1s' -goal-width=2%");
  ASSERT_EQ(line->notices.size(), 1u);
  EXPECT_THAT(line->notices.front(), HasSubstr("-duration has no effect in find-max"));
}

}  // namespace
}  // namespace wsload
