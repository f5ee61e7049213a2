// Workers that stand in for each other, and what they give away.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <vector>

#include "agent/client/user_token.h"
#include "agent/load/sibling_board.h"
#include "tests/unit/load/worker_rig.h"

namespace wsload {
namespace {

/// Several workers of one agent, on one loop.
class SiblingsTest : public WorkerTest {
 protected:
  void Make(int workers) {
    siblings_ = std::make_unique<SiblingBoard>(workers);
    const std::vector<Slice> slices = Divide(WholeRun(plan_), workers);
    for (int i = 0; i < workers; ++i) {
      rigs_.push_back(std::make_unique<Rig>(
          loop_, gateway_, plan_, slices[static_cast<size_t>(i)], fmt::format("run-0-{}", i),
          [] { return ThreadCpu{}; }, siblings_.get(), i));
    }
  }

  void RampUpAndStartAll() {
    for (auto& rig : rigs_) rig->worker->Connect(loop_.MonoNs());
    loop_.AdvanceBy(plan_.ramp_up_ns);
    start_ns_ = loop_.MonoNs();
    for (auto& rig : rigs_) rig->worker->Start(start_ns_);
  }

  /// All connections of the worker.
  void Break(int worker) {
    for (const int connection : ConnectionsOf(worker)) Reset(connection);
  }
  void Reset(int connection) { gateway_.Break(connection, {CloseInfo::Kind::kBroken, 1006, "", "reset"}); }

  /// Of those that were dialled last.
  std::vector<int> ConnectionsOf(int worker) {
    std::vector<int> connections;
    const UserToken token(kDemoJwtKey, "mock");
    for (size_t i = gateway_.tokens.size() - static_cast<size_t>(plan_.clients); i < gateway_.tokens.size(); ++i) {
      const auto claims = token.Decode(gateway_.tokens[i], loop_.clock().UnixNs() / kNsPerSecond);
      const int64_t client = claims.value().user_id - plan_.first_user_id;
      if (client % std::ssize(rigs_) == worker) connections.push_back(static_cast<int>(i));
    }
    return connections;
  }

  /// Runs to the end; every worker has counted what it should, and all of them together what was scheduled.
  Counters Finish() {
    loop_.AdvanceBy(20 * kNsPerSecond);
    Counters sum;
    for (auto& rig : rigs_) {
      EXPECT_EQ(rig->log.done, 1);
      ExpectConserved(rig->log.totals.counters);
      sum.Merge(rig->log.totals.counters);
    }
    return sum;
  }

  std::vector<int64_t> SentAt() const {
    std::vector<int64_t> sent;
    for (const auto& message : gateway_.upstream) sent.push_back(message.received_ns);
    return sent;
  }
  std::vector<int64_t> DueAt() const {
    std::vector<int64_t> due;
    const Schedule schedule = ScheduleOf(plan_);
    for (int64_t i = 0; i < schedule.total(); ++i) due.push_back(start_ns_ + schedule.OffsetNs(i));
    return due;
  }

  RunPlan plan_ = SmallPlan();
  std::unique_ptr<SiblingBoard> siblings_;
  std::vector<std::unique_ptr<Rig>> rigs_;
};

TEST_F(SiblingsTest, MessagesGoOverASiblingsConnectionsAtTheirDueTimes) {
  Make(2);
  RampUpAndStartAll();
  loop_.AdvanceBy(kNsPerSecond + kNsPerMs);
  Break(0);
  const Counters sum = Finish();
  EXPECT_EQ(sum.success, 300);
  EXPECT_EQ(sum.unsent, 0);
  EXPECT_EQ(SentAt(), DueAt()) << "the one-worker schedule";
  EXPECT_EQ(rigs_[0]->log.totals.counters.scheduled, 51) << "counted where they are sent";
  EXPECT_EQ(rigs_[1]->log.totals.counters.scheduled, 249);
  EXPECT_EQ(rigs_[1]->log.totals.send_lag.count(), 249);
  EXPECT_EQ(rigs_[1]->log.totals.send_lag.max_us(), 1) << "from the true due time";
  std::map<int, int> per_connection;
  for (size_t i = 101; i < gateway_.upstream.size(); ++i) ++per_connection[gateway_.upstream[i].connection];
  ASSERT_EQ(per_connection.size(), 5u);
  for (const auto& [connection, messages] : per_connection) EXPECT_NEAR(messages, 199 / 5, 1) << connection;
  EXPECT_EQ(rigs_[0]->log.starved + rigs_[1]->log.starved, 0);
}

TEST_F(SiblingsTest, SurvivorsShareInProportionToTheirConnections) {
  plan_.clients = 12;
  Make(3);
  RampUpAndStartAll();
  // The second one keeps one connection of its four.
  const std::vector<int> second = ConnectionsOf(1);
  ASSERT_EQ(second.size(), 4u);
  for (size_t i = 1; i < 4; ++i) Reset(second[i]);
  Break(0);
  const Counters sum = Finish();
  EXPECT_EQ(sum.success, 300);
  EXPECT_LE(std::abs(rigs_[1]->log.totals.counters.scheduled - 120), 1);
  EXPECT_LE(std::abs(rigs_[2]->log.totals.counters.scheduled - 180), 1);
}

TEST_F(SiblingsTest, WithoutAnyConnectionMessagesAreUnsentWhereTheyAreDue) {
  Make(2);
  RampUpAndStartAll();
  loop_.AdvanceBy(kNsPerSecond + kNsPerMs);
  Break(0);
  loop_.AdvanceBy(kNsPerSecond);
  EXPECT_EQ(rigs_[0]->log.starved + rigs_[1]->log.starved, 0);
  Break(1);
  EXPECT_EQ(rigs_[0]->log.starved + rigs_[1]->log.starved, 1);
  const Counters sum = Finish();
  EXPECT_EQ(sum.success, 201);
  EXPECT_EQ(sum.unsent, 99);
}

TEST_F(SiblingsTest, AnAgentThatNeverHadAConnectionSaysSoWhenItMeasures) {
  gateway_.refuse_dial = [](int) { return "refused"; };
  Make(2);
  RampUpAndStartAll();
  EXPECT_EQ(rigs_[0]->log.starved + rigs_[1]->log.starved, 0) << "nothing is due yet";
  loop_.AdvanceBy(kNsPerMs);
  EXPECT_GE(rigs_[0]->log.starved + rigs_[1]->log.starved, 1);
  EXPECT_EQ(Finish().unsent, 300);
}

TEST_F(SiblingsTest, WhatIsHandedOverAtTheVeryEndIsStillSent) {
  for (const int starved : {0, 1}) {
    SCOPED_TRACE(starved);
    rigs_.clear();
    gateway_.upstream.clear();
    plan_.clients = 2;
    Make(2);
    RampUpAndStartAll();
    Break(starved);
    loop_.AdvanceBy(2 * kNsPerSecond + kNsPerUs);
    // The process stands still over the end: whoever wakes first, nothing is lost.
    loop_.clock().AdvanceBy(kNsPerSecond + 100 * kNsPerMs);
    const Counters sum = Finish();
    EXPECT_EQ(sum.success, 300);
    EXPECT_EQ(gateway_.upstream.size(), 300u);
    int64_t drained = 0;
    for (const Interval& interval : rigs_[static_cast<size_t>(1 - starved)]->log.intervals) {
      if (interval.phase == Phase::kDrain) drained += interval.delta.counters.scheduled;
    }
    EXPECT_EQ(drained, 0) << "sent in the measure phase";
  }
}

TEST_F(SiblingsTest, WhatIsHandedOverTooLateIsGivenUp) {
  Make(2);
  RampUpAndStartAll();
  Break(0);
  loop_.AdvanceBy(2 * kNsPerSecond + kNsPerUs);
  loop_.clock().AdvanceBy(kNsPerSecond + Sender::kOverrunNs + kNsPerMs);
  const Counters sum = Finish();
  EXPECT_EQ(sum.scheduled, 300);
  EXPECT_EQ(sum.success, 201);
  EXPECT_EQ(sum.unsent, 99);
}

TEST_F(SiblingsTest, NothingIsLostWhenItStopsAtAnyMoment) {
  for (int64_t at_ns = 0; at_ns < 3'100 * kNsPerMs; at_ns += 37 * kNsPerMs) {
    for (const int first : {0, 1}) {
      SCOPED_TRACE(fmt::format("{} ms, {} first", at_ns / kNsPerMs, first));
      rigs_.clear();
      gateway_.upstream.clear();
      plan_.clients = 2;
      Make(2);
      RampUpAndStartAll();
      Break(0);
      loop_.AdvanceBy(at_ns);
      // What has crossed the stop on its way is counted too.
      siblings_->HandOver(0, {{loop_.MonoNs(), 0}}, 1);
      rigs_[static_cast<size_t>(first)]->worker->Stop();
      rigs_[static_cast<size_t>(1 - first)]->worker->Stop();
      loop_.AdvanceBy(20 * kNsPerSecond);
      for (auto& rig : rigs_) {
        ASSERT_EQ(rig->log.done, 1);
        ExpectConserved(rig->log.totals.counters);
      }
    }
  }
}

TEST_F(SiblingsTest, NothingIsSentForASiblingAfterTheLease) {
  Make(2);
  RampUpAndStartAll();
  Break(0);
  loop_.AdvanceBy(kNsPerSecond + kNsPerUs);
  rigs_[1]->worker->SetLease(loop_.MonoNs() - 1);
  siblings_->HandOver(0, {{loop_.MonoNs(), 0}}, 1);
  const size_t sent = gateway_.upstream.size();
  loop_.RunUntilIdle();
  EXPECT_EQ(gateway_.upstream.size(), sent);
  EXPECT_EQ(rigs_[1]->log.lease_expired, 1);
  loop_.AdvanceBy(20 * kNsPerSecond);
  EXPECT_EQ(rigs_[1]->log.totals.counters.unsent, 1);
  EXPECT_EQ(rigs_[1]->log.done, 1);
}

TEST_F(SiblingsTest, TheEndOfALoadIsGivenUpExactly) {
  Make(2);
  RampUpAndStartAll();
  loop_.AdvanceBy(kNsPerSecond + kNsPerUs);
  const int64_t from_ns = loop_.MonoNs() + 50 * kNsPerMs;
  int64_t yield_ns = from_ns;
  for (auto& rig : rigs_) yield_ns = std::max(yield_ns, rig->worker->Hold(from_ns));
  EXPECT_EQ(yield_ns, from_ns);
  // What comes after Hold() is no part of it.
  Slice given = WholeRun(plan_);
  given.messages.count = 300;
  given.clients = {};
  rigs_[1]->worker->TakeOver(given, start_ns_ + 2990 * kNsPerMs);
  loop_.AdvanceBy(200 * kNsPerMs);
  EXPECT_EQ(gateway_.upstream.size(), 106u) << "held: those up to 1,050 ms were sent";
  for (auto& rig : rigs_) rig->worker->YieldFrom(yield_ns);
  EXPECT_EQ(Finish().scheduled, 106 + 1);
  EXPECT_EQ(gateway_.upstream.back().received_ns, start_ns_ + 2990 * kNsPerMs);
}

TEST_F(SiblingsTest, WhatWasTakenAlreadyIsNotGivenUp) {
  Make(2);
  RampUpAndStartAll();
  loop_.AdvanceBy(kNsPerSecond + kNsPerUs);
  // Asked too late: message 100 was due at 1 s, and is the first worker's.
  const int64_t from_ns = start_ns_ + 500 * kNsPerMs;
  EXPECT_EQ(rigs_[0]->worker->Hold(from_ns), start_ns_ + kNsPerSecond + 1);
  EXPECT_EQ(rigs_[1]->worker->Hold(from_ns), start_ns_ + 990 * kNsPerMs + 1);
  for (auto& rig : rigs_) rig->worker->YieldFrom(start_ns_ + kNsPerSecond + 1);
  EXPECT_EQ(Finish().scheduled, 101);
}

}  // namespace
}  // namespace wsload
