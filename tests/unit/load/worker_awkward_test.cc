// Clients that behave badly: what they do, and whose figures it is in. A worker on a loop that is turned by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "agent/client/user_token.h"
#include "agent/load/dial_list.h"
#include "tests/unit/load/worker_rig.h"

namespace wsload {
namespace {

using ::testing::IsEmpty;

const CloseInfo kReset{CloseInfo::Kind::kBroken, 1006, "", "reset"};

class AwkwardTest : public WorkerTest {
 protected:
  static RunPlan Plan(const char* awkward) {
    RunPlan plan = SmallPlan();
    plan.clients = 20;
    plan.awkward = *AwkwardList::Parse(awkward);
    EXPECT_EQ(ValidatePlan(plan).message(), "");
    return plan;
  }

  Rig& Make(const RunPlan& plan) {
    rig_ = std::make_unique<Rig>(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
    return *rig_;
  }

  const Stats& awkward() const {
    static const Stats kNone;
    const Stats* stats = AwkwardOf(rig_->log.stages);
    return stats == nullptr ? kNone : *stats;
  }
  const Stats& totals() const { return rig_->log.totals; }

  void ExpectSound(const RunPlan& plan, int64_t scheduled) {
    ExpectConserved(totals().counters);
    ExpectConserved(awkward().counters);
    EXPECT_EQ(totals().counters.scheduled + awkward().counters.scheduled, scheduled);
    const StageLayout layout = {.count = plan.warm_up_ns > 0 ? 2 : 1, .warm_up = plan.warm_up_ns > 0, .awkward = true};
    EXPECT_EQ(CheckStages(rig_->log.stages, layout, totals()).message(), "");
    EXPECT_EQ(awkward().service.count(), awkward().counters.success);
    EXPECT_EQ(totals().service.count(), totals().counters.success);
  }

  /// The numbers of the dials whose tokens the server would not take.
  std::set<int> Unwelcome() {
    const UserToken server(kDemoJwtKey, "mock");
    std::set<int> dials;
    for (size_t dial = 0; dial < gateway_.tokens.size(); ++dial) {
      const int64_t now_s = loop_.clock().UnixNs() / kNsPerSecond;
      if (!server.Decode(gateway_.tokens[dial], now_s).ok()) dials.insert(static_cast<int>(dial));
    }
    return dials;
  }

  /// Refuses bad tokens, as a server does.
  void CheckTokens() {
    gateway_.refuse_dial = [this](int dial) { return std::string(Unwelcome().contains(dial) ? "http_401" : ""); };
  }

  std::unique_ptr<Rig> rig_;
};

TEST_F(AwkwardTest, BadTokensAreRefusedAndMissingNowhere) {
  const RunPlan plan = Plan("bad-token:10%,expired-token:20%");
  CheckTokens();
  RunAll(Make(plan), plan);
  ExpectSound(plan, 300);
  EXPECT_EQ(Unwelcome().size(), 6u) << "two are bad and four have expired";
  EXPECT_EQ(rig_->log.opened, 14);
  EXPECT_EQ(rig_->log.failed, 0) << "the barrier knows nothing of them";
  EXPECT_EQ(totals().counters.connections.attempted, 14);
  EXPECT_THAT(totals().counters.connections.failures, IsEmpty());
  EXPECT_EQ(totals().counters.connections.clients_opened(), WellBehavedClients(plan));
  EXPECT_EQ(totals().counters.success, 300);
  EXPECT_EQ(awkward().counters.connections.attempted, 6);
  EXPECT_EQ(awkward().counters.connections.failures, (CauseCounts{{"http_401", 6}}));
  EXPECT_EQ(awkward().counters.scheduled, 0);
}

TEST_F(AwkwardTest, AServerThatTakesBadTokensIsInTheirFigures) {
  const RunPlan plan = Plan("bad-token:10%,expired-token:20%");
  RunAll(Make(plan), plan);
  ExpectSound(plan, 300);
  EXPECT_EQ(awkward().counters.connections.opened, 6);
  EXPECT_EQ(awkward().counters.connections.closed, 6);
  EXPECT_EQ(awkward().counters.success, 90) << "messages go in turn over all";
  EXPECT_EQ(awkward().response.count(), 90);
  EXPECT_EQ(awkward().connect.count(), 6);
  EXPECT_EQ(totals().counters.success, 210);
}

TEST_F(AwkwardTest, TheBarrierDoesNotWaitForThem) {
  RunPlan plan = Plan("bad-token:10%");
  plan.ramp_up_ns = 2 * kNsPerSecond;
  gateway_.dial_delay_ns = 100 * kNsPerMs;
  Rig& rig = Make(plan);
  rig.worker->Connect(loop_.MonoNs());
  loop_.AdvanceBy(plan.ramp_up_ns + 150 * kNsPerMs);
  EXPECT_EQ(rig.log.ready, 1);
  EXPECT_EQ(rig.log.opened + rig.log.failed, 18);
  rig.worker->Stop();
  loop_.AdvanceBy(10 * kNsPerSecond);
  EXPECT_EQ(rig.log.done, 1);
}

TEST_F(AwkwardTest, WhoIsWhatDoesNotDependOnTheSplit) {
  const RunPlan plan = Plan("bad-token:10%,expired-token:20%");
  RunAll(Make(plan), plan);
  const size_t whole = Unwelcome().size();
  size_t in_parts = 0;
  for (const Slice& slice : Divide(WholeRun(plan), 3)) {
    for (int64_t i = 0; i < slice.clients.count; ++i) {
      if (plan.awkward.At(DialSlot(slice.clients.At(i), plan.clients), plan.clients) != nullptr) ++in_parts;
    }
  }
  EXPECT_EQ(in_parts, whole);
}

TEST_F(AwkwardTest, PushesStayUnacknowledged) {
  const RunPlan plan = Plan("no-ack:20%");
  Rig& rig = Make(plan);
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(kNsPerSecond);
  for (int index = 0; index < 20; ++index) gateway_.Push(index, "k" + std::to_string(index), "text");
  // As a server does that waits in vain.
  for (int index = 0; index < 20; ++index) gateway_.Push(index, "k" + std::to_string(index), "text");
  loop_.AdvanceBy(10 * kNsPerSecond);
  ASSERT_EQ(rig.log.done, 1);
  ExpectSound(plan, 300);
  EXPECT_EQ(gateway_.downstream_acks, 2 * 16);
  EXPECT_EQ(totals().counters.pushes, 32);
  EXPECT_EQ(awkward().counters.pushes, 8);
  EXPECT_EQ(awkward().counters.pushes_repeated, 4);
}

TEST_F(AwkwardTest, CutMeansNoCloseFrame) {
  const RunPlan plan = Plan("cut:25%");
  RunAll(Make(plan), plan);
  ExpectSound(plan, 300);
  EXPECT_EQ(gateway_.closes_seen, 15);
  EXPECT_EQ(awkward().counters.connections.closed, 5) << "by this side";
  EXPECT_EQ(awkward().counters.connections.lost, 0);
  EXPECT_EQ(awkward().counters.connection_lost, 0) << "what is open is waited for";
  EXPECT_EQ(totals().counters.connections.closed, 15);
}

TEST_F(AwkwardTest, CutClientsBreakOffAtTheEndOfASession) {
  RunPlan plan = Plan("cut:25%");
  plan.session = *Lifetime::Parse("1s");
  RunAll(Make(plan), plan);
  ExpectSound(plan, 300);
  const ConnectionCounters& theirs = awkward().counters.connections;
  EXPECT_GT(theirs.replaced, 5) << "the newcomers are no better";
  EXPECT_EQ(theirs.closed, theirs.opened);
  EXPECT_EQ(gateway_.closes_seen, totals().counters.connections.closed);
  EXPECT_EQ(totals().counters.connections.clients_opened(), 15);
}

TEST_F(AwkwardTest, LossesAndReturnsAreTheirOwn) {
  RunPlan plan = Plan("no-ack:20%");
  plan.reconnect = *Backoff::Parse("100ms..200ms");
  plan.retry = 1;
  Rig& rig = Make(plan);
  gateway_.ack_delay_ns = 300 * kNsPerMs;
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(kNsPerSecond);
  for (int index = 0; index < 20; ++index) gateway_.Break(index, kReset);
  loop_.AdvanceBy(20 * kNsPerSecond);
  ASSERT_EQ(rig.log.done, 1);
  ExpectSound(plan, 300);
  EXPECT_EQ(awkward().counters.connections.lost, 4);
  EXPECT_EQ(awkward().counters.connections.reconnected, 4);
  EXPECT_EQ(awkward().reconnect.count(), 4);
  EXPECT_EQ(totals().counters.connections.lost, 16);
  EXPECT_EQ(totals().counters.connections.reconnected, 16);
  EXPECT_GT(awkward().counters.retries, 0) << "whoever sends it again, a message stays theirs";
}

TEST_F(AwkwardTest, WhatTheySendInTheWarmUpIsTheWarmUps) {
  RunPlan plan = Plan("no-ack:20%");
  plan.warm_up_ns = kNsPerSecond;
  plan.duration_ns = 2 * kNsPerSecond;
  plan.heartbeat_ns = 300 * kNsPerMs;
  Rig& rig = Make(plan);
  RunAll(rig, plan);
  ASSERT_EQ(rig.log.stages.size(), 2u);
  ExpectSound(plan, 200);
  EXPECT_EQ(rig.log.stages[0].stats.counters.scheduled, 100);
  EXPECT_EQ(rig.log.stages[0].stats.counters.connections, ConnectionCounters{});
  EXPECT_EQ(awkward().counters.scheduled, 40);
  EXPECT_EQ(awkward().counters.connections.opened, 4);
  EXPECT_GT(awkward().counters.heartbeats_acked, 0);
  EXPECT_EQ(rig.log.Measured().sent, 200) << "of the worker's own figures all are";
}

TEST_F(AwkwardTest, AClosedLoopIsSplitToo) {
  RunPlan plan = Plan("no-ack:20%");
  plan.model = LoadModel::kClosed;
  plan.mps = 0;
  gateway_.ack_delay_ns = 100 * kNsPerMs;
  Rig& rig = Make(plan);
  RunAll(rig, plan);
  ExpectConserved(totals().counters);
  ExpectConserved(awkward().counters);
  EXPECT_EQ(totals().counters.success, 4 * awkward().counters.success);
  EXPECT_GT(awkward().counters.success, 0);
  EXPECT_EQ(awkward().response.count(), 0);
}

}  // namespace
}  // namespace wsload
