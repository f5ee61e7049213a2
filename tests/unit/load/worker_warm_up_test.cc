// A worker whose load is warmed up before it is measured.
#include <gtest/gtest.h>

#include <algorithm>

#include "agent/client/push_stamp.h"
#include "tests/unit/load/worker_rig.h"

namespace wsload {
namespace {

constexpr StageLayout kLayout = {.count = 2, .warm_up = true};

RunPlan WarmPlan() {
  RunPlan plan = SmallPlan();
  plan.warm_up_ns = kNsPerSecond;
  plan.duration_ns = 2 * kNsPerSecond;
  plan.heartbeat_ns = 500 * kNsPerMs;
  return plan;
}

bool HasMessages(const Stats& stats) {
  const Counters& counters = stats.counters;
  return counters.scheduled > 0 || counters.success > 0 || counters.failed() > 0 || counters.unsent > 0 ||
         stats.response.count() > 0 || stats.send_lag.count() > 0;
}

std::vector<Interval> Of(const Log& log, Phase phase) {
  std::vector<Interval> intervals;
  std::copy_if(log.intervals.begin(), log.intervals.end(), std::back_inserter(intervals),
               [phase](const Interval& interval) { return interval.phase == phase; });
  return intervals;
}

class WarmUpTest : public WorkerTest {
 protected:
  void ExpectApart(const Rig& rig) {
    ASSERT_EQ(rig.log.stages.size(), 1u) << "the measured part is what is not the warm-up's";
    EXPECT_TRUE(CheckStages(rig.log.stages, kLayout, rig.log.totals).ok());
    ExpectConserved(rig.log.stages[0].stats.counters);
    ExpectConserved(rig.log.totals.counters);
    for (const Interval& interval : Of(rig.log, Phase::kWarmUp)) EXPECT_FALSE(HasMessages(interval.delta));
  }
};

TEST_F(WarmUpTest, WhatIsDueInItIsInNoOtherFigure) {
  const RunPlan plan = WarmPlan();
  // Much of it is answered after its end, and some of it never.
  gateway_.ack_delay_ns = 400 * kNsPerMs;
  int n = 0;
  gateway_.react = [&n](const auto&) {
    return n++ % 10 == 0 ? FakeGateway::Reaction::kDrop : FakeGateway::Reaction::kAck;
  };
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunAll(rig, plan);
  ExpectApart(rig);
  const Stats& warm_up = rig.log.stages[0].stats;
  EXPECT_EQ(warm_up.counters.scheduled, 100);
  EXPECT_EQ(warm_up.counters.timeout, 10);
  EXPECT_EQ(warm_up.response.count(), 90);
  EXPECT_GT(warm_up.counters.heartbeats_sent, 0) << "what happens while it lasts is its own";
  EXPECT_EQ(warm_up.counters.connections, ConnectionCounters{});
  EXPECT_EQ(rig.log.totals.counters.scheduled, 200);
  EXPECT_EQ(rig.log.totals.counters.timeout, 20);
  EXPECT_EQ(rig.log.totals.response.count(), 180);
  EXPECT_EQ(rig.log.totals.counters.connections.opened, 10);
  EXPECT_EQ(rig.log.Measured().sent, 200);
}

TEST_F(WarmUpTest, ItsPhaseEndsWhereTheMeasurementBegins) {
  RunPlan plan = WarmPlan();
  plan.warm_up_ns = 1'300 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunAll(rig, plan);
  ExpectApart(rig);
  const std::vector<Interval> warm_up = Of(rig.log, Phase::kWarmUp);
  ASSERT_EQ(warm_up.size(), 2u);
  EXPECT_EQ(warm_up[0].load.sent + warm_up[1].load.sent, 130);
  EXPECT_EQ(warm_up[1].load.wall_us, 300'000);
  const std::vector<Interval> measured = Of(rig.log, Phase::kMeasure);
  ASSERT_EQ(measured.size(), 2u);
  EXPECT_EQ(measured[0].index, 0);
  EXPECT_EQ(measured[0].delta.counters.scheduled, 100);
}

TEST_F(WarmUpTest, WhatAStallSendsLateCountsWhereItWasDue) {
  const RunPlan plan = WarmPlan();
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  // From half a second on, over the end of the warm-up.
  RunStalled(rig, plan, 500 * kNsPerMs, 1'200 * kNsPerMs);
  ExpectApart(rig);
  EXPECT_EQ(rig.log.stages[0].stats.counters.scheduled, 100);
  EXPECT_EQ(rig.log.totals.counters.scheduled, 200);
  const WorkerLoad measured = rig.log.Measured();
  EXPECT_EQ(measured.sent, 200);
  EXPECT_NEAR(static_cast<double>(measured.sent_late), 70, 2) << "the warm-up's own are not held against it";
}

TEST_F(WarmUpTest, AStopInItIsAnEndAsAnyOther) {
  const RunPlan plan = WarmPlan();
  gateway_.ack_delay_ns = 300 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(500 * kNsPerMs);
  rig.worker->Stop();
  loop_.AdvanceBy(10 * kNsPerSecond);
  ASSERT_EQ(rig.log.done, 1);
  ExpectApart(rig);
  EXPECT_NEAR(static_cast<double>(rig.log.stages[0].stats.counters.success), 50, 1);
  EXPECT_EQ(rig.log.totals.counters.scheduled, 0);
  EXPECT_TRUE(Of(rig.log, Phase::kMeasure).empty());
}

TEST_F(WarmUpTest, ALoadWithoutMessagesWarmsUpToo) {
  RunPlan plan = WarmPlan();
  plan.mps = 0;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunAll(rig, plan);
  EXPECT_EQ(Of(rig.log, Phase::kWarmUp).size(), 1u);
  EXPECT_EQ(Of(rig.log, Phase::kMeasure).size(), 2u);
  EXPECT_GT(rig.log.stages.at(0).stats.counters.heartbeats_sent, 0);
  EXPECT_GT(rig.log.totals.counters.heartbeats_sent, 0);
}

TEST_F(WarmUpTest, ConnectionsThatItLosesAreTheRuns) {
  const RunPlan plan = WarmPlan();
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(500 * kNsPerMs);
  gateway_.Break(0, {.cause = "reset"});
  loop_.AdvanceBy(10 * kNsPerSecond);
  ASSERT_EQ(rig.log.done, 1);
  ExpectApart(rig);
  EXPECT_EQ(rig.log.totals.counters.connections.lost, 1);
  EXPECT_EQ(Of(rig.log, Phase::kWarmUp).at(0).delta.counters.connections.lost, 1);
  EXPECT_EQ(rig.log.totals.counters.success, 200);
}

TEST_F(WarmUpTest, AMeasuredPushOfAnAgentWhoseClockIsAheadEndsIt) {
  RunPlan plan = WarmPlan();
  plan.push = PushMode::kStamp;
  plan.push_to = *PushAudience::Parse("all");
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run");
  RampUpAndStart(rig, plan);
  const PushStamps other("run", 1, 0);
  const auto push = [&](uint32_t number, int64_t due_us) {
    std::string text(static_cast<size_t>(kPushStampBytes), ' ');
    other.Write(3, number, due_us, text.data());
    gateway_.Push(5, "key-" + std::to_string(number), text);
    loop_.RunUntilIdle();
  };
  loop_.AdvanceBy(990 * kNsPerMs);
  push(0, 980'000);
  push(1, 1'000'000);
  push(2, 1'000'500);
  loop_.AdvanceBy(20 * kNsPerSecond);
  ASSERT_EQ(rig.log.done, 1);
  ExpectApart(rig);
  EXPECT_EQ(rig.log.totals.counters.push_received, 2) << "the first one was due in the warm-up";
  EXPECT_EQ(rig.log.totals.push_delivery.count(), 2);
  EXPECT_EQ(rig.log.stages[0].stats.counters.push_received, 0);
  EXPECT_EQ(rig.log.stages[0].stats.counters.scheduled, 100) << "what is left of the warm-up is its own";
  EXPECT_EQ(rig.log.totals.counters.scheduled, 200);
}

}  // namespace
}  // namespace wsload
