#include "controller/run/report_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "common/time/clock.h"
#include "common/util/status.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;

constexpr RunInstants kRun{
    .begun_ns = 100 * kNsPerSecond, .ramp_ns = 101 * kNsPerSecond, .start_ns = 105 * kNsPerSecond};

ReportLimits Limits(Phase phase, int64_t now_s, int64_t clock_error_ns = 0) {
  ReportLimits limits = TimeLimits(kRun, phase, now_s * kNsPerSecond, clock_error_ns);
  limits.report_interval_ns = kNsPerSecond;
  limits.messages = 100;
  limits.retries = 2;
  limits.clients = 10;
  limits.workers = 2;
  return limits;
}

absl::Status CheckInterval(const ReportLimits& limits, Phase phase, int64_t interval) {
  return CheckReport(limits, phase, interval, {}, {}, {});
}

TEST(ReportCheck, IntervalsAreHeldAgainstTheClock) {
  // Ten seconds after the start, with two for what clocks and timers may be off.
  const ReportLimits limits = Limits(Phase::kMeasure, 115);
  EXPECT_TRUE(CheckInterval(limits, Phase::kMeasure, 9).ok());
  EXPECT_TRUE(CheckInterval(limits, Phase::kMeasure, 12).ok());
  const absl::Status ahead = CheckInterval(limits, Phase::kMeasure, 13);
  EXPECT_EQ(ahead.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(Text(ahead)), HasSubstr("interval 13 of phase measure, which cannot have begun yet"));
  EXPECT_FALSE(CheckInterval(limits, Phase::kMeasure, 99'999'999).ok());
}

TEST(ReportCheck, AnAgentsClockMayBeOffAndGoFaster) {
  EXPECT_FALSE(CheckInterval(Limits(Phase::kMeasure, 115), Phase::kMeasure, 16).ok());
  EXPECT_TRUE(CheckInterval(Limits(Phase::kMeasure, 115, kNsPerSecond), Phase::kMeasure, 16).ok());
  // Ten hours at 500 ppm are 18 s.
  EXPECT_TRUE(CheckInterval(Limits(Phase::kMeasure, 36'105), Phase::kMeasure, 36'018).ok());
  EXPECT_FALSE(CheckInterval(Limits(Phase::kMeasure, 36'105), Phase::kMeasure, 36'040).ok());
}

TEST(ReportCheck, EveryPhaseHasItsBeginning) {
  EXPECT_TRUE(CheckInterval(Limits(Phase::kConnect, 104), Phase::kConnect, 3).ok());
  EXPECT_FALSE(CheckInterval(Limits(Phase::kConnect, 104), Phase::kConnect, 7).ok());
  // An agent that gives up drains and closes earlier than planned.
  EXPECT_TRUE(CheckInterval(Limits(Phase::kClose, 106), Phase::kClose, 5).ok());
  RunInstants no_start = kRun;
  no_start.start_ns = 0;
  const ReportLimits limits = TimeLimits(no_start, Phase::kMeasure, 110 * kNsPerSecond, 0);
  EXPECT_FALSE(CheckInterval(limits, Phase::kMeasure, 0).ok()) << "nobody has told it to start";
}

std::string Refusal(const std::function<void(Stats&)>& change, const Stats& so_far = {}) {
  Stats delta;
  delta.counters.scheduled = 50;
  delta.counters.success = 40;
  delta.counters.timeout = 5;
  delta.response.RecordUs(1'000, 40);
  delta.service.RecordUs(1'000, 40);
  delta.send_lag.RecordUs(10, 50);
  delta.counters.connections = {.attempted = 10, .opened = 8, .failed = 2, .lost = 1, .closed = 7};
  delta.connect.RecordUs(1'000, 8);
  change(delta);
  return std::string(Text(CheckReport(Limits(Phase::kMeasure, 115), Phase::kMeasure, 0, so_far, delta, {})));
}

TEST(ReportCheck, CountsFitOneAnother) {
  using N = ConnectionCounters;
  EXPECT_EQ(Refusal([](Stats&) {}), "");
  EXPECT_THAT(Refusal([](Stats& s) { s.counters.success += 999'970; }),
              HasSubstr("it reports the impossible: 1000015 ends of messages of 50 messages"));
  EXPECT_THAT(Refusal([](Stats& s) { s.counters.scheduled = 101; }), HasSubstr("101 messages of 100 that are its own"));
  EXPECT_NE(Refusal([](Stats& s) { s.counters.unsent = 6; }), "");
  EXPECT_NE(Refusal([](Stats& s) { s.response.RecordUs(1); }), "");
  EXPECT_NE(Refusal([](Stats& s) { s.service.RecordUs(1); }), "");
  EXPECT_NE(Refusal([](Stats& s) { s.send_lag.RecordUs(1); }), "");
  EXPECT_NE(Refusal([](Stats& s) { s.connect.RecordUs(1); }), "");
  EXPECT_NE(Refusal([](Stats& s) { s.push.RecordUs(1); }), "");
  EXPECT_NE(Refusal([](Stats& s) { s.heartbeat.RecordUs(1); }), "");
  EXPECT_NE(Refusal([](Stats& s) { s.counters.pushes_repeated = 1; }), "");
  EXPECT_EQ(Refusal([](Stats& s) { s.counters.retries = s.counters.success_by_retry = 40; }), "");
  EXPECT_THAT(Refusal([](Stats& s) { s.counters.retries = 101; }),
              HasSubstr("101 retries of 100 that its messages may have"));
  EXPECT_NE(Refusal([](Stats& s) { s.counters.success_by_retry = 1; }), "");
  EXPECT_NE(Refusal([](Stats& s) { s.push_delivery.RecordUs(1); }), "");
  EXPECT_NE(Refusal([](Stats& s) { s.post.RecordUs(1); }), "");
  for (int64_t Counters::*field :
       {&Counters::push_received, &Counters::push_duplicates, &Counters::push_misdirected, &Counters::push_strangers,
        &Counters::push_out_of_order, &Counters::push_untracked, &Counters::push_expected, &Counters::push_unconfirmed,
        &Counters::posts, &Counters::posts_accepted, &Counters::posts_unsent}) {
    EXPECT_NE(Refusal([field](Stats& s) { s.counters.*field = 1; }), "");
  }
  for (int64_t N::*field : {&N::attempted, &N::opened, &N::failed, &N::lost, &N::closed, &N::compressed}) {
    EXPECT_NE(Refusal([field](Stats& s) { s.counters.connections.*field += 9; }), "");
  }
}

TEST(ReportCheck, WhatAServerBringsAboutIsNoFaultOfTheAgent) {
  EXPECT_EQ(Refusal([](Stats& s) {
              s.counters.late_acks = s.counters.duplicate_acks = s.counters.unsolicited = 1'000'000;
              s.counters.heartbeats_acked = s.counters.pushes = s.counters.redirects = 1'000'000;
            }),
            "");
}

TEST(ReportCheck, TheSumCounts) {
  Stats so_far;
  so_far.counters.scheduled = 50;
  so_far.counters.connections.attempted = 0;
  EXPECT_EQ(Refusal([](Stats& s) { s.counters.success = s.counters.scheduled = 50, s.counters.timeout = 50; }, so_far),
            "")
      << "the end of messages that were sent in an earlier interval";
  so_far.counters.scheduled = 51;
  EXPECT_NE(Refusal([](Stats&) {}, so_far), "");
}

TEST(ReportCheck, WorkersHaveNoMoreTimeThanThereWas) {
  const ReportLimits limits = Limits(Phase::kMeasure, 115);
  const auto check = [&](WorkerLoad load, size_t workers = 1) {
    return CheckReport(limits, Phase::kMeasure, 0, {}, {}, std::vector<WorkerLoad>(workers, load)).ok();
  };
  EXPECT_TRUE(check({.user_us = 900'000, .wall_us = 1'000'000, .sent = 100, .sent_late = 100, .stalls = 400}));
  EXPECT_FALSE(check({}, 3)) << "it told of two";
  EXPECT_FALSE(check({.wall_us = 18'000'000}));
  EXPECT_FALSE(check({.user_us = int64_t{1} << 53}));
  EXPECT_FALSE(check({.stall_us_max = 18'000'000}));
  EXPECT_FALSE(check({.sent = 101}));
  EXPECT_FALSE(check({.sent = 5, .sent_late = 6}));
  EXPECT_FALSE(check({.given_up = 101}));
}

TEST(ReportCheck, AWarmUpAndWhatIsMeasuredHaveTheirOwnMessages) {
  ReportLimits limits = Limits(Phase::kMeasure, 115);
  limits.warm_up_messages = 40;
  Stats stats;
  const auto scheduled = [&stats](int64_t count) -> const Stats& {
    stats.counters.scheduled = count;
    return stats;
  };
  EXPECT_TRUE(CheckReport(limits, Phase::kMeasure, 0, {}, scheduled(60), {}).ok());
  EXPECT_FALSE(CheckReport(limits, Phase::kMeasure, 0, {}, scheduled(61), {}).ok());
  EXPECT_FALSE(CheckReport(limits, Phase::kWarmUp, 0, {}, scheduled(1), {}).ok()) << "it has none that are measured";
  EXPECT_TRUE(CheckWarmUp(limits, Phase::kWarmUp, {}, scheduled(40)).ok());
  EXPECT_TRUE(CheckWarmUp(limits, Phase::kDrain, {}, scheduled(40)).ok());
  EXPECT_FALSE(CheckWarmUp(limits, Phase::kWarmUp, {}, scheduled(41)).ok());
  EXPECT_FALSE(CheckWarmUp(limits, Phase::kConnect, {}, scheduled(1)).ok());
}

TEST(ReportCheck, AwkwardClientsAndTheOthersTogetherAreTheAgents) {
  ReportLimits limits = Limits(Phase::kMeasure, 115);
  limits.warm_up_messages = 40;
  const auto stats = [](int64_t scheduled, int64_t dials) {
    Stats made;
    made.counters.scheduled = scheduled;
    made.counters.connections.attempted = dials;
    return made;
  };
  const int64_t half = limits.clients / 2;
  const auto fits = [&](Phase phase, const Stats& theirs, const Stats& others) {
    return CheckAwkward(limits, phase, {}, theirs, others.counters).ok();
  };
  EXPECT_TRUE(fits(Phase::kMeasure, stats(20, limits.clients - half), stats(40, half)));
  EXPECT_FALSE(fits(Phase::kMeasure, stats(21, 0), stats(40, 0)));
  EXPECT_FALSE(fits(Phase::kMeasure, stats(0, limits.clients - half + 1), stats(40, half)));
  EXPECT_FALSE(fits(Phase::kWarmUp, stats(1, 0), {})) << "what they send in it is the warm-up's";
  Stats answered = stats(5, 0);
  answered.counters.success = 6;
  EXPECT_FALSE(fits(Phase::kMeasure, answered, {}));
}

TEST(ReportCheck, TheMeasurePhaseBeginsWhereTheWarmUpEnds) {
  RunInstants run = kRun;
  run.warm_up_ns = 4 * kNsPerSecond;
  const auto reaches = [&](Phase phase, int64_t interval) {
    ReportLimits limits = TimeLimits(run, phase, 115 * kNsPerSecond, 0);
    limits.report_interval_ns = kNsPerSecond;
    return CheckInterval(limits, phase, interval).ok();
  };
  EXPECT_TRUE(reaches(Phase::kWarmUp, 12));
  EXPECT_TRUE(reaches(Phase::kMeasure, 8));
  EXPECT_FALSE(reaches(Phase::kMeasure, 9));
}

TEST(ReportCheck, SoHasTheAgent) {
  const ReportLimits limits = Limits(Phase::kClose, 115);
  EXPECT_TRUE(CheckCpuUsage(limits, {.user_us = 30'000'000, .wall_us = 10'000'000}).ok());
  EXPECT_FALSE(CheckCpuUsage(limits, {.wall_us = 18'000'000}).ok());
  EXPECT_FALSE(CheckCpuUsage(limits, {.throttled_us = int64_t{1} << 60}).ok());
}

}  // namespace
}  // namespace wsload
