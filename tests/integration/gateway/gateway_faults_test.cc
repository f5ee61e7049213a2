// Every fault as a client sees it. Lower bounds on times hold by construction; upper ones are never asserted.
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "common/util/status.h"
#include "tests/integration/gateway/gateway_link.h"

namespace wsload::gateway {
namespace {

int64_t NowNs() { return SystemClock().MonoNs(); }

TEST(GatewayFaults, DelaysAcknowledgements) {
  GatewayOptions options;
  options.ack_delay = {DelaySpec::Kind::kConstant, 50 * kNsPerMs, 0};
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway);
  const int64_t sent_ns = NowNs();
  link.SendUpstream("1");
  link.SendUpstream("2");
  EXPECT_EQ(link.Read()->key, "1");
  EXPECT_GE(NowNs() - sent_ns, 50 * kNsPerMs);
  EXPECT_EQ(link.Read()->key, "2");
  EXPECT_EQ(gateway->truth().messages.acks_pending, 0);
}

TEST(GatewayFaults, RandomDelaysReorderAndLoseNothing) {
  GatewayOptions options;
  options.ack_delay = {DelaySpec::Kind::kUniform, 0, 20 * kNsPerMs};
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway);
  std::vector<std::string> sent, received;
  for (int i = 0; i < 100; ++i) {
    sent.push_back(std::to_string(i));
    link.SendUpstream(sent.back());
  }
  for (int i = 0; i < 100; ++i) received.push_back(link.Read()->key);
  EXPECT_NE(received, sent);
  EXPECT_EQ(std::set(received.begin(), received.end()), std::set(sent.begin(), sent.end()));
}

TEST(GatewayFaults, OwedAcknowledgementsOfAGoneClientAreUnsent) {
  GatewayOptions options;
  options.ack_delay = {DelaySpec::Kind::kConstant, 1 * kNsPerSecond, 0};  // the client is long gone by then
  auto gateway = StartGateway(options);
  {
    GatewayLink link(*gateway);
    link.SendUpstream("1");
    AwaitTruth(*gateway, [](const GroundTruth& t) { return t.messages.acks_pending == 1; });
  }
  AwaitTruth(*gateway, [](const GroundTruth& t) { return t.messages.acks_unsent == 1; });
}

TEST(GatewayFaults, OwedAcknowledgementsAtTheStopAreUnsent) {
  GatewayOptions options;
  options.ack_delay = {DelaySpec::Kind::kConstant, 1000 * kNsPerSecond, 0};
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway);
  link.SendUpstream("1");
  AwaitTruth(*gateway, [](const GroundTruth& t) { return t.messages.acks_pending == 1; });
  gateway->Stop();
  EXPECT_EQ(gateway->truth().messages.acks_unsent, 1);
  EXPECT_EQ(gateway->truth().messages.acks_pending, 0);
}

TEST(GatewayFaults, DropsExactlyTheShare) {
  GatewayOptions options;
  options.ack_drop_share = 0.1;
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway);
  for (int i = 1; i <= 100; ++i) link.SendUpstream(std::to_string(i));
  for (int i = 1; i <= 100; ++i) {
    if (i % 10 == 0) continue;
    EXPECT_EQ(link.Read()->key, std::to_string(i));
  }
  AwaitTruth(*gateway, [](const GroundTruth& t) { return t.messages.upstream == 100; });
  EXPECT_EQ(gateway->truth().messages.acks_dropped, 10);
  EXPECT_EQ(gateway->truth().messages.acks_sent, 90);
}

TEST(GatewayFaults, LimitsTheRate) {
  GatewayOptions options;
  options.rate_limit_per_s = 1;
  options.rate_limit_burst = 5;
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway);
  std::string burst;
  for (int i = 0; i < 100; ++i) {
    burst += RawWsClient::EncodeFrame(0x2, link.Encode(Command::kUpstreamMessage, std::to_string(i), "x"));
  }
  link.raw().SendRaw(burst);
  int64_t acknowledged = 0, limited = 0;
  for (int i = 0; i < 100; ++i) {
    const auto answer = link.Read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->key, std::to_string(i));
    acknowledged += answer->cmd == Command::kUpstreamAck ? 1 : 0;
    limited += answer->cmd == Command::kRateLimitExceeded ? 1 : 0;
  }
  EXPECT_GE(acknowledged, 5);
  EXPECT_GE(limited, 80);  // 95, unless the machine took seconds over it
  EXPECT_EQ(acknowledged + limited, 100);
  EXPECT_EQ(gateway->truth().messages.rate_limited, limited);
}

TEST(GatewayFaults, ClosesAfterSoManyMessages) {
  GatewayOptions options;
  options.close_after.messages = 3;
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway);
  for (const char* key : {"1", "2", "3", "4"}) link.SendUpstream(key);
  for (const char* key : {"1", "2", "3"}) EXPECT_EQ(link.Read()->key, key);
  const auto frame = link.raw().ReadFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->CloseCode(), 1001);
  EXPECT_EQ(gateway->truth().messages.upstream, 3);
}

TEST(GatewayFaults, ClosesAtAnAge) {
  GatewayOptions options;
  options.close_after.age_ns = 30 * kNsPerMs;
  auto gateway = StartGateway(options);
  const int64_t begin_ns = NowNs();
  GatewayLink link(*gateway);
  const auto frame = link.raw().ReadFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->CloseCode(), 1001);
  EXPECT_GE(NowNs() - begin_ns, 30 * kNsPerMs);
  EXPECT_EQ(gateway->truth().connections.closed_by_server, 1);
}

TEST(GatewayFaults, ClosesIdleLinksThatAskForIt) {
  GatewayOptions options;
  options.auto_close_idle_ns = 30 * kNsPerMs;
  auto gateway = StartGateway(options);
  GatewayLink patient(*gateway, 1), eager(*gateway, 2, options, "X-AutoClose: true\r\n");
  const auto frame = eager.raw().ReadFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->CloseCode(), 1001);
  EXPECT_EQ(gateway->truth().connections.open, 1);
}

TEST(GatewayFaults, StallsInTheMiddleOfEachPeriod) {
  GatewayOptions options;
  options.stall_every_ns = 200 * kNsPerMs;
  options.stall_for_ns = 100 * kNsPerMs;  // from 50 ms to 150 ms after the first message
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway);
  int64_t longest_ns = 0;
  const int64_t begin_ns = NowNs();
  for (int i = 0; NowNs() - begin_ns < 400 * kNsPerMs; ++i) {
    const int64_t sent_ns = NowNs();
    link.SendUpstream(std::to_string(i));
    ASSERT_TRUE(link.Read().has_value());
    longest_ns = std::max(longest_ns, NowNs() - sent_ns);
  }
  EXPECT_GE(longest_ns, 80 * kNsPerMs);  // one message met a whole stall
}

TEST(GatewayFaults, PushesInTurnUntilAcknowledged) {
  GatewayOptions options;
  options.push_per_s = 100;
  auto gateway = StartGateway(options);
  GatewayLink a(*gateway, 1), b(*gateway, 2);
  const int64_t unix_ns = SystemClock().UnixNs();
  for (GatewayLink* link : {&a, &b}) {
    std::set<std::string> keys;
    for (int i = 0; i < 5; ++i) {
      const auto push = link->Read();
      ASSERT_TRUE(push.has_value());
      EXPECT_EQ(push->cmd, Command::kDownstreamMessage);
      const auto text = link->codec().DecodeText(push->body);
      ASSERT_TRUE(text.ok()) << Text(text.status());
      int64_t number = 0, sent_unix_ns = 0;
      ASSERT_EQ(std::sscanf(text->c_str(), "push %ld sent_unix_ns=%ld", &number, &sent_unix_ns), 2) << *text;
      EXPECT_GT(sent_unix_ns, unix_ns - 60 * kNsPerSecond);
      EXPECT_TRUE(keys.insert(push->key).second) << "repeated though acknowledged";
      ASSERT_TRUE(link->Send(Command::kDownstreamAck, push->key));
    }
  }
  const GroundTruth truth = AwaitTruth(*gateway, [](const GroundTruth& t) { return t.messages.downstream_acks >= 10; });
  EXPECT_GE(truth.messages.pushes_sent, 10);
}

TEST(GatewayFaults, RepeatsAnUnacknowledgedPushSoManyTimes) {
  GatewayOptions options;
  options.push_per_s = 1;
  options.push_repeat_ns = 10 * kNsPerMs;
  options.push_repeats = 3;
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway);
  const auto first = link.Read();
  ASSERT_TRUE(first.has_value());
  for (int i = 0; i < 3; ++i) {
    const auto repeat = link.Read();
    ASSERT_TRUE(repeat.has_value());
    EXPECT_EQ(repeat->key, first->key);
    EXPECT_EQ(repeat->body, first->body);
  }
  const auto next = link.Read();
  ASSERT_TRUE(next.has_value());
  EXPECT_NE(next->key, first->key);
}

TEST(GatewayFaults, RedirectsEveryLinkAndClosesIt) {
  GatewayOptions options;
  options.redirect_to = {{{"10.1.2.3", 9003}, 3}, {{"gw.example", 9004}}};
  options.redirect_after_ns = 20 * kNsPerMs;
  options.redirect_grace_ns = 20 * kNsPerMs;
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway);
  const auto redirect = link.Read();
  ASSERT_TRUE(redirect.has_value());
  EXPECT_EQ(redirect->cmd, Command::kRedirect);
  const auto nodes = link.codec().DecodeNodes(redirect->body);
  ASSERT_TRUE(nodes.ok()) << Text(nodes.status());
  ASSERT_EQ(nodes->size(), 2u);
  EXPECT_EQ((*nodes)[0].ip, "10.1.2.3");
  EXPECT_EQ((*nodes)[0].weight, 3);
  EXPECT_EQ((*nodes)[1].weight, 1);
  EXPECT_EQ((*nodes)[1].port, 9004);
  const auto frame = link.raw().ReadFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->CloseCode(), 1001);
  EXPECT_EQ(gateway->truth().messages.redirects, 1);
  EXPECT_EQ(gateway->truth().messages.redirects_followed, 0) << "it stayed until it was closed";
}

TEST(GatewayFaults, AClientThatFollowsARedirectIsServedThere) {
  auto there = StartGateway();
  GatewayOptions options;
  options.redirect_to = {{{"127.0.0.1", there->port()}}};
  auto here = StartGateway(options);
  GatewayLink link(*here, 10'042);
  const auto redirect = link.Read();
  ASSERT_TRUE(redirect.has_value());
  const auto nodes = link.codec().DecodeNodes(redirect->body);
  ASSERT_TRUE(nodes.ok()) << Text(nodes.status());
  ASSERT_EQ((*nodes)[0].port, there->port());
  GatewayLink moved(*there, 10'042);
  ASSERT_EQ(moved.status(), 101);
  ASSERT_TRUE(link.raw().SendClose(1000));
  moved.SendUpstream("1");
  EXPECT_EQ(moved.Read()->key, "1");
  AwaitTruth(*here, [](const GroundTruth& t) { return t.messages.redirects_followed == 1; });
}

}  // namespace
}  // namespace wsload::gateway
