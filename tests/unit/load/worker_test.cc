#include "agent/load/worker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/client/user_token.h"
#include "agent/load/pacer.h"
#include "common/plan/phase.h"
#include "tests/unit/load/worker_rig.h"

namespace wsload {
namespace {

TEST_F(WorkerTest, SendsEveryMessageAtItsDueTimeRoundRobin) {
  const RunPlan plan = SmallPlan();
  gateway_.ack_delay_ns = 20 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunAll(rig, plan);

  const Counters& counters = rig.log.totals.counters;
  EXPECT_EQ(counters.scheduled, 300);
  EXPECT_EQ(counters.success, 300);
  ExpectConserved(counters);
  EXPECT_GT(counters.bytes_sent, 300 * plan.msg_size_bytes);
  EXPECT_GT(counters.bytes_received, 0);
  EXPECT_EQ(gateway_.upstream.size(), 300u);
  EXPECT_EQ(gateway_.keys.size(), 300u);
  const Schedule schedule = ScheduleOf(plan);
  for (size_t i = 0; i < gateway_.upstream.size(); ++i) {
    EXPECT_EQ(gateway_.upstream[i].received_ns, start_ns_ + schedule.OffsetNs(static_cast<int64_t>(i)));
    EXPECT_EQ(gateway_.upstream[i].connection, static_cast<int>(i % 10));
  }
  EXPECT_EQ(rig.log.totals.response.PercentileUs(50), 20'000);
  EXPECT_EQ(rig.log.totals.response.min_us(), 20'000);
  EXPECT_EQ(rig.log.totals.response.max_us(), 20'000);
  EXPECT_EQ(rig.log.totals.send_lag.max_us(), 1) << "clamped to the lowest value: no lag on virtual time";
  EXPECT_EQ(gateway_.closes_seen, 10);
}

TEST_F(WorkerTest, DialsEvenlyOverTheRampUpWithOneUserEach) {
  const RunPlan plan = SmallPlan();
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  const int64_t ramp_start_ns = loop_.MonoNs();
  rig.worker->Connect(ramp_start_ns);
  loop_.AdvanceBy(plan.ramp_up_ns);
  ASSERT_EQ(gateway_.dialled_ns.size(), 10u);
  std::set<int64_t> users;
  const UserToken token(kDemoJwtKey, "mock");
  for (size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(gateway_.dialled_ns[i], ramp_start_ns + static_cast<int64_t>(i) * plan.ramp_up_ns / 10);
    const auto claims = token.Decode(gateway_.tokens[i], loop_.clock().UnixNs() / kNsPerSecond);
    ASSERT_TRUE(claims.ok()) << claims.status();
    EXPECT_EQ(claims->biz_id, 9999);
    users.insert(claims->user_id);
  }
  EXPECT_EQ(users.size(), 10u);
  EXPECT_EQ(*users.begin(), 10'000);
  EXPECT_EQ(rig.log.ready, 1);
  EXPECT_EQ(rig.log.opened, 10);
}

TEST_F(WorkerTest, FailedDialsAreCountedByCauseAndTheRestCarryTheLoad) {
  const RunPlan plan = SmallPlan();
  gateway_.refuse_dial = [](int dial) { return dial % 2 == 0 ? "http_403" : ""; };
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunAll(rig, plan);
  EXPECT_EQ(rig.log.failed, 5);
  EXPECT_EQ(rig.log.totals.counters.connections.failures.at("http_403"), 5);
  EXPECT_EQ(rig.log.totals.counters.success, 300);
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerTest, WithoutConnectionsEveryMessageIsUnsent) {
  const RunPlan plan = SmallPlan();
  gateway_.refuse_dial = [](int) { return "refused"; };
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunAll(rig, plan);
  EXPECT_EQ(rig.log.totals.counters.unsent, 300);
  EXPECT_EQ(rig.log.totals.counters.scheduled, 300);
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerTest, EveryFaultEndsInItsOwnCount) {
  const RunPlan plan = SmallPlan();
  gateway_.ack_delay_ns = 5 * kNsPerMs;
  int n = 0;
  gateway_.react = [&n](const auto&) {
    switch (n++ % 5) {
      case 0:
        return FakeGateway::Reaction::kDrop;
      case 1:
        return FakeGateway::Reaction::kRateLimit;
      case 2:
        return FakeGateway::Reaction::kBadBody;
      case 3:
        return FakeGateway::Reaction::kAckTwice;
      default:
        return FakeGateway::Reaction::kAck;
    }
  };
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunAll(rig, plan);
  const Counters& counters = rig.log.totals.counters;
  EXPECT_EQ(counters.timeout, 60);
  EXPECT_EQ(counters.rate_limited, 60);
  EXPECT_EQ(counters.refused, 60);
  EXPECT_EQ(counters.success, 120);
  EXPECT_EQ(counters.duplicate_acks, 60);
  ExpectConserved(counters);
}

TEST_F(WorkerTest, LostConnectionsMoveTheLoadAndFailWhatWasOpen) {
  RunPlan plan = SmallPlan();
  gateway_.ack_delay_ns = 100 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(kNsPerSecond + kNsPerMs);
  for (int index = 0; index < 5; ++index) gateway_.Break(index, {CloseInfo::Kind::kBroken, 1006, "", "reset"});
  loop_.AdvanceBy(10 * kNsPerSecond);
  const Counters& counters = rig.log.totals.counters;
  ASSERT_EQ(rig.log.done, 1);
  EXPECT_EQ(counters.scheduled, 300);
  EXPECT_EQ(counters.connection_lost, 5) << "one open message on each of the broken connections";
  EXPECT_EQ(counters.success, 295);
  EXPECT_EQ(counters.connections.lost, 5);
  EXPECT_EQ(counters.connections.losses.at("reset"), 5);
  EXPECT_EQ(counters.connections.closed, 5);
  ExpectConserved(counters);
}

TEST_F(WorkerTest, AServerHasTimeToCloseHoweverManyConnectionsThereAre) {
  RunPlan plan = SmallPlan();
  plan.clients = 1000;
  // A busy host: a close frame takes 5 ms to write, and the server 300 ms to answer.
  gateway_.close_delay_ns = 300 * kNsPerMs;
  int64_t open_handshakes = 0;
  gateway_.on_close = [&] {
    loop_.clock().AdvanceBy(5 * kNsPerMs);
    open_handshakes = std::max<int64_t>(open_handshakes, gateway_.closes_seen - (1000 - gateway_.open()));
  };
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  rig.worker->Connect(loop_.MonoNs());
  loop_.AdvanceBy(plan.ramp_up_ns + plan.conn_timeout_ns);
  rig.worker->Start(loop_.MonoNs());
  loop_.AdvanceBy(plan.duration_ns + plan.resp_timeout_ns + 30 * kNsPerSecond);
  ASSERT_EQ(rig.log.done, 1);
  EXPECT_EQ(gateway_.closes_seen, 1000);
  EXPECT_EQ(rig.log.totals.counters.connections.closed, 1000);
  EXPECT_GT(open_handshakes, 10) << "not one after the other";
  EXPECT_LT((open_handshakes * 5 + 300) * kNsPerMs, CloseWaves::kTimeoutNs);
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerTest, AConnectionThatTakesNothingIsASendError) {
  RunPlan plan = SmallPlan();
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  gateway_.send_result = SendResult::kRefused;
  RunAll(rig, plan);
  EXPECT_EQ(rig.log.totals.counters.send_error, 300);
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerTest, StopDuringTheMeasurementKeepsWhatWasMeasured) {
  const RunPlan plan = SmallPlan();
  gateway_.ack_delay_ns = 100 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(kNsPerSecond);
  rig.worker->Stop();
  loop_.AdvanceBy(10 * kNsPerSecond);
  EXPECT_EQ(rig.log.done, 1);
  EXPECT_EQ(rig.log.totals.counters.scheduled, 101);
  EXPECT_EQ(rig.log.totals.counters.success, 101);
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerTest, StopDuringTheRampUpGivesUpTheDialsAndClosesTheRest) {
  const RunPlan plan = SmallPlan();
  gateway_.dial_delay_ns = 300 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  rig.worker->Connect(loop_.MonoNs());
  loop_.AdvanceBy(kNsPerSecond);
  rig.worker->Stop();
  loop_.AdvanceBy(10 * kNsPerSecond);
  EXPECT_EQ(rig.log.done, 1);
  EXPECT_EQ(rig.log.ready, 0);
  EXPECT_LT(gateway_.dialled_ns.size(), 10u);
  EXPECT_GT(rig.log.totals.counters.connections.failures.at("canceled"), 0);
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerTest, StopBeforeAnythingIsDoneAtOnce) {
  const RunPlan plan = SmallPlan();
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  rig.worker->Stop();
  EXPECT_EQ(rig.log.done, 1);
}

TEST_F(WorkerTest, IntervalsAreCutAtFixedInstantsAndNumberedInTheirPhase) {
  const RunPlan plan = SmallPlan();
  gateway_.ack_delay_ns = 1;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunAll(rig, plan);
  std::vector<int64_t> measured;
  int64_t next[kChoices<Phase>.size()] = {};
  Phase last = Phase::kConnect;
  for (const Interval& interval : rig.log.intervals) {
    EXPECT_LE(last, interval.phase) << "phases go forward";
    last = interval.phase;
    EXPECT_EQ(interval.index, next[static_cast<int>(interval.phase)]++);
    if (interval.phase == Phase::kMeasure) measured.push_back(interval.delta.counters.scheduled);
  }
  // Message 100 is due exactly at the cut; one of both sides has it.
  ASSERT_EQ(measured.size(), 3u);
  for (const int64_t scheduled : measured) EXPECT_NEAR(static_cast<double>(scheduled), 100, 1);
  EXPECT_EQ(rig.log.started_ns, (std::vector<int64_t>{start_ns_}));
}

TEST_F(WorkerTest, HighRatesShareWakeUpsButSendNothingEarlyAndLittleLate) {
  RunPlan plan = SmallPlan();
  plan.mps = 20'000;
  plan.duration_ns = kNsPerSecond / 5;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunAll(rig, plan);
  const Schedule schedule = ScheduleOf(plan);
  ASSERT_EQ(gateway_.upstream.size(), 4'000u);
  std::set<int64_t> wake_ups;
  for (size_t i = 0; i < gateway_.upstream.size(); ++i) {
    const int64_t due_ns = start_ns_ + schedule.OffsetNs(static_cast<int64_t>(i));
    ASSERT_GE(gateway_.upstream[i].received_ns, due_ns);
    ASSERT_LE(gateway_.upstream[i].received_ns, due_ns + Pacer::kTickNs);
    wake_ups.insert(gateway_.upstream[i].received_ns);
  }
  EXPECT_LE(wake_ups.size(), 4'000u / 15);
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerTest, SlicesOfOneRunTogetherAreTheRun) {
  RunPlan plan = SmallPlan();
  plan.clients = 7;
  plan.mps = 3;
  plan.duration_ns = 10 * kNsPerSecond;
  std::vector<std::unique_ptr<Rig>> rigs;
  for (const Slice& slice : SplitOverAgents(plan, 5)) {
    rigs.push_back(
        std::make_unique<Rig>(loop_, gateway_, plan, slice, "run-" + std::to_string(slice.agent_index) + "-0"));
    rigs.back()->worker->Connect(loop_.MonoNs());
  }
  loop_.AdvanceBy(plan.ramp_up_ns);
  const int64_t start_ns = loop_.MonoNs();
  for (auto& rig : rigs) {
    ASSERT_EQ(rig->log.ready, 1);
    rig->worker->Start(start_ns);
  }
  loop_.AdvanceBy(plan.duration_ns + 5 * kNsPerSecond);
  Stats merged;
  for (auto& rig : rigs) {
    ASSERT_EQ(rig->log.done, 1);
    ExpectConserved(rig->log.totals.counters);
    merged.Merge(rig->log.totals);
  }
  EXPECT_EQ(merged.counters.scheduled, 30);
  EXPECT_EQ(merged.counters.success, 30);
  EXPECT_EQ(merged.counters.connections.opened, 7);
  EXPECT_EQ(gateway_.keys.size(), 30u);
  std::vector<int64_t> sent;
  for (const auto& message : gateway_.upstream) sent.push_back(message.received_ns);
  std::sort(sent.begin(), sent.end());
  const Schedule schedule = ScheduleOf(plan);
  for (size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(sent[i], start_ns + schedule.OffsetNs(static_cast<int64_t>(i)));
}

TEST_F(WorkerTest, NothingLeavesAfterTheLeaseHoweverLateItWakes) {
  const RunPlan plan = SmallPlan();
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  rig.worker->Connect(loop_.MonoNs());
  loop_.AdvanceBy(plan.ramp_up_ns);
  const int64_t start_ns = loop_.MonoNs();
  rig.worker->SetLease(start_ns + kNsPerSecond);
  rig.worker->Start(start_ns);
  loop_.AdvanceBy(kNsPerSecond / 2);
  const size_t before = gateway_.upstream.size();
  // A stopped process: time passes, nothing runs, then everything is overdue at once.
  loop_.clock().AdvanceBy(kNsPerSecond);
  loop_.AdvanceBy(5 * kNsPerSecond);
  EXPECT_EQ(gateway_.upstream.size(), before);
  EXPECT_EQ(rig.log.lease_expired, 1);
  EXPECT_EQ(rig.log.done, 1);
  EXPECT_EQ(gateway_.closes_seen, 10);
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerTest, ARenewedLeaseLetsTheRunEnd) {
  const RunPlan plan = SmallPlan();
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RampUpAndStart(rig, plan);
  for (int i = 0; i < 40; ++i) {
    rig.worker->SetLease(loop_.MonoNs() + 300 * kNsPerMs);
    loop_.AdvanceBy(200 * kNsPerMs);
  }
  EXPECT_EQ(rig.log.lease_expired, 0);
  EXPECT_EQ(rig.log.totals.counters.success, 300);
}

TEST_F(WorkerTest, TakingOverContinuesTheLostScheduleExactly) {
  const RunPlan plan = SmallPlan();
  const std::vector<Slice> slices = SplitOverAgents(plan, 2);
  Rig rig(loop_, gateway_, plan, slices[0], "run-0-0");
  rig.worker->Connect(loop_.MonoNs());
  loop_.AdvanceBy(plan.ramp_up_ns);
  const int64_t start_ns = loop_.MonoNs();
  rig.worker->Start(start_ns);
  loop_.AdvanceBy(kNsPerSecond / 2);
  const int64_t from_ns = start_ns + kNsPerSecond;
  rig.worker->TakeOver(slices[1], from_ns);
  loop_.AdvanceBy(10 * kNsPerSecond);
  ASSERT_EQ(rig.log.done, 1);
  // The first second by itself: messages 0, 2, ..., 98; from then on every message of the run.
  std::vector<int64_t> expected;
  const Schedule schedule = ScheduleOf(plan);
  for (int64_t i = 0; i < schedule.total(); ++i) {
    const int64_t due_ns = start_ns + schedule.OffsetNs(i);
    if (i % 2 == 0 || due_ns >= from_ns) expected.push_back(due_ns);
  }
  std::vector<int64_t> sent;
  for (const auto& message : gateway_.upstream) sent.push_back(message.received_ns);
  EXPECT_EQ(sent, expected);
  EXPECT_EQ(rig.log.totals.counters.connections.opened, 10);
  EXPECT_EQ(gateway_.keys.size(), expected.size());
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerTest, TakesOverFromTheVeryStart) {
  const RunPlan plan = SmallPlan();
  const std::vector<Slice> slices = SplitOverAgents(plan, 2);
  Rig rig(loop_, gateway_, plan, slices[0], "run-0-0");
  rig.worker->Connect(loop_.MonoNs());
  loop_.AdvanceBy(plan.ramp_up_ns);
  rig.worker->TakeOver(slices[1], loop_.MonoNs());
  const int64_t start_ns = loop_.MonoNs() + 200 * kNsPerMs;
  rig.worker->Start(start_ns);
  rig.worker->TakeOver(slices[1], start_ns);
  loop_.AdvanceTo(start_ns - 1);
  EXPECT_TRUE(gateway_.upstream.empty()) << "nothing before the start";
  loop_.AdvanceBy(10 * kNsPerSecond);
  ASSERT_EQ(rig.log.done, 1);
  const Schedule schedule = ScheduleOf(plan);
  ASSERT_EQ(gateway_.upstream.size(), static_cast<size_t>(schedule.total())) << "a take-over before Start is ignored";
  for (int64_t i = 0; i < schedule.total(); ++i) {
    EXPECT_EQ(gateway_.upstream[static_cast<size_t>(i)].received_ns, start_ns + schedule.OffsetNs(i));
  }
  EXPECT_EQ(rig.log.totals.counters.connections.opened, 10);
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerTest, StoppingWhileTakingOverLosesNoConnection) {
  const RunPlan plan = SmallPlan();
  const std::vector<Slice> slices = SplitOverAgents(plan, 2);
  Rig rig(loop_, gateway_, plan, slices[0], "run-0-0");
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(kNsPerSecond / 2);
  gateway_.dial_delay_ns = 50 * kNsPerMs;
  rig.worker->TakeOver(slices[1], loop_.MonoNs());
  loop_.AdvanceBy(kNsPerMs);
  rig.worker->Stop();
  loop_.AdvanceBy(10 * kNsPerSecond);
  EXPECT_EQ(rig.log.done, 1);
  EXPECT_EQ(gateway_.open(), 0);
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerTest, AStalledServerShowsInResponseTime) {
  RunPlan plan = SmallPlan();
  plan.duration_ns = 10 * kNsPerSecond;
  plan.resp_timeout_ns = 2 * kNsPerSecond;
  // The server answers nothing in the fifth second, then all at once.
  gateway_.react = [this](const FakeGateway::Message& message) {
    const int64_t into_ns = message.received_ns - start_ns_ - 4 * kNsPerSecond;
    gateway_.ack_delay_ns = into_ns >= 0 && into_ns < kNsPerSecond ? kNsPerSecond - into_ns : kNsPerMs;
    return FakeGateway::Reaction::kAck;
  };
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunAll(rig, plan);
  EXPECT_EQ(rig.log.totals.counters.success, 1'000);
  EXPECT_EQ(rig.log.totals.response.PercentileUs(89), 1'000);
  EXPECT_GT(rig.log.totals.response.PercentileUs(91), 50'000);
  EXPECT_EQ(rig.log.totals.response.max_us(), 1'000'000);
  const WorkerLoad load = rig.log.Measured();
  EXPECT_EQ(load.stalls, 0) << "the server's stall is not the generator's";
  EXPECT_EQ(load.sent_late, 0);
}

TEST_F(WorkerTest, AStallOfTheLoopIsCountedOnceWithWhatItMadeLate) {
  const RunPlan plan = SmallPlan();
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  // The process is stopped: messages at 1.51, 1.52, ... 1.80 s, the watch and an interval's end are all due meanwhile.
  RunStalled(rig, plan, 1500 * kNsPerMs, 300 * kNsPerMs);
  const WorkerLoad load = rig.log.Measured();
  EXPECT_EQ(load.stalls, 1);
  EXPECT_GE(load.stall_us_max, 280'000);
  EXPECT_LE(load.stall_us_max, 300'000);
  EXPECT_EQ(load.stalled_us, load.stall_us_max);
  EXPECT_EQ(rig.log.totals.counters.loop_stalls, 1);
  EXPECT_EQ(rig.log.totals.loop_stall.count(), 1);
  EXPECT_EQ(load.sent, 300);
  EXPECT_EQ(load.sent_late, 29) << "the one due at 1.80 s left in time enough";
}

TEST_F(WorkerTest, WhatIsWaitingLongAfterTheEndIsGivenUp) {
  const RunPlan plan = SmallPlan();
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunStalled(rig, plan, 2 * kNsPerSecond, kNsPerSecond + Sender::kOverrunNs);
  const WorkerLoad load = rig.log.Measured();
  EXPECT_EQ(load.sent, 201);
  EXPECT_EQ(load.given_up, 99);
  EXPECT_EQ(rig.log.totals.counters.unsent, 99);
  EXPECT_EQ(rig.log.totals.counters.success, 201);
  EXPECT_EQ(gateway_.upstream.size(), 201U);
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerTest, WhatIsWaitingShortlyAfterTheEndIsSent) {
  const RunPlan plan = SmallPlan();
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunStalled(rig, plan, 2 * kNsPerSecond, kNsPerSecond + Sender::kOverrunNs - kNsPerMs);
  EXPECT_EQ(rig.log.Measured().given_up, 0);
  EXPECT_EQ(rig.log.totals.counters.success, 300);
}

TEST_F(WorkerTest, AStallBetweenTwoMessagesIsSeenToo) {
  RunPlan plan = SmallPlan();
  plan.mps = 1;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunStalled(rig, plan, 300 * kNsPerMs, 200 * kNsPerMs);
  const WorkerLoad load = rig.log.Measured();
  EXPECT_EQ(load.stalls, 1);
  EXPECT_GE(load.stall_us_max, 180'000);
  EXPECT_EQ(load.sent_late, 0);
}

TEST_F(WorkerTest, ALoopThatIsALittleLateHasNotStalled) {
  const RunPlan plan = SmallPlan();
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunStalled(rig, plan, kNsPerSecond, 15 * kNsPerMs);
  EXPECT_EQ(rig.log.Measured().stalls, 0);
  EXPECT_EQ(rig.log.totals.loop_stall.count(), 1) << "a sample all the same";
}

TEST_F(WorkerTest, CpuOfEveryIntervalAddsUpToTheThreads) {
  const RunPlan plan = SmallPlan();
  cpu_per_s_ = {.user_us = 200'000, .system_us = 300'000, .waited_us = 100'000};
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0", [this] { return CpuNow(); });
  RunAll(rig, plan);
  for (const Interval& interval : rig.log.intervals) {
    if (interval.phase != Phase::kMeasure) continue;
    EXPECT_EQ(interval.load.wall_us, 1'000'000);
    EXPECT_EQ(interval.load.user_us, 200'000);
    EXPECT_DOUBLE_EQ(interval.load.cpu_share(), 0.5);
    EXPECT_DOUBLE_EQ(interval.load.waited_share(), 0.1);
  }
  const WorkerLoad load = rig.log.Measured();
  EXPECT_EQ(load.wall_us, 3'000'000);
  EXPECT_EQ(load.system_us, 900'000);
}

TEST_F(WorkerTest, WhatBecomesOfAMessageCountsForTheStageInWhichItIsDue) {
  RunPlan plan = SmallPlan();
  plan.stages = *StageList::Parse("1s:@100,peak=1s:@200,1s:@50");
  plan.duration_ns = plan.stages.duration_ns();
  // What is due at the end of a stage is answered in the next, and some of it never.
  gateway_.ack_delay_ns = 300 * kNsPerMs;
  int n = 0;
  gateway_.react = [&n](const auto&) {
    return n++ % 10 == 0 ? FakeGateway::Reaction::kDrop : FakeGateway::Reaction::kAck;
  };
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunAll(rig, plan);
  ASSERT_EQ(rig.log.stages.size(), 3u);
  const int64_t scheduled[] = {100, 200, 50};
  for (int32_t stage = 0; stage < 3; ++stage) {
    const StageStats& of = rig.log.stages[static_cast<size_t>(stage)];
    EXPECT_EQ(of.stage, stage);
    EXPECT_EQ(of.stats.counters.scheduled, scheduled[stage]);
    EXPECT_EQ(of.stats.counters.timeout, scheduled[stage] / 10);
    EXPECT_EQ(of.stats.counters.success, scheduled[stage] * 9 / 10);
    EXPECT_EQ(of.stats.response.count(), scheduled[stage] * 9 / 10);
    EXPECT_EQ(of.stats.counters.connections.attempted, 0) << "connections are of no stage";
  }
  EXPECT_TRUE(CheckStages(rig.log.stages, {.count = 3}, rig.log.totals).ok());
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerTest, APlanOfOneStageKeepsNothingByStage) {
  const RunPlan plan = SmallPlan();
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunAll(rig, plan);
  EXPECT_TRUE(rig.log.stages.empty());
}

TEST_F(WorkerTest, WhatIsGivenUpIsOfTheStageInWhichItWasDue) {
  RunPlan plan = SmallPlan();
  plan.stages = *StageList::Parse("1s:@100,1s:@100,1s:@100");
  plan.duration_ns = plan.stages.duration_ns();
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  // From half a second on to long after the end.
  RunStalled(rig, plan, 500 * kNsPerMs, 5 * kNsPerSecond);
  ASSERT_EQ(rig.log.stages.size(), 3u);
  int64_t unsent = 0;
  for (const StageStats& stage : rig.log.stages) {
    EXPECT_EQ(stage.stats.counters.scheduled, 100);
    unsent += stage.stats.counters.unsent;
  }
  EXPECT_EQ(unsent, rig.log.totals.counters.unsent);
  EXPECT_EQ(rig.log.stages[2].stats.counters.unsent, 100);
  EXPECT_TRUE(CheckStages(rig.log.stages, {.count = 3}, rig.log.totals).ok());
}

}  // namespace
}  // namespace wsload
