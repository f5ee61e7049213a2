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
  for (int i = 4; i < 12; ++i) Report(Phase::kMeasure, i, PerfectMeasure(100));
  EXPECT_THAT(shown_, ElementsAre("0:05 measuring 100.0/s ok 100.0 % p50 20.1 p99 20.1 ms (last 5 s) failed 0\n",
                                  "0:10 measuring 100.0/s ok 100.0 % p50 20.1 p99 20.1 ms (last 5 s) failed 0\n",
                                  "0:12 measuring 100.0/s ok 100.0 % p50 20.1 p99 20.1 ms (last 2 s) failed 0\n"));
}

TEST_F(Console, TheLastSecondsAreApartFromTheWhole) {
  Make({.stats_interval_ns = 1 * kNsPerSecond});
  Report(Phase::kMeasure, 0, PerfectMeasure(100));
  Stats slow;
  slow.counters.scheduled = 1'201;
  slow.counters.success = 1;
  slow.counters.timeout = 1'200;
  slow.response.RecordUs(900'000);
  Report(Phase::kMeasure, 1, slow);
  Report(Phase::kMeasure, 2, Stats());
  EXPECT_THAT(shown_, ElementsAre("0:01 measuring 100.0/s ok 100.0 % p50 20.1 p99 20.1 ms (last 1 s) failed 0\n",
                                  "0:02 measuring 1201.0/s ok 0.08 % p50 900 p99 900 ms (last 1 s) failed 1,200\n",
                                  "0:03 measuring 0.0/s ok - % p50 - p99 - ms (last 1 s) failed 1,200\n"));
}

TEST_F(Console, WhatItMissedIsNotAmongTheLastSeconds) {
  Make({});
  Report(Phase::kMeasure, 0, PerfectMeasure(100));
  feed_->misses = true;
  for (int i = 1; i < 6; ++i) Report(Phase::kMeasure, i, PerfectMeasure(200));
  feed_->misses = false;
  for (int i = 6; i < 11; ++i) Report(Phase::kMeasure, i, PerfectMeasure(100));
  EXPECT_THAT(shown_, ElementsAre("0:11 measuring 100.0/s ok 100.0 % p50 20.1 p99 20.1 ms (last 5 s) failed 0\n"));
}

TEST_F(Console, ShowsConnectingWithFailuresByCause) {
  Make({.stats_interval_ns = 1 * kNsPerSecond});
  Stats stats;
  stats.counters.connections.attempted = 3;
  stats.counters.connections.opened = 2;
  stats.counters.connections.failed = 1;
  stats.counters.connections.failures["http_401"] = 1;
  Report(Phase::kConnect, 0, stats);
  EXPECT_THAT(shown_, ElementsAre("0:01 connecting 2 of 10 connections not opened 1 (http_401 1)\n"));
}

TEST_F(Console, MessagesStillOpenAreNoFailures) {
  Make({.stats_interval_ns = 1 * kNsPerSecond});
  Stats stats = PerfectMeasure(10);
  stats.counters.scheduled += 5;
  Report(Phase::kMeasure, 0, stats);
  EXPECT_THAT(shown_.at(0), HasSubstr("15.0/s ok 100.0 %"));
}

TEST_F(Console, TimeIsWhatWentByAndNotWhatAnIntervalMayLast) {
  Make({.stats_interval_ns = 1 * kNsPerSecond});
  const auto report = [this](Phase phase, int64_t interval, int64_t wall_us) {
    const WorkerLoad load{.wall_us = wall_us};
    ASSERT_TRUE(builder_->AddInterval(0, phase, interval, PerfectMeasure(1), {load}).ok());
  };
  builder_->BeginPhase(Phase::kConnect, 1, 0);
  report(Phase::kConnect, 0, 1'000'300);
  builder_->BeginPhase(Phase::kMeasure, 1, 1'100 * kNsPerMs);
  for (int i = 0; i < 12; ++i) report(Phase::kMeasure, i, 999'900);
  EXPECT_THAT(shown_.back(), StartsWith("0:12 measuring 1.0/s "));
}

TEST_F(Console, ConnectionsAreThoseOfNow) {
  Make({.stats_interval_ns = 1 * kNsPerSecond}, 2);
  Stats stats;
  stats.counters.connections.opened = 5;
  stats.counters.connections.lost = 3;
  stats.counters.connections.losses["reset"] = 3;
  stats.counters.scheduled = stats.counters.unsent = 7;
  Report(Phase::kMeasure, 0, stats);
  EXPECT_THAT(shown_.at(0), HasSubstr(" ok 0.0 % p50 - p99 - ms (last 1 s) failed 0 unsent 14 lost 6 (reset 6)\n"));
  Report(Phase::kClose, 0, Stats());
  EXPECT_THAT(shown_.back(), HasSubstr(" closing 4 connections open"));
}

TEST_F(Console, SpeaksChinese) {
  Make({.language = Language::kChinese, .stats_interval_ns = 1 * kNsPerSecond});
  Report(Phase::kMeasure, 0, PerfectMeasure(50));
  EXPECT_EQ(shown_.at(0), "0:01 压测 50.0/s 成功 100.0 % p50 20.1 p99 20.1 ms（最近 1 秒）失败 0\n");
  reporter_->OnNotice({StatementKind::kLoadHandedOver, {2, 1'500 * kNsPerMs}, "h2:7400"});
  EXPECT_EQ(shown_.back(), "! 压测节点 h2:7400 的负载在开始后 1.5 s 由其余 2 个节点接管\n");
}

TEST_F(Console, WithoutIntervalsSaysNoticesAlone) {
  Make({.stats_interval_ns = 1 * kNsPerSecond, .intervals = false});
  Report(Phase::kMeasure, 0, PerfectMeasure(50));
  reporter_->OnNotice({StatementKind::kLeaseExpired});
  EXPECT_THAT(shown_, ElementsAre("! lease expired\n"));
}

}  // namespace
}  // namespace wsload
