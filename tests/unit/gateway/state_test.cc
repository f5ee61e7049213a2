// Timers, remembered keys, and what all threads share.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/gateway/key_memory.h"
#include "tests/gateway/shared_state.h"
#include "tests/gateway/timer_heap.h"

namespace wsload::gateway {
namespace {

TEST(TimerHeap, GivesTimersInDueOrderAndTiesAsTheyCame) {
  TimerHeap heap;
  EXPECT_EQ(heap.NextDueNs(), TimerHeap::kNever);
  heap.Add(30, TimerKind::kAck, 3);
  heap.Add(10, TimerKind::kAck, 1);
  heap.Add(20, TimerKind::kAck, 21);
  heap.Add(20, TimerKind::kIdle, 22);
  EXPECT_EQ(heap.NextDueNs(), 10);
  Timer timer;
  EXPECT_FALSE(heap.PopDue(9, timer));
  for (const uint64_t expected : {1, 21, 22}) {
    ASSERT_TRUE(heap.PopDue(29, timer));
    EXPECT_EQ(timer.connection, expected);
  }
  EXPECT_FALSE(heap.PopDue(29, timer));
  EXPECT_TRUE(heap.PopDue(30, timer));
}

TEST(KeyMemory, KnowsAKeyForOneToTwoGenerations) {
  KeyMemory memory(100, 1024);
  EXPECT_TRUE(memory.Insert(1, "k", 1000));
  EXPECT_FALSE(memory.Insert(1, "k", 1050));
  EXPECT_TRUE(memory.Insert(2, "k", 1050)) << "another biz_id";
  EXPECT_FALSE(memory.Insert(1, "k", 1100)) << "in the previous generation";
  EXPECT_FALSE(memory.Insert(1, "k", 1199));
  EXPECT_TRUE(memory.Insert(1, "k", 1200)) << "forgotten";
  EXPECT_TRUE(memory.Insert(1, "old", 1210));
  EXPECT_TRUE(memory.Insert(1, "old", 5000)) << "after a long silence";
}

TEST(KeyMemory, IsBounded) {
  KeyMemory memory(1'000'000, 1024);
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(memory.Insert(1, std::to_string(i), 1));
  EXPECT_FALSE(memory.Insert(1, "9999", 1));
  EXPECT_FALSE(memory.Insert(1, std::to_string(10'000 - 1024), 1));
  EXPECT_TRUE(memory.Insert(1, "0", 1)) << "pushed out";
}

TEST(SharedState, JudgesLimitThenRepetitionThenDrop) {
  GatewayOptions options;
  options.ack_drop_share = 0.5;
  options.rate_limit_per_s = 1;
  options.rate_limit_burst = 4;
  SharedState state(options);
  using Verdict = SharedState::Verdict;
  EXPECT_EQ(state.Judge(1, "a", 1).verdict, Verdict::kAcknowledge);
  EXPECT_EQ(state.Judge(1, "a", 1).verdict, Verdict::kDuplicate);
  EXPECT_EQ(state.Judge(1, "b", 1).verdict, Verdict::kDropAck);
  EXPECT_EQ(state.Judge(1, "c", 1).verdict, Verdict::kAcknowledge);
  EXPECT_EQ(state.Judge(1, "d", 1).verdict, Verdict::kRateLimited);
  EXPECT_EQ(state.Judge(1, "d", 1 + kNsPerSecond).verdict, Verdict::kDropAck) << "a refused key may come again";
}

TEST(SharedState, ADuplicateIsAcknowledgedAgainWhereThatIsWanted) {
  GatewayOptions options;
  options.dedup = Dedup::kAck;
  options.ack_drop_share = 0.5;
  using Verdict = SharedState::Verdict;
  SharedState every(options);
  EXPECT_EQ(every.Judge(1, "a", 1).verdict, Verdict::kAcknowledge);
  EXPECT_EQ(every.Judge(1, "a", 1).verdict, Verdict::kDuplicateDropAck);
  EXPECT_EQ(every.Judge(1, "a", 1).verdict, Verdict::kDuplicateAcknowledge);

  options.ack_drop_first = true;
  options.ack_drop_share = 1;
  SharedState first(options);
  EXPECT_EQ(first.Judge(1, "a", 1).verdict, Verdict::kDropAck);
  EXPECT_EQ(first.Judge(1, "a", 1).verdict, Verdict::kDuplicateAcknowledge);
}

TEST(SharedState, TheQueueWorksOnNewMessagesAlone) {
  GatewayOptions options;
  options.servers = 1;
  options.service_time.low_ns = 100;
  options.queue_length = 1;
  options.ack_drop_share = 1;
  SharedState state(options);
  using Verdict = SharedState::Verdict;
  EXPECT_EQ(state.Judge(1, "a", 1000).done_ns, 1100);
  EXPECT_EQ(state.Judge(1, "a", 1000).verdict, Verdict::kDuplicate) << "takes no service time";
  const SharedState::Judgement waits = state.Judge(1, "b", 1000);
  EXPECT_EQ(waits.verdict, Verdict::kDropAck) << "worked on, then lost";
  EXPECT_EQ(waits.done_ns, 1200);
  EXPECT_EQ(state.Judge(1, "c", 1050).verdict, Verdict::kQueueDropped);
  EXPECT_EQ(state.Judge(1, "c", 1100).done_ns, 1300) << "a refused key may come again";
  GroundTruth truth;
  state.AddTo(truth);
  EXPECT_EQ(truth.queue.capacity_per_s, 1e7);
  EXPECT_EQ(truth.queue.admitted, 3);
  EXPECT_EQ(truth.queue.refused, 1);
  EXPECT_EQ(truth.queue.longest, 1);
  EXPECT_EQ(truth.queue.service_ns, 300);
}

TEST(SharedState, AFullQueueMayAnswerRateLimit) {
  GatewayOptions options;
  options.servers = 1;
  options.service_time.low_ns = 100;
  options.queue_length = 0;
  options.queue_full = QueueFull::kLimit;
  SharedState state(options);
  EXPECT_EQ(state.Judge(1, "a", 1000).verdict, SharedState::Verdict::kAcknowledge);
  EXPECT_EQ(state.Judge(1, "b", 1099).verdict, SharedState::Verdict::kRateLimited);
  EXPECT_EQ(state.Judge(1, "b", 1100).verdict, SharedState::Verdict::kAcknowledge);
}

TEST(SharedState, CountsUsersPeakAndFairness) {
  const GatewayOptions options;
  SharedState state(options);
  UserRecord* one = state.Connected(1, 5);
  UserRecord* two = state.Connected(2, 6);
  EXPECT_EQ(state.OpenConnections({1, 2, 3}), 2);
  state.Disconnected(*two);
  EXPECT_EQ(state.OpenConnections({1, 2, 3}), 1);
  EXPECT_EQ(state.OpenConnections(), 1);
  EXPECT_EQ(state.Connected(1, 7), one);
  state.Connected(state.NextAnonymousId(), 8);
  one->upstream += 9;
  GroundTruth truth;
  state.AddTo(truth);
  EXPECT_EQ(state.first_accepted_ns(), 5);
  EXPECT_EQ(truth.connections.open, 3);
  EXPECT_EQ(truth.connections.peak, 3);
  EXPECT_EQ(truth.distinct_user_ids, 2);
  EXPECT_EQ(truth.duplicate_user_ids, 1);
  EXPECT_EQ(truth.per_client.clients, 3);
  EXPECT_EQ(truth.per_client.min_upstream, 0);
  EXPECT_EQ(truth.per_client.max_upstream, 9);
}

TEST(SharedState, StallsCountFromTheFirstMessage) {
  GatewayOptions options;
  options.stall_every_ns = 100;
  options.stall_for_ns = 10;
  SharedState state(options);
  EXPECT_EQ(state.StallEndNs(1050), 0);
  state.Judge(1, "a", 1000);
  state.Judge(1, "b", 1040);
  EXPECT_EQ(state.StallEndNs(1050), 1055);
}

TEST(GroundTruth, IsOneLineOfJsonAndAddsUp) {
  GroundTruth a, b;
  a.handshakes.rejected = {{401, 1}};
  b.handshakes.rejected = {{401, 2}, {403, 1}};
  a.messages.upstream = 3;
  b.messages.upstream = 4;
  b.connections.broken = 1;
  a.Accepted("127.0.0.2");
  b.Accepted("127.0.0.2");
  b.Accepted("::1");
  a.Add(b);
  const std::string text = a.ToJson();
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["handshakes"]["rejected"]["401"], 3);
  EXPECT_EQ(json["handshakes"]["rejected"]["403"], 1);
  EXPECT_EQ(json["handshakes"]["accepted"], 3);
  EXPECT_EQ(json["handshakes"]["peers"], nlohmann::json({{"127.0.0.2", 2}, {"::1", 1}}));
  EXPECT_EQ(json["messages"]["upstream"], 7);
  EXPECT_EQ(json["connections"]["broken"], 1);
  EXPECT_EQ(json["per_client"]["clients"], 0);
}

TEST(GroundTruth, TheListOfPeersIsBounded) {
  GroundTruth truth;
  for (int i = 0; i < 3000; ++i) truth.Accepted(std::to_string(i));
  EXPECT_EQ(truth.handshakes.accepted, 3000);
  EXPECT_EQ(truth.handshakes.peers.size(), GroundTruth::kMaxPeers + 1);
  EXPECT_EQ(truth.handshakes.peers.at("others"), 3000 - static_cast<int64_t>(GroundTruth::kMaxPeers));
}

}  // namespace
}  // namespace wsload::gateway
