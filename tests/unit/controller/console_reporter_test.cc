#include "controller/output/console_reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/plan/phase.h"
#include "tests/support/direct_feed.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class Console : public ::testing::Test {
 protected:
  void Make(ConsoleOptions options, int agents = 1) {
    plan_ = SamplePlan();
    plan_.duration_ns = 12 * kNsPerSecond;
    plan_.ramp_up_ns = 10 * kNsPerSecond;
    agents_ = SampleAgents(plan_, agents);
    reporter_.emplace(plan_, options, [this](std::string_view text) { shown_.emplace_back(text); });
    feed_.emplace(plan_.report_interval_ns, *reporter_);
    builder_.emplace("run", plan_, agents_, &*feed_);
  }
  void Report(Phase phase, int64_t interval, const Stats& stats) {
    for (size_t i = 0; i < agents_.size(); ++i) {
      ASSERT_TRUE(builder_->AddInterval(static_cast<int>(i), phase, interval, stats).ok());
    }
  }

  RunPlan plan_;
  std::vector<AgentResult> agents_;
  std::vector<std::string> shown_;
  std::optional<ConsoleReporter> reporter_;
  std::optional<DirectFeed> feed_;
  std::optional<ResultBuilder> builder_;
};

TEST_F(Console, PrintsAtEveryStatsIntervalAndAtTheEndOfMeasuring) {
  Make({});
  for (int i = 0; i < 4; ++i) Report(Phase::kMeasure, i, PerfectMeasure(100));
  EXPECT_THAT(shown_, IsEmpty());
  Report(Phase::kMeasure, 4, PerfectMeasure(100));
  ASSERT_EQ(shown_.size(), 1u);
  EXPECT_THAT(shown_[0], StartsWith("[measuring 41 %]  5.0 s of 12.0 s\n"));
  EXPECT_THAT(shown_[0], HasSubstr("total messages"));
  EXPECT_THAT(shown_[0], HasSubstr("500"));
  EXPECT_THAT(shown_[0], HasSubstr("100.00"));
  EXPECT_THAT(shown_[0], HasSubstr("response, last 5 s"));
  for (int i = 5; i < 12; ++i) Report(Phase::kMeasure, i, PerfectMeasure(100));
  ASSERT_EQ(shown_.size(), 3u);
  EXPECT_THAT(shown_[2], StartsWith("[measuring 100 %]  12.0 s of 12.0 s\n"));
  EXPECT_THAT(shown_[2], HasSubstr("response, last 2 s"));
}

TEST_F(Console, TheLastSecondsAreApartFromTheWhole) {
  Make({.stats_interval_ns = 1 * kNsPerSecond});
  Report(Phase::kMeasure, 0, PerfectMeasure(100));
  Stats slow;
  slow.counters.scheduled = slow.counters.success = 1;
  slow.response.RecordUs(900'000);
  slow.service.RecordUs(800'000);
  Report(Phase::kMeasure, 1, slow);
  ASSERT_EQ(shown_.size(), 2u);
  EXPECT_THAT(shown_[1], HasSubstr("  response, last 1 s   900.0   900.0   900.0   900.0\n"
                                   "  response, overall     20.1    20.1    20.1   900.0\n"));
}

TEST_F(Console, WhatItMissedIsNotAmongTheLastSeconds) {
  Make({});
  Report(Phase::kMeasure, 0, PerfectMeasure(100));
  feed_->misses = true;
  for (int i = 1; i < 6; ++i) Report(Phase::kMeasure, i, PerfectMeasure(100));
  feed_->misses = false;
  for (int i = 6; i < 11; ++i) Report(Phase::kMeasure, i, PerfectMeasure(100));
  ASSERT_EQ(shown_.size(), 1u);
  EXPECT_THAT(shown_[0], StartsWith("[measuring 91 %]  11.0 s of 12.0 s\n"));
  EXPECT_THAT(shown_[0], HasSubstr("response, last 5 s")) << "without those that it did not see";
  EXPECT_THAT(shown_[0], HasSubstr("1100")) << "the totals have all";
}

TEST_F(Console, ShowsConnectingWithFailuresByCause) {
  Make({.stats_interval_ns = 1 * kNsPerSecond});
  Stats stats;
  stats.counters.connections.attempted = 3;
  stats.counters.connections.opened = 2;
  stats.counters.connections.failed = 1;
  stats.counters.connections.failures["http_401"] = 1;
  Report(Phase::kConnect, 0, stats);
  ASSERT_EQ(shown_.size(), 1u);
  EXPECT_THAT(shown_[0], StartsWith("[connecting 10 %]  1.0 s of 10.0 s\n"));
  EXPECT_THAT(shown_[0], HasSubstr("connections not opened, by cause: http_401 1"));
  EXPECT_THAT(shown_[0], Not(HasSubstr("latency")));
}

TEST_F(Console, MessagesStillOpenAreNoFailures) {
  Make({.stats_interval_ns = 1 * kNsPerSecond});
  Stats stats = PerfectMeasure(10);
  stats.counters.scheduled += 5;
  Report(Phase::kMeasure, 0, stats);
  EXPECT_THAT(shown_.at(0), HasSubstr("success rate (%)     100.00"));
}

TEST_F(Console, HasALineForEveryAgentWhenThereAreSeveral) {
  Make({.stats_interval_ns = 1 * kNsPerSecond}, 2);
  Report(Phase::kMeasure, 0, PerfectMeasure(50));
  EXPECT_THAT(shown_.at(0), HasSubstr("h1:7400"));
  EXPECT_THAT(shown_.at(0), HasSubstr("h2:7400"));
  EXPECT_THAT(shown_.at(0), HasSubstr("send lag p99 (ms)"));
}

TEST_F(Console, OfVeryManyAgentsShowsTheWorst) {
  Make({.stats_interval_ns = 1 * kNsPerSecond}, 1'000);
  for (int agent = 0; agent < 1'000; ++agent) {
    Stats stats = PerfectMeasure(50);
    if (agent == 700) {
      stats.counters.success -= 9;
      stats.counters.timeout += 9;
    }
    if (agent == 300) stats.send_lag.RecordUs(900'000, 50);
    ASSERT_TRUE(builder_->AddInterval(agent, Phase::kMeasure, 0, stats).ok());
  }
  const std::string& block = shown_.at(0);
  EXPECT_THAT(block, HasSubstr("h701:7400"));
  EXPECT_THAT(block, HasSubstr("h301:7400"));
  EXPECT_THAT(block, Not(HasSubstr("h401:7400")));
  EXPECT_THAT(block, HasSubstr("  and 980 more (result.json has all)\n"));
  EXPECT_LT(std::count(block.begin(), block.end(), '\n'), 40);
}

TEST_F(Console, TimeIsWhatWentByAndNotWhatAnIntervalMayLast) {
  Make({.live = true});
  const auto report = [this](Phase phase, int64_t interval, int64_t wall_us) {
    const WorkerLoad load{.wall_us = wall_us};
    ASSERT_TRUE(builder_->AddInterval(0, phase, interval, PerfectMeasure(1), {load}).ok());
  };
  builder_->BeginPhase(Phase::kConnect, 1, 0);
  report(Phase::kConnect, 0, 1'000'300);
  builder_->BeginPhase(Phase::kMeasure, 1, 1'100 * kNsPerMs);
  for (int i = 0; i < 12; ++i) report(Phase::kMeasure, i, 999'900);
  EXPECT_THAT(shown_.back(), HasSubstr("[measuring 100 %]  12.0 s of 12.0 s\n"));
  EXPECT_THAT(shown_.back(), HasSubstr("13.1 s (measured 12.0 s)")) << "the barrier took its time, too";
  builder_->BeginPhase(Phase::kDrain, 1, 13'100 * kNsPerMs);
  report(Phase::kDrain, 0, 20'000);
  EXPECT_THAT(shown_.back(), HasSubstr("[draining 2 %]  0.0 s of 1.0 s\n"));
  EXPECT_THAT(shown_.back(), HasSubstr("13.1 s (measured 12.0 s)"));
  builder_->BeginPhase(Phase::kClose, 1, 13'150 * kNsPerMs);
  report(Phase::kClose, 0, 130'000);
  EXPECT_THAT(shown_.back(), HasSubstr("[closing]  0.1 s\n")) << "nobody knows how long it will take";
  EXPECT_THAT(shown_.back(), HasSubstr("13.2 s (measured 12.0 s)"));
}

TEST_F(Console, ConnectionsAreThoseOfNow) {
  Make({.stats_interval_ns = 1 * kNsPerSecond}, 2);
  Stats stats;
  stats.counters.connections.opened = 5;
  stats.counters.connections.lost = 3;
  Report(Phase::kMeasure, 0, stats);
  EXPECT_THAT(shown_.at(0), HasSubstr("total connections"));
  EXPECT_THAT(shown_.at(0), HasSubstr("4 (now)"));
  EXPECT_THAT(shown_.at(0), HasSubstr("agent     active   messages"));
  EXPECT_THAT(shown_.at(0), HasSubstr("success rate (%)     -")) << "nothing has ended";
}

TEST_F(Console, SpeaksChinese) {
  Make({.language = Language::kChinese, .stats_interval_ns = 1 * kNsPerSecond});
  Report(Phase::kMeasure, 0, PerfectMeasure(50));
  for (const char* text : {"[压测 8 %]", "总连接数", "活跃连接数", "总消息数", "成功消息数", "失败消息数", "运行时间",
                           "消息速率 (msg/s)", "成功率 (%)", "响应时间（累计）"}) {
    EXPECT_THAT(shown_.at(0), HasSubstr(text));
  }
  reporter_->OnNotice({StatementKind::kLoadHandedOver, {2, 1'500 * kNsPerMs}, "h2:7400"});
  EXPECT_EQ(shown_.back(), "! 压测节点 h2:7400 的负载在开始后 1.5 s 由其余 2 个节点接管\n");
}

TEST_F(Console, LiveRewritesItsBlockAndKeepsNoticesAboveIt) {
  Make({.live = true});
  Report(Phase::kMeasure, 0, PerfectMeasure(50));
  Report(Phase::kMeasure, 1, PerfectMeasure(50));
  ASSERT_EQ(shown_.size(), 2u);
  const auto lines = std::count(shown_[0].begin(), shown_[0].end(), '\n');
  const std::string up = "\x1b[" + std::to_string(lines) + "A\r";
  EXPECT_THAT(shown_[0], StartsWith("\x1b[J"));
  EXPECT_THAT(shown_[1], StartsWith(up + "\x1b[J"));
  shown_.clear();
  reporter_->OnNotice({StatementKind::kOtherAgentLost, {}, "h1:7400"});
  ASSERT_EQ(shown_.size(), 2u);
  EXPECT_EQ(shown_[0], up + "\x1b[J! agent h1:7400 lost\n");
  EXPECT_THAT(shown_[1], HasSubstr("measuring"));
  EXPECT_THAT(shown_[1], Not(HasSubstr(up)));
  shown_.clear();
  reporter_->OnEnd(RunResult());
  reporter_->OnNotice({StatementKind::kLeaseExpired});
  EXPECT_THAT(shown_, ElementsAre("! lease expired\n"));
}

}  // namespace
}  // namespace wsload
