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
  EXPECT_EQ(state.Judge(1, "a", 1), Verdict::kAcknowledge);
  EXPECT_EQ(state.Judge(1, "a", 1), Verdict::kDuplicate);
  EXPECT_EQ(state.Judge(1, "b", 1), Verdict::kDropAck);
  EXPECT_EQ(state.Judge(1, "c", 1), Verdict::kAcknowledge);
  EXPECT_EQ(state.Judge(1, "d", 1), Verdict::kRateLimited);
  EXPECT_EQ(state.Judge(1, "d", 1 + kNsPerSecond), Verdict::kDropAck) << "a refused key may come again";
}

TEST(SharedState, CountsUsersPeakAndFairness) {
  SharedState state(GatewayOptions{});
  UserRecord* one = state.Connected(1, 5);
  state.Connected(2, 6);
  state.Disconnected();
  EXPECT_EQ(state.Connected(1, 7), one);
  state.Connected(std::nullopt, 8);
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
