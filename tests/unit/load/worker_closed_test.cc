// The closed model: a worker that sends when it is answered.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>

#include "tests/unit/load/worker_rig.h"

namespace wsload {
namespace {

using Reaction = FakeGateway::Reaction;

class WorkerClosedTest : public WorkerTest {
 protected:
  static RunPlan ClosedPlan(int32_t in_flight = 1) {
    RunPlan plan = SmallPlan();
    plan.model = LoadModel::kClosed;
    plan.mps = 0;
    plan.in_flight = in_flight;
    return plan;
  }

  void RunToItsEnd(Rig& rig, const RunPlan& plan) {
    RampUpAndStart(rig, plan);
    start_ns_ = loop_.MonoNs();
    loop_.AdvanceBy(plan.duration_ns + AnswerTimeNs(plan) + 5 * kNsPerSecond);
    ASSERT_EQ(rig.log.done, 1);
    ExpectConserved(rig.log.totals.counters);
  }
};

TEST_F(WorkerClosedTest, TheNextMessageLeavesWhenOneHasEnded) {
  for (const int32_t in_flight : {1, 3}) {
    const RunPlan plan = ClosedPlan(in_flight);
    gateway_.upstream.clear();
    gateway_.keys.clear();
    gateway_.ack_delay_ns = 20 * kNsPerMs;
    Rig rig(loop_, gateway_, plan, WholeRun(plan), in_flight == 1 ? "run-0-0" : "run-0-1");
    RunToItsEnd(rig, plan);
    const Stats& totals = rig.log.totals;
    // One more at the beginning of each 20 ms, on 10 connections; none at the end.
    EXPECT_EQ(totals.counters.scheduled, 150 * 10 * in_flight);
    EXPECT_EQ(totals.counters.success, totals.counters.scheduled);
    EXPECT_EQ(gateway_.keys.size(), gateway_.upstream.size());
    EXPECT_EQ(totals.service.min_us(), 20'000);
    EXPECT_EQ(totals.service.max_us(), 20'000);
    EXPECT_EQ(totals.response.count(), 0) << "nothing was due";
    EXPECT_EQ(totals.send_lag.count(), 0);
    EXPECT_EQ(rig.log.Measured().sent, totals.counters.scheduled);
    for (const auto& message : gateway_.upstream) EXPECT_LT(message.received_ns, start_ns_ + plan.duration_ns);
  }
}

TEST_F(WorkerClosedTest, WhatLeavesInTheWarmUpIsTheWarmUps) {
  RunPlan plan = ClosedPlan();
  plan.warm_up_ns = kNsPerSecond;
  gateway_.ack_delay_ns = 20 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(LoadNs(plan) + 5 * kNsPerSecond);
  ASSERT_EQ(rig.log.done, 1);
  ASSERT_EQ(rig.log.stages.size(), 1u);
  EXPECT_EQ(rig.log.stages[0].stats.counters.success, 50 * 10);
  EXPECT_EQ(rig.log.totals.counters.success, 150 * 10);
  EXPECT_EQ(rig.log.totals.counters.scheduled, 150 * 10);
  EXPECT_EQ(rig.log.Measured().sent, 150 * 10);
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerClosedTest, EveryEndIsFollowedByTheNextMessage) {
  const RunPlan plan = ClosedPlan();
  gateway_.ack_delay_ns = 10 * kNsPerMs;
  std::map<int, int> of_connection;
  gateway_.react = [&](const FakeGateway::Message& message) {
    constexpr Reaction kAll[] = {Reaction::kAck, Reaction::kRateLimit, Reaction::kBadBody, Reaction::kAckTwice};
    return kAll[of_connection[message.connection]++ % 4];
  };
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunToItsEnd(rig, plan);
  const Counters& counters = rig.log.totals.counters;
  EXPECT_EQ(counters.scheduled, 3000);
  EXPECT_EQ(counters.rate_limited, 750);
  EXPECT_EQ(counters.refused, 750);
  EXPECT_EQ(counters.success, 1500);
}

TEST_F(WorkerClosedTest, ATimeoutIsAnEndToo) {
  const RunPlan plan = ClosedPlan(2);
  gateway_.react = [](const auto&) { return Reaction::kDrop; };
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunToItsEnd(rig, plan);
  EXPECT_EQ(rig.log.totals.counters.timeout, 10 * 2 * 3) << "each after a second";
}

TEST_F(WorkerClosedTest, ARetriedMessageHoldsItsPlace) {
  RunPlan plan = ClosedPlan();
  plan.retry = 1;
  std::map<std::string, int> seen;
  gateway_.react = [&](const FakeGateway::Message& message) {
    return ++seen[message.key] == 1 ? Reaction::kDrop : Reaction::kAck;
  };
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunToItsEnd(rig, plan);
  EXPECT_EQ(rig.log.totals.counters.success, 30);
  EXPECT_EQ(rig.log.totals.counters.retries, 30);
  EXPECT_EQ(rig.log.totals.counters.success_by_retry, 30);
}

TEST_F(WorkerClosedTest, ALostConnectionTakesItsPlaceInTheLoopWithIt) {
  const RunPlan plan = ClosedPlan();
  gateway_.ack_delay_ns = 20 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(kNsPerSecond + kNsPerMs);
  for (int index = 0; index < 4; ++index) gateway_.Break(index, {CloseInfo::Kind::kBroken, 1006, "", "reset"});
  loop_.AdvanceBy(10 * kNsPerSecond);
  ASSERT_EQ(rig.log.done, 1);
  const Counters& counters = rig.log.totals.counters;
  EXPECT_EQ(counters.connection_lost, 4);
  EXPECT_EQ(counters.scheduled, 10 * 51 + 6 * 99);
  EXPECT_EQ(counters.unsent, 0);
  ExpectConserved(counters);
}

TEST_F(WorkerClosedTest, AClientThatComesBackTakesItsPlaceAgain) {
  RunPlan plan = ClosedPlan();
  plan.reconnect = *Backoff::Parse("1ms");
  gateway_.ack_delay_ns = 20 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(kNsPerSecond + kNsPerMs);
  for (int index = 0; index < 10; ++index) gateway_.Break(index, {CloseInfo::Kind::kBroken, 1006, "", "reset"});
  loop_.AdvanceBy(10 * kNsPerSecond);
  ASSERT_EQ(rig.log.done, 1);
  const Counters& counters = rig.log.totals.counters;
  EXPECT_EQ(counters.connections.reconnected, 10);
  EXPECT_EQ(counters.connection_lost, 10);
  EXPECT_GE(counters.scheduled, 10 * (51 + 99));
  EXPECT_LE(counters.scheduled, 10 * (51 + 100));
  ExpectConserved(counters);
}

TEST_F(WorkerClosedTest, AConnectionThatTakesNothingIsTriedAgain) {
  const RunPlan plan = ClosedPlan();
  gateway_.ack_delay_ns = 20 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(kNsPerSecond - kNsPerMs);
  gateway_.send_result = SendResult::kRefused;
  loop_.AdvanceBy(kNsPerSecond);
  const size_t before = gateway_.upstream.size();
  EXPECT_EQ(before, 500u);
  gateway_.send_result = SendResult::kSent;
  loop_.AdvanceBy(10 * kNsPerMs);
  EXPECT_EQ(gateway_.upstream.size(), 510u) << "within 10 ms";
  loop_.AdvanceBy(10 * kNsPerSecond);
  ASSERT_EQ(rig.log.done, 1);
  EXPECT_EQ(rig.log.totals.counters.send_error, 0);
  EXPECT_EQ(rig.log.totals.counters.success, rig.log.totals.counters.scheduled);
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerClosedTest, StopAndTheLeasesEndEndIt) {
  for (const bool by_lease : {false, true}) {
    const RunPlan plan = ClosedPlan();
    gateway_.upstream.clear();
    gateway_.ack_delay_ns = 20 * kNsPerMs;
    Rig rig(loop_, gateway_, plan, WholeRun(plan), by_lease ? "run-0-1" : "run-0-0");
    RampUpAndStart(rig, plan);
    if (by_lease) rig.worker->SetLease(loop_.MonoNs() + 490 * kNsPerMs);
    loop_.AdvanceBy(490 * kNsPerMs);
    if (!by_lease) rig.worker->Stop();
    loop_.AdvanceBy(10 * kNsPerSecond);
    ASSERT_EQ(rig.log.done, 1);
    EXPECT_EQ(rig.log.lease_expired, by_lease ? 1 : 0);
    EXPECT_EQ(rig.log.totals.counters.success, 250);
    EXPECT_EQ(gateway_.upstream.size(), 250u);
    ExpectConserved(rig.log.totals.counters);
  }
}

TEST_F(WorkerClosedTest, AllConnectionsGetTheirMessagesHoweverManyThereAre) {
  RunPlan plan = ClosedPlan();
  plan.clients = 2000;
  gateway_.react = [](const auto&) { return Reaction::kDrop; };
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  rig.worker->Connect(loop_.MonoNs());
  loop_.AdvanceBy(plan.ramp_up_ns);
  rig.worker->Start(loop_.MonoNs());
  // Some are lost while the others are still being filled up.
  int broken = 0;
  gateway_.react = [&](const FakeGateway::Message& message) {
    if (message.connection % 400 == 7) {
      const int index = message.connection - 5;
      ++broken;
      gateway_.Answer(message.connection, 0, {Command::kInvalid, "", ""});
      loop_.Post([this, index] { gateway_.Break(index, {CloseInfo::Kind::kBroken, 1006, "", "reset"}); });
    }
    return Reaction::kDrop;
  };
  loop_.AdvanceBy(10 * kNsPerMs);
  std::set<int> reached;
  for (const auto& message : gateway_.upstream) reached.insert(message.connection);
  EXPECT_EQ(reached.size(), 2000u);
  EXPECT_EQ(broken, 5);
  rig.worker->Stop();
  loop_.AdvanceBy(20 * kNsPerSecond);
  ASSERT_EQ(rig.log.done, 1);
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerClosedTest, ClientsTakenOverJoinTheLoop) {
  RunPlan plan = ClosedPlan();
  gateway_.ack_delay_ns = 20 * kNsPerMs;
  const std::vector<Slice> slices = Divide(WholeRun(plan), 2);
  Rig rig(loop_, gateway_, plan, slices[0], "run-0-0");
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(kNsPerSecond - kNsPerMs);
  EXPECT_EQ(gateway_.upstream.size(), 5u * 50);
  rig.worker->TakeOver(slices[1], loop_.MonoNs() + kNsPerMs);
  loop_.AdvanceBy(10 * kNsPerSecond);
  ASSERT_EQ(rig.log.done, 1);
  const Counters& counters = rig.log.totals.counters;
  EXPECT_EQ(counters.connections.opened, 10);
  std::map<int, int> of_connection;
  for (const auto& message : gateway_.upstream) ++of_connection[message.connection];
  EXPECT_EQ(of_connection.size(), 10u);
  for (const auto& [connection, messages] : of_connection) EXPECT_GT(messages, connection < 5 ? 140 : 1);
  ExpectConserved(counters);
}

TEST_F(WorkerClosedTest, SizesAreDrawnThereToo) {
  RunPlan plan = ClosedPlan();
  plan.size = *MessageSizes::Parse("mix:50%10,50%2000");
  gateway_.ack_delay_ns = 20 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunToItsEnd(rig, plan);
  const auto large = std::count_if(gateway_.upstream.begin(), gateway_.upstream.end(),
                                   [](const auto& message) { return message.text_bytes == 2000; });
  EXPECT_NEAR(static_cast<double>(large), 750, 100);
}

}  // namespace
}  // namespace wsload
