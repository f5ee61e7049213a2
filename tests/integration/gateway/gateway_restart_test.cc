// The gateway goes down and comes back on the same port. Lower bounds on times hold by construction.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/gateway/gateway_link.h"

namespace wsload::gateway {
namespace {

/// Until it serves again.
void AwaitService(const MockGateway& gateway) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!RawWsClient(gateway.port()).connected()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST(GatewayRestart, AnAbruptOneResetsEveryConnectionAndComesBack) {
  GatewayOptions options;
  options.threads = 2;
  options.restart_for_ns = 50 * kNsPerMs;
  auto gateway = StartGateway(options);
  std::vector<std::unique_ptr<GatewayLink>> links;
  for (int i = 0; i < 5; ++i) links.push_back(std::make_unique<GatewayLink>(*gateway, i));
  RawWsClient silent(gateway->port());
  RawWsClient answered(gateway->port());
  answered.SendRaw("POST /push HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(answered.ReadHttpResponse(), 400);  // whoever came before has been accepted

  const int64_t begin_ns = SystemClock().MonoNs();
  gateway->Restart();
  for (const auto& link : links) {
    char byte;
    EXPECT_EQ(recv(link->raw().fd(), &byte, 1, 0), -1);
    EXPECT_EQ(errno, ECONNRESET);
  }
  EXPECT_FALSE(silent.ReadFrame().has_value());
  AwaitService(*gateway);
  EXPECT_GE(SystemClock().MonoNs() - begin_ns, 50 * kNsPerMs);
  GatewayLink back(*gateway, 1);
  ASSERT_EQ(back.status(), 101);
  back.SendUpstream("1");
  EXPECT_EQ(back.Read()->key, "1");
  const GroundTruth truth = gateway->truth();
  EXPECT_EQ(truth.restarts.count, 1);
  EXPECT_EQ(truth.restarts.connections, 5);
  EXPECT_EQ(truth.restarts.handshakes, 2);
  EXPECT_EQ(truth.connections.cut, 5);
  EXPECT_EQ(truth.connections.broken, 0);
  EXPECT_EQ(truth.connections.open, 1);
  EXPECT_EQ(truth.handshakes.accepted, 6);
}

TEST(GatewayRestart, AnOrderlyOneSaysGoodbye) {
  GatewayOptions options;
  options.restart_for_ns = 1;
  options.restart_how = RestartHow::kOrderly;
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway);
  gateway->Restart();
  const auto frame = link.raw().ReadFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->CloseCode(), 1012);
  link.raw().SendClose(1012);
  EXPECT_TRUE(link.raw().AtEnd());
  AwaitService(*gateway);
  EXPECT_EQ(GatewayLink(*gateway).status(), 101);
  const GroundTruth truth = gateway->truth();
  EXPECT_EQ(truth.restarts.connections, 1);
  EXPECT_EQ(truth.connections.closed_by_server, 1);
  EXPECT_EQ(truth.connections.cut, 0);
}

TEST(GatewayRestart, ComesByItselfOnceCountedFromTheFirstHandshake) {
  GatewayOptions options;
  options.restart_at_ns = 20 * kNsPerMs;
  options.restart_for_ns = 20 * kNsPerMs;
  auto gateway = StartGateway(options);
  const int64_t begin_ns = SystemClock().MonoNs();
  GatewayLink link(*gateway);
  EXPECT_FALSE(link.raw().ReadFrame().has_value());
  EXPECT_GE(SystemClock().MonoNs() - begin_ns, 20 * kNsPerMs);
  AwaitService(*gateway);
  EXPECT_GE(SystemClock().MonoNs() - begin_ns, 40 * kNsPerMs);
  EXPECT_EQ(gateway->truth().restarts.count, 1);
}

TEST(GatewayRestart, WhatIsOwedIsUnsentAndTheQueueBeginsAnew) {
  GatewayOptions options;
  options.servers = 1;
  options.service_time.low_ns = 1000 * kNsPerSecond;
  options.restart_for_ns = 1;
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway);
  for (int i = 0; i < 3; ++i) link.SendUpstream(std::to_string(i));
  AwaitTruth(*gateway, [](const GroundTruth& t) { return t.queue.admitted == 3; });
  EXPECT_EQ(gateway->truth().queue.longest, 2);
  gateway->Restart();
  EXPECT_FALSE(link.raw().ReadFrame().has_value());
  AwaitService(*gateway);
  GatewayLink back(*gateway);
  for (int i = 0; i < 2; ++i) back.SendUpstream("after " + std::to_string(i));
  AwaitTruth(*gateway, [](const GroundTruth& t) { return t.queue.admitted == 5; });
  EXPECT_LE(gateway->truth().queue.longest_wait_ns, 2000 * kNsPerSecond) << "not behind what was there before";
  gateway->Stop();
  EXPECT_EQ(gateway->truth().messages.acks_unsent, 5);
}

TEST(GatewayRestart, StoppingWhileItIsDownIsNoMatter) {
  GatewayOptions options;
  options.restart_for_ns = 1000 * kNsPerSecond;
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway);
  gateway->Restart();
  AwaitTruth(*gateway, [](const GroundTruth& t) { return t.connections.cut == 1; });
  gateway->Restart();
  EXPECT_FALSE(RawWsClient(gateway->port()).connected());
  gateway->Stop();
  EXPECT_EQ(gateway->truth().restarts.count, 1);
}

}  // namespace
}  // namespace wsload::gateway
