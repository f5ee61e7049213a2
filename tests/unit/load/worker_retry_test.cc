// Messages that a worker sends again.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "common/plan/timeline.h"
#include "tests/unit/load/worker_rig.h"

namespace wsload {
namespace {

using Reaction = FakeGateway::Reaction;

class WorkerRetryTest : public WorkerTest {
 protected:
  static RunPlan RetryPlan(int32_t retry = 2) {
    RunPlan plan = SmallPlan();
    plan.retry = retry;
    return plan;
  }

  /// The first `attempts` with a key are dropped.
  void DropFirst(int attempts) {
    gateway_.react = [this, attempts](const FakeGateway::Message& message) {
      return ++seen_[message.key] <= attempts ? Reaction::kDrop : Reaction::kAck;
    };
  }

  void RunToItsEnd(Rig& rig, const RunPlan& plan) {
    RampUpAndStart(rig, plan);
    start_ns_ = loop_.MonoNs();
    loop_.AdvanceBy(plan.duration_ns + AnswerTimeNs(plan) + 3 * kNsPerSecond);
    ASSERT_EQ(rig.log.done, 1);
    ExpectConserved(rig.log.totals.counters);
  }

  std::map<std::string, int> seen_;
};

TEST_F(WorkerRetryTest, WithoutAnAnswerItIsSentAgainWithTheSameKey) {
  const RunPlan plan = RetryPlan();
  gateway_.ack_delay_ns = 20 * kNsPerMs;
  DropFirst(1);
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunToItsEnd(rig, plan);
  const Counters& counters = rig.log.totals.counters;
  EXPECT_EQ(counters.scheduled, 300);
  EXPECT_EQ(counters.success, 300);
  EXPECT_EQ(counters.retries, 300);
  EXPECT_EQ(counters.success_by_retry, 300);
  EXPECT_EQ(counters.duplicate_acks + counters.late_acks + counters.broadcasts, 0);
  EXPECT_EQ(gateway_.upstream.size(), 600u);
  EXPECT_EQ(gateway_.keys.size(), 300u);
  std::map<std::string, int> connections;
  for (const auto& message : gateway_.upstream) {
    EXPECT_EQ(connections.try_emplace(message.key, message.connection).first->second, message.connection);
  }
  // From the due time; from the attempt that was answered.
  EXPECT_EQ(rig.log.totals.response.min_us(), 1'020'000);
  EXPECT_EQ(rig.log.totals.response.max_us(), 1'020'000);
  EXPECT_EQ(rig.log.totals.service.min_us(), 20'000);
  EXPECT_EQ(rig.log.totals.service.max_us(), 20'000);
  EXPECT_EQ(rig.log.totals.send_lag.count(), 300) << "of the first attempts alone";
}

TEST_F(WorkerRetryTest, AfterTheLastAttemptItHasTimedOut) {
  const RunPlan plan = RetryPlan();
  gateway_.react = [](const auto&) { return Reaction::kDrop; };
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunToItsEnd(rig, plan);
  EXPECT_EQ(rig.log.totals.counters.timeout, 300);
  EXPECT_EQ(rig.log.totals.counters.retries, 600);
  EXPECT_EQ(rig.log.totals.counters.success_by_retry, 0);
  std::map<std::string, std::vector<int64_t>> attempts;
  for (const auto& message : gateway_.upstream) attempts[message.key].push_back(message.received_ns);
  ASSERT_EQ(attempts.size(), 300u);
  for (const auto& [key, at_ns] : attempts) {
    ASSERT_EQ(at_ns.size(), 3u) << key;
    EXPECT_EQ(at_ns[1] - at_ns[0], plan.resp_timeout_ns);
    EXPECT_EQ(at_ns[2] - at_ns[1], plan.resp_timeout_ns);
  }
}

TEST_F(WorkerRetryTest, WithoutARetryNothingIsSentAgain) {
  const RunPlan plan = RetryPlan(0);
  DropFirst(1);
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunToItsEnd(rig, plan);
  EXPECT_EQ(rig.log.totals.counters.timeout, 300);
  EXPECT_EQ(rig.log.totals.counters.retries, 0);
  EXPECT_EQ(gateway_.upstream.size(), 300u);
}

TEST_F(WorkerRetryTest, AnAnswerIsTheLastAttemptsThatLeftBeforeIt) {
  const RunPlan plan = RetryPlan(1);
  // Every attempt is answered, after the second one has left.
  gateway_.ack_delay_ns = 1'300 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunToItsEnd(rig, plan);
  const Counters& counters = rig.log.totals.counters;
  EXPECT_EQ(counters.success, 300);
  EXPECT_EQ(counters.success_by_retry, 300);
  EXPECT_EQ(counters.retries, 300);
  EXPECT_EQ(rig.log.totals.response.max_us(), 1'300'000);
  EXPECT_EQ(rig.log.totals.service.max_us(), 300'000);
  // The second one's, of those whose connection was still open a second later.
  EXPECT_EQ(counters.duplicate_acks, 200);
  EXPECT_EQ(counters.late_acks, 0);
}

TEST_F(WorkerRetryTest, AnAnswerAfterTheEndIsLate) {
  const RunPlan plan = RetryPlan(1);
  gateway_.ack_delay_ns = 2'500 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunToItsEnd(rig, plan);
  const Counters& counters = rig.log.totals.counters;
  EXPECT_EQ(counters.timeout, 300);
  EXPECT_EQ(counters.success, 0);
  EXPECT_GT(counters.late_acks, 200);
  EXPECT_EQ(counters.duplicate_acks, 0);
}

TEST_F(WorkerRetryTest, AfterItsConnectionWasLostItGoesOverAnother) {
  const RunPlan plan = RetryPlan();
  gateway_.ack_delay_ns = 100 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(kNsPerSecond + kNsPerMs);
  for (int index = 0; index < 5; ++index) gateway_.Break(index, {CloseInfo::Kind::kBroken, 1006, "", "reset"});
  loop_.AdvanceBy(10 * kNsPerSecond);
  const Counters& counters = rig.log.totals.counters;
  ASSERT_EQ(rig.log.done, 1);
  EXPECT_EQ(counters.scheduled, 300);
  EXPECT_EQ(counters.success, 300);
  EXPECT_EQ(counters.connection_lost, 0);
  EXPECT_EQ(counters.retries, 5) << "one open message on each of the broken connections";
  EXPECT_EQ(counters.success_by_retry, 5);
  EXPECT_EQ(rig.log.totals.response.max_us(), 1'100'000) << "no earlier than after the timeout";
  EXPECT_EQ(rig.log.totals.service.max_us(), 100'000);
  ExpectConserved(counters);
}

TEST_F(WorkerRetryTest, WithoutAnyConnectionItIsLostInTheEnd) {
  const RunPlan plan = RetryPlan();
  gateway_.ack_delay_ns = 100 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(kNsPerSecond + kNsPerMs);
  for (int index = 0; index < 10; ++index) gateway_.Break(index, {CloseInfo::Kind::kBroken, 1006, "", "reset"});
  loop_.AdvanceBy(10 * kNsPerSecond);
  const Counters& counters = rig.log.totals.counters;
  ASSERT_EQ(rig.log.done, 1);
  EXPECT_EQ(counters.connection_lost, 10);
  EXPECT_EQ(counters.retries, 0);
  EXPECT_EQ(counters.timeout, 0);
  EXPECT_EQ(counters.success, 91);
  EXPECT_EQ(counters.unsent, 199);
  ExpectConserved(counters);
}

TEST_F(WorkerRetryTest, ItWaitsForClientsThatComeBack) {
  RunPlan plan = RetryPlan();
  plan.reconnect = *Backoff::Parse("100ms");
  gateway_.ack_delay_ns = 100 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(kNsPerSecond + kNsPerMs);
  // All dials fail for a second and a half: the first retry finds no connection, the second one does.
  gateway_.refuse_dial = [](int) { return "refused"; };
  for (int index = 0; index < 10; ++index) gateway_.Break(index, {CloseInfo::Kind::kBroken, 1006, "", "reset"});
  loop_.AdvanceBy(1'500 * kNsPerMs);
  gateway_.refuse_dial = nullptr;
  loop_.AdvanceBy(10 * kNsPerSecond);
  ASSERT_EQ(rig.log.done, 1);
  const Counters& counters = rig.log.totals.counters;
  EXPECT_EQ(counters.connection_lost, 0);
  EXPECT_EQ(counters.retries, 10);
  EXPECT_EQ(counters.success_by_retry, 10);
  EXPECT_EQ(counters.scheduled, 300);
  EXPECT_EQ(counters.success + counters.unsent, 300);
  EXPECT_GT(counters.unsent, 140);
  EXPECT_EQ(rig.log.totals.response.max_us(), 2'100'000);
  ExpectConserved(counters);
}

TEST_F(WorkerRetryTest, ARefusalIsAnAnswer) {
  const RunPlan plan = RetryPlan();
  int n = 0;
  gateway_.react = [&n](const auto&) { return n++ % 2 == 0 ? Reaction::kRateLimit : Reaction::kBadBody; };
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunToItsEnd(rig, plan);
  EXPECT_EQ(rig.log.totals.counters.rate_limited, 150);
  EXPECT_EQ(rig.log.totals.counters.refused, 150);
  EXPECT_EQ(rig.log.totals.counters.retries, 0);
}

TEST_F(WorkerRetryTest, APolicyCloseIsARefusalToo) {
  const RunPlan plan = RetryPlan();
  gateway_.ack_delay_ns = 100 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(kNsPerSecond + kNsPerMs);
  gateway_.Break(0, {CloseInfo::Kind::kCleanByPeer, 1008, "", "closed_1008"});
  loop_.AdvanceBy(10 * kNsPerSecond);
  EXPECT_EQ(rig.log.totals.counters.refused, 1);
  EXPECT_EQ(rig.log.totals.counters.retries, 0);
  ExpectConserved(rig.log.totals.counters);
}

TEST_F(WorkerRetryTest, NothingIsSentAgainAfterStopOrTheLeasesEnd) {
  for (const bool by_lease : {false, true}) {
    const RunPlan plan = RetryPlan();
    gateway_.upstream.clear();
    gateway_.react = [](const auto&) { return Reaction::kDrop; };
    Rig rig(loop_, gateway_, plan, WholeRun(plan), by_lease ? "run-0-1" : "run-0-0");
    RampUpAndStart(rig, plan);
    if (by_lease) rig.worker->SetLease(loop_.MonoNs() + 500 * kNsPerMs);
    loop_.AdvanceBy(500 * kNsPerMs);
    if (!by_lease) rig.worker->Stop();
    loop_.AdvanceBy(10 * kNsPerSecond);
    ASSERT_EQ(rig.log.done, 1);
    EXPECT_EQ(rig.log.totals.counters.timeout, rig.log.totals.counters.scheduled);
    EXPECT_EQ(rig.log.totals.counters.retries, 0) << "by lease: " << by_lease;
    EXPECT_EQ(gateway_.upstream.size(), 51u);
    ExpectConserved(rig.log.totals.counters);
  }
}

TEST_F(WorkerRetryTest, RetriesCountForTheStageInWhichTheirMessageWasDue) {
  RunPlan plan = RetryPlan(1);
  plan.mps = 0;
  plan.stages = *StageList::Parse("1s:@10,2s:@20");
  plan.duration_ns = plan.stages.duration_ns();
  DropFirst(1);
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunToItsEnd(rig, plan);
  ASSERT_EQ(rig.log.stages.size(), 2u);
  EXPECT_EQ(rig.log.stages[0].stats.counters.retries, 10);
  EXPECT_EQ(rig.log.stages[0].stats.counters.success_by_retry, 10);
  EXPECT_EQ(rig.log.stages[1].stats.counters.retries, 40);
  EXPECT_TRUE(CheckStages(rig.log.stages, {.count = 2}, rig.log.totals).ok());
}

TEST_F(WorkerRetryTest, AConnectionThatTakesNothingIsTriedAgainLater) {
  const RunPlan plan = RetryPlan(3);
  DropFirst(1);
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RampUpAndStart(rig, plan);
  loop_.AdvanceBy(999 * kNsPerMs);
  EXPECT_EQ(gateway_.upstream.size(), 100u);
  gateway_.send_result = SendResult::kRefused;
  loop_.AdvanceBy(500 * kNsPerMs);
  gateway_.send_result = SendResult::kSent;
  loop_.AdvanceBy(10 * kNsPerSecond);
  ASSERT_EQ(rig.log.done, 1);
  const Counters& counters = rig.log.totals.counters;
  EXPECT_EQ(counters.send_error, 50);
  EXPECT_EQ(counters.success, 250);
  EXPECT_EQ(counters.retries, 250);
  EXPECT_EQ(counters.success_by_retry, 250);
  EXPECT_EQ(counters.timeout, 0);
  ExpectConserved(counters);
}

}  // namespace
}  // namespace wsload
