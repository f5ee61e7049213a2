// The echo protocol, seen from one client: an answer counts for the message it
// names, and for no other.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "agent/client/websocket_client.h"
#include "tests/support/client_log.h"
#include "tests/support/fake_gateway.h"
#include "tests/support/manual_event_loop.h"

namespace wsload {
namespace {

constexpr int64_t kTimeoutNs = kNsPerSecond;

struct Group {
  Group(int64_t size, int32_t worker, ClientLog& log) {
    auto made = ClientGroup::New({.protocol = Protocol::kEcho,
                                  .cipher = CipherKind::kNone,
                                  .echo_bytes = size,
                                  .heartbeat_ns = 10 * kNsPerSecond,
                                  .resp_timeout_ns = kTimeoutNs,
                                  .name = {"run", 0, worker}},
                                 log);
    EXPECT_TRUE(made.ok()) << made.status();
    group = *std::move(made);
    text.assign(static_cast<size_t>(size), 'x');
  }
  std::unique_ptr<ClientGroup> group;
  std::string text;
};

class EchoTest : public testing::TestWithParam<int64_t> {
 protected:
  EchoTest() : gateway_(loop_, Serializer::kJson, CipherKind::kNone, ""), group_(GetParam(), 0, log_) {
    gateway_.echo = true;
    client_ = NewClient(group_);
  }

  std::unique_ptr<WebSocketClient> NewClient(Group& group) {
    auto client = std::make_unique<WebSocketClient>(gateway_.NewConnection(), *group.group, 1, 1);
    client->Start(loop_.MonoNs());
    return client;
  }

  void Send() { SendBy(*client_, group_); }
  void SendBy(WebSocketClient& client, Group& group) {
    const int64_t now_ns = loop_.MonoNs();
    ASSERT_EQ(client.SendUpstream(group.text, now_ns, now_ns), WebSocketClient::SendOutcome::kSent);
  }

  void Pass(int64_t ns) {
    const int64_t until_ns = loop_.MonoNs() + ns;
    while (group_.group->NextDeadlineNs() <= until_ns) {
      loop_.AdvanceTo(group_.group->NextDeadlineNs());
      group_.group->OnTimer(loop_.MonoNs());
    }
    loop_.AdvanceTo(until_ns);
  }

  int64_t Succeeded() const {
    return std::count(log_.outcomes.begin(), log_.outcomes.end(), UpstreamOutcome::kAcknowledged);
  }

  ManualEventLoop loop_;
  ClientLog log_;
  FakeGateway gateway_;
  Group group_;
  std::unique_ptr<WebSocketClient> client_;
};

TEST_P(EchoTest, EachEchoEndsItsMessage) {
  gateway_.ack_delay_ns = 20 * kNsPerMs;
  for (int i = 0; i < 5; ++i) {
    Send();
    // Empty messages are all alike: with two of them on their way, an echo names neither.
    Pass((GetParam() == 0 ? 30 : 5) * kNsPerMs);
  }
  Pass(kTimeoutNs);
  EXPECT_EQ(Succeeded(), 5);
  EXPECT_THAT(log_.service_ns, testing::Each(20 * kNsPerMs));
}

/// An empty push is like an empty echo.
class SizedEchoTest : public EchoTest {};

TEST_P(SizedEchoTest, AServerThatOnlyPushesAnswersNothing) {
  gateway_.react = [](const auto&) { return FakeGateway::Reaction::kDrop; };
  for (int i = 0; i < 5; ++i) {
    Send();
    gateway_.SendRaw(0, "{\"type\":\"tick\",\"n\":" + std::to_string(i) + "}");
    gateway_.SendRaw(0, std::string(group_.text.size(), '.'));
    Pass(10 * kNsPerMs);
  }
  Pass(kTimeoutNs);
  EXPECT_EQ(Succeeded(), 0);
  EXPECT_EQ(log_.unsolicited, 10);
  EXPECT_EQ(log_.undecodable, 0);
}

TEST_P(EchoTest, LateEchoesAreNoSuccesses) {
  gateway_.ack_delay_ns = 3 * kTimeoutNs / 2;
  for (int i = 0; i < 40; ++i) {
    Send();
    Pass(100 * kNsPerMs);
  }
  Pass(3 * kTimeoutNs);
  EXPECT_EQ(Succeeded(), 0);
  EXPECT_EQ(log_.late + log_.unsolicited, 40);
  if (GetParam() >= kEchoNamedBytes) {
    EXPECT_EQ(log_.late, 40);
  }
}

TEST_P(EchoTest, ALostEchoShiftsNoLatency) {
  gateway_.ack_delay_ns = 2 * kNsPerMs;
  gateway_.react = [this](const auto&) {
    return gateway_.upstream.size() == 3 ? FakeGateway::Reaction::kDrop : FakeGateway::Reaction::kAck;
  };
  for (int i = 0; i < 20; ++i) {
    Send();
    Pass(100 * kNsPerMs);
  }
  Pass(2 * kTimeoutNs);
  for (size_t i = 0; i < log_.outcomes.size(); ++i) {
    if (log_.outcomes[i] != UpstreamOutcome::kAcknowledged) continue;
    EXPECT_EQ(log_.service_ns[i], 2 * kNsPerMs) << i;
  }
  if (GetParam() >= kEchoNamedBytes) {
    EXPECT_EQ(Succeeded(), 19);
  }
  if (GetParam() < kEchoNamedBytes) {
    EXPECT_EQ(Succeeded(), 2) << "none behind the lost one is known";
  }
}

/// Smaller ones are not told from others'.
class NamedEchoTest : public EchoTest {};

TEST_P(NamedEchoTest, AMessageOfAnotherConnectionIsABroadcast) {
  gateway_.react = [](const auto&) { return FakeGateway::Reaction::kDrop; };
  const auto same_worker = NewClient(group_);
  Group other(GetParam(), 1, log_);
  const auto other_worker = NewClient(other);
  Send();
  SendBy(*same_worker, group_);
  SendBy(*other_worker, other);
  for (const auto& message : std::vector(gateway_.upstream)) {
    for (int to = 0; to < 3; ++to) {
      if (to != message.connection) gateway_.SendRaw(to, message.key);
    }
  }
  Pass(kTimeoutNs);
  EXPECT_EQ(Succeeded(), 0);
  EXPECT_EQ(log_.broadcasts, 6);
  EXPECT_EQ(log_.unsolicited, 0);
}

TEST_P(EchoTest, AWrappedEchoCountsWhereTheMessageHasItsWholeKey) {
  gateway_.react = [](const auto&) { return FakeGateway::Reaction::kDrop; };
  Send();
  gateway_.SendRaw(0, "{\"echo\":\"" + gateway_.upstream.at(0).key + "\"}");
  Pass(0);
  EXPECT_EQ(Succeeded(), GetParam() >= kEchoKeyBytes ? 1 : 0);
  EXPECT_EQ(log_.unsolicited, GetParam() >= kEchoKeyBytes ? 0 : 1);
}

TEST_P(EchoTest, HeartbeatsArePings) {
  gateway_.ack_delay_ns = 7 * kNsPerMs;
  Pass(35 * kNsPerSecond);
  EXPECT_EQ(gateway_.pings, 3);
  EXPECT_EQ(log_.heartbeats_sent, 3);
  EXPECT_EQ(log_.heartbeats_acked, 3);
  EXPECT_THAT(log_.round_trip_ns, testing::Each(7 * kNsPerMs));
  EXPECT_TRUE(gateway_.upstream.empty()) << "no message that nobody sent";
}

TEST_P(EchoTest, APongThatAnswersNothingIsNoAnswer) {
  gateway_.answer_heartbeats = false;
  gateway_.Pong(0, "");
  gateway_.Pong(0, "h-run-0-0-1");
  Pass(10 * kNsPerSecond);
  gateway_.Pong(0, "h-other-0-0-1");
  Pass(kNsPerSecond);
  EXPECT_EQ(log_.heartbeats_sent, 1);
  EXPECT_EQ(log_.heartbeats_acked, 0);
}

INSTANTIATE_TEST_SUITE_P(Sizes, SizedEchoTest, testing::Values(1, 3, 9, 10, 12, 15, 16, 17, 100, 5000));
INSTANTIATE_TEST_SUITE_P(Sizes, NamedEchoTest, testing::Values(10, 12, 15, 16, 17, 100, 5000));
INSTANTIATE_TEST_SUITE_P(Sizes, EchoTest, testing::Values(0, 1, 3, 9, 10, 12, 15, 16, 17, 100, 5000));

}  // namespace
}  // namespace wsload
