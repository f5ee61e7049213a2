// The queue of known capacity, and messages that are sent again, as a client sees them. Lower bounds on times hold by
// construction; upper ones are never asserted.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/integration/gateway/gateway_link.h"

namespace wsload::gateway {
namespace {

int64_t NowNs() { return SystemClock().MonoNs(); }

TEST(GatewayQueue, IsOneOverAllThreadsAndNoFasterThanItsServers) {
  GatewayOptions options;
  options.threads = 2;
  options.servers = 2;
  options.service_time.low_ns = 5 * kNsPerMs;
  auto gateway = StartGateway(options);
  std::vector<std::unique_ptr<GatewayLink>> links;
  for (int i = 0; i < 4; ++i) links.push_back(std::make_unique<GatewayLink>(*gateway, i));
  const int64_t begin_ns = NowNs();
  for (int i = 0; i < 10; ++i) {
    for (int client = 0; client < 4; ++client) links[client]->SendUpstream(std::to_string(i * 4 + client));
  }
  for (int i = 0; i < 10; ++i) {
    for (int client = 0; client < 4; ++client) {
      const auto ack = links[client]->Read();
      ASSERT_TRUE(ack.has_value());
      EXPECT_EQ(ack->key, std::to_string(i * 4 + client)) << "first in, first out";
    }
  }
  // 40 messages at 2 / 5 ms.
  EXPECT_GE(NowNs() - begin_ns, 100 * kNsPerMs);
  const GroundTruth truth = gateway->truth();
  EXPECT_EQ(truth.queue.capacity_per_s, 400);
  EXPECT_EQ(truth.queue.admitted, 40);
  EXPECT_EQ(truth.queue.service_ns, 40 * 5 * kNsPerMs);
  EXPECT_EQ(truth.messages.acks_sent, 40);
}

TEST(GatewayQueue, RefusesWhatItHasNoPlaceFor) {
  GatewayOptions options;
  options.servers = 1;
  options.service_time.low_ns = 1000 * kNsPerSecond;
  options.queue_length = 2;
  options.queue_full = QueueFull::kLimit;
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway);
  for (int i = 0; i < 5; ++i) link.SendUpstream(std::to_string(i));
  for (const char* key : {"3", "4"}) {
    const auto answer = link.Read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->cmd, Command::kRateLimitExceeded);
    EXPECT_EQ(answer->key, key);
  }
  const GroundTruth truth = gateway->truth();
  EXPECT_EQ(truth.queue.refused, 2);
  EXPECT_EQ(truth.queue.longest, 2);
  EXPECT_EQ(truth.messages.rate_limited, 2);
  EXPECT_EQ(truth.messages.acks_pending, 3);
}

TEST(GatewayQueue, DropsWhatItHasNoPlaceForUnlessToldOtherwise) {
  GatewayOptions options;
  options.servers = 1;
  options.service_time.low_ns = 1000 * kNsPerSecond;
  options.queue_length = 0;
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway);
  for (int i = 0; i < 3; ++i) link.SendUpstream(std::to_string(i));
  AwaitTruth(*gateway, [](const GroundTruth& t) { return t.messages.queue_dropped == 2; });
}

TEST(GatewayRetries, ARepeatedMessageIsAcknowledgedWhereItsFirstAnswerWasLost) {
  GatewayOptions options;
  options.dedup = Dedup::kAck;
  options.ack_drop_share = 0.5;
  options.ack_drop_first = true;
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway);
  link.SendUpstream("1");
  EXPECT_EQ(link.Read()->key, "1");
  link.SendUpstream("2");  // its acknowledgement is the one that gets lost
  link.SendUpstream("2");
  EXPECT_EQ(link.Read()->key, "2");
  link.SendUpstream("1");
  EXPECT_EQ(link.Read()->key, "1");
  const GroundTruth truth = gateway->truth();
  EXPECT_EQ(truth.messages.upstream, 4);
  EXPECT_EQ(truth.messages.acks_sent, 1);
  EXPECT_EQ(truth.messages.acks_dropped, 1);
  EXPECT_EQ(truth.messages.duplicates, 2);
  EXPECT_EQ(truth.messages.duplicate_acks_sent, 2);
}

}  // namespace
}  // namespace wsload::gateway
