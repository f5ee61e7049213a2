#include "agent/client/websocket_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/client_log.h"
#include "tests/support/fake_gateway.h"
#include "tests/support/manual_event_loop.h"

namespace wsload {
namespace {

constexpr int64_t kTimeoutNs = kNsPerSecond;
constexpr int64_t kHeartbeatNs = 30 * kNsPerSecond;

class WebSocketClientTest : public testing::TestWithParam<std::pair<Serializer, CipherKind>> {
 protected:
  WebSocketClientTest() : gateway_(loop_, GetParam().first, GetParam().second, kDemoCipherKey) {
    auto group = ClientGroup::New({.serializer = GetParam().first,
                                   .cipher = GetParam().second,
                                   .cipher_key = kDemoCipherKey,
                                   .heartbeat_ns = kHeartbeatNs,
                                   .resp_timeout_ns = kTimeoutNs,
                                   .name = {"run"}},
                                  log_);
    EXPECT_TRUE(group.ok()) << group.status();
    group_ = *std::move(group);
    client_ = std::make_unique<WebSocketClient>(gateway_.NewConnection(), *group_, 9999, 12345);
    client_->Start(loop_.MonoNs());
  }

  /// Lets time pass as a loop would, the group's deadlines included.
  void Pass(int64_t ns) {
    const int64_t until_ns = loop_.MonoNs() + ns;
    while (group_->NextDeadlineNs() <= until_ns) {
      loop_.AdvanceTo(group_->NextDeadlineNs());
      group_->OnTimer(loop_.MonoNs());
    }
    loop_.AdvanceTo(until_ns);
  }

  WebSocketClient::SendOutcome Send(int64_t intended_ns = 0) {
    const int64_t now_ns = loop_.MonoNs();
    return client_->SendUpstream(group_->codec().EncodeText("hello"), intended_ns == 0 ? now_ns : intended_ns, now_ns);
  }

  ManualEventLoop loop_;
  ClientLog log_;
  FakeGateway gateway_;
  std::unique_ptr<ClientGroup> group_;
  std::unique_ptr<WebSocketClient> client_;
};

TEST_P(WebSocketClientTest, MeasuresFromTheIntendedAndFromTheActualSend) {
  gateway_.ack_delay_ns = 20 * kNsPerMs;
  ASSERT_EQ(Send(loop_.MonoNs() - 3 * kNsPerMs), WebSocketClient::SendOutcome::kSent);
  Pass(kNsPerSecond / 10);
  ASSERT_EQ(log_.outcomes, std::vector{UpstreamOutcome::kAcknowledged});
  EXPECT_EQ(log_.response_ns[0], 23 * kNsPerMs);
  EXPECT_EQ(log_.service_ns[0], 20 * kNsPerMs);
  const auto response = group_->codec().DecodeResponse(log_.bodies[0]);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->msg_id, 1);
  EXPECT_EQ(response->biz_id, 9999);
}

TEST_P(WebSocketClientTest, SeveralMessagesMayBeOpenAndEndInAnyOrder) {
  gateway_.ack_delay_ns = 50 * kNsPerMs;
  Send();
  gateway_.ack_delay_ns = 10 * kNsPerMs;
  Send();
  EXPECT_EQ(client_->open_messages(), 2u);
  Pass(kNsPerSecond);
  EXPECT_EQ(log_.service_ns, (std::vector<int64_t>{10 * kNsPerMs, 50 * kNsPerMs}));
  EXPECT_EQ(client_->open_messages(), 0u);
  EXPECT_EQ(gateway_.keys.size(), 2u);
}

TEST_P(WebSocketClientTest, AMessageWithoutAnswerTimesOutOnceAndItsLateAnswerIsCountedBeside) {
  gateway_.ack_delay_ns = kTimeoutNs + 1;
  Send();
  Pass(kTimeoutNs - 1);
  EXPECT_TRUE(log_.outcomes.empty());
  Pass(1);
  EXPECT_EQ(log_.outcomes, std::vector{UpstreamOutcome::kTimeout});
  Pass(1);
  EXPECT_EQ(log_.late, 1);
  EXPECT_EQ(log_.outcomes.size(), 1u);
}

TEST_P(WebSocketClientTest, ASecondAcknowledgementIsADuplicate) {
  gateway_.react = [](const auto&) { return FakeGateway::Reaction::kAckTwice; };
  Send();
  Pass(1);
  EXPECT_EQ(log_.outcomes, std::vector{UpstreamOutcome::kAcknowledged});
  EXPECT_EQ(log_.duplicate, 1);
}

TEST_P(WebSocketClientTest, RateLimitEndsTheMessage) {
  gateway_.react = [](const auto&) { return FakeGateway::Reaction::kRateLimit; };
  Send();
  Pass(1);
  EXPECT_EQ(log_.outcomes, std::vector{UpstreamOutcome::kRateLimited});
}

TEST_P(WebSocketClientTest, HeartbeatsComeEveryIntervalAndTheirEchoIsNoticed) {
  Pass(kHeartbeatNs - 1);
  EXPECT_EQ(gateway_.heartbeats, 0);
  Pass(1);
  EXPECT_EQ(gateway_.heartbeats, 1);
  Pass(2 * kHeartbeatNs);
  EXPECT_EQ(gateway_.heartbeats, 3);
  EXPECT_EQ(log_.heartbeats_sent, 3);
  EXPECT_EQ(log_.heartbeats_acked, 3);
}

TEST_P(WebSocketClientTest, AHeartbeatsRoundTripIsTimedAndAnAnswerToNoneIsNot) {
  gateway_.heartbeat_delay_ns = 40 * kNsPerMs;
  Pass(kHeartbeatNs + kNsPerSecond);
  EXPECT_EQ(log_.round_trip_ns, std::vector{40 * kNsPerMs});
  gateway_.Answer(0, 0, {Command::kHeartbeat, "nobody's", ""});
  Pass(1);
  EXPECT_EQ(log_.heartbeats_acked, 1);
  EXPECT_EQ(log_.unsolicited, 1);
}

TEST_P(WebSocketClientTest, AnAnswerThatNamesNoMessageOfThisConnectionEndsNone) {
  gateway_.react = [](const auto&) { return FakeGateway::Reaction::kDrop; };
  const auto neighbour = std::make_unique<WebSocketClient>(gateway_.NewConnection(), *group_, 9999, 2);
  neighbour->Start(loop_.MonoNs());
  Send();
  const std::string key = gateway_.upstream.at(0).key;
  for (const Command command : {Command::kUpstreamAck, Command::kRateLimitExceeded}) {
    gateway_.Answer(1, 0, {command, key, ""});
    gateway_.Answer(0, 0, {command, "run-0-1-0", ""});
    gateway_.Answer(0, 0, {command, "run-0-0-ffff", ""});
    gateway_.Answer(0, 0, {command, "", ""});
  }
  Pass(1);
  EXPECT_TRUE(log_.outcomes.empty());
  EXPECT_EQ(log_.broadcasts, 4) << "of a neighbour, and of another worker";
  EXPECT_EQ(log_.unsolicited, 4);
  EXPECT_EQ(log_.undecodable, 0);
}

TEST_P(WebSocketClientTest, ARepeatedPushIsKnown) {
  gateway_.Push(0, "push-1", group_->codec().EncodeText("news"));
  gateway_.Push(0, "push-2", group_->codec().EncodeText("news"));
  gateway_.Push(0, "push-1", group_->codec().EncodeText("news"));
  Pass(1);
  EXPECT_EQ(log_.pushes.size(), 3u);
  EXPECT_EQ(log_.repeated, 1);
  EXPECT_EQ(gateway_.downstream_acks, 3);
}

TEST_P(WebSocketClientTest, PushesAreAcknowledgedAndHandedOn) {
  gateway_.Push(0, "push-1", group_->codec().EncodeText("news"));
  Pass(1);
  ASSERT_EQ(log_.pushes.size(), 1u);
  EXPECT_EQ(*group_->codec().DecodeText(log_.pushes[0]), "news");
  EXPECT_EQ(gateway_.downstream_acks, 1);
}

TEST_P(WebSocketClientTest, RedirectNamesItsNodes) {
  gateway_.Redirect(0, {{.id = "n1", .ip = "127.0.0.2", .port = 9002, .weight = 3, .labels = {"a", "b"}}});
  Pass(1);
  const auto nodes = group_->codec().DecodeNodes(log_.redirect);
  ASSERT_TRUE(nodes.ok()) << nodes.status();
  ASSERT_EQ(nodes->size(), 1u);
  EXPECT_EQ(nodes->front().ip, "127.0.0.2");
  EXPECT_EQ(nodes->front().port, 9002);
  EXPECT_EQ(nodes->front().labels, (std::vector<std::string>{"a", "b"}));
}

TEST_P(WebSocketClientTest, ARedirectToMoreNodesThanThereAreIsNotRead) {
  gateway_.Redirect(0, std::vector<RedirectNode>(5'000, {.id = "gw", .ip = "127.0.0.2", .port = 9002}));
  Pass(1);
  EXPECT_EQ(log_.redirect, "");
  EXPECT_EQ(log_.undecodable, 1);
}

TEST_P(WebSocketClientTest, APushWithAKeyLongerThanAnyIsNotAnswered) {
  gateway_.Push(0, std::string(5'000, 'k'), group_->codec().EncodeText("news"));
  Pass(1);
  EXPECT_EQ(log_.pushes.size(), 0u);
  EXPECT_EQ(log_.undecodable, 1);
  EXPECT_EQ(gateway_.downstream_acks, 0);
}

TEST_P(WebSocketClientTest, GarbageIsCountedAndHarmsNothing) {
  gateway_.SendRaw(0, "\x7f\x00garbage");
  gateway_.SendRaw(0, "{\"cmd\":");
  Send();
  Pass(1);
  EXPECT_EQ(log_.undecodable, 2);
  EXPECT_EQ(log_.outcomes, std::vector{UpstreamOutcome::kAcknowledged});
}

TEST_P(WebSocketClientTest, StopWaitsForWhatIsOpenThenClosesProperly) {
  gateway_.ack_delay_ns = 20 * kNsPerMs;
  Send();
  client_->Stop(kNsPerSecond);
  EXPECT_EQ(Send(), WebSocketClient::SendOutcome::kRefused);
  Pass(19 * kNsPerMs);
  EXPECT_EQ(gateway_.closes_seen, 0);
  Pass(kNsPerMs);
  EXPECT_EQ(gateway_.closes_seen, 1);
  ASSERT_EQ(log_.closed.size(), 1u);
  EXPECT_EQ(log_.closed[0].kind, CloseInfo::Kind::kCleanByUs);
  EXPECT_EQ(log_.outcomes, std::vector{UpstreamOutcome::kAcknowledged});
}

TEST_P(WebSocketClientTest, StopGivesUpOnASilentServerAfterTheResponseTimeout) {
  gateway_.react = [](const auto&) { return FakeGateway::Reaction::kDrop; };
  Send();
  client_->Stop(kNsPerSecond);
  Pass(kTimeoutNs);
  EXPECT_EQ(log_.outcomes, std::vector{UpstreamOutcome::kTimeout});
  EXPECT_EQ(log_.closed.size(), 1u);
}

TEST_P(WebSocketClientTest, ALostConnectionEndsWhatWasOpenBeforeItIsReported) {
  gateway_.react = [](const auto&) { return FakeGateway::Reaction::kDrop; };
  Send();
  Send();
  gateway_.Break(0, {CloseInfo::Kind::kBroken, 1006, "connection reset by peer", "reset"});
  EXPECT_EQ(log_.outcomes, (std::vector{UpstreamOutcome::kConnectionLost, UpstreamOutcome::kConnectionLost}));
  ASSERT_EQ(log_.closed.size(), 1u);
  EXPECT_EQ(log_.closed[0].cause, "reset");
  Pass(2 * kHeartbeatNs);
  EXPECT_EQ(gateway_.heartbeats, 0) << "no heartbeat on a connection that is gone";
}

TEST_P(WebSocketClientTest, APolicyCloseMeansRefused) {
  gateway_.react = [](const auto&) { return FakeGateway::Reaction::kDrop; };
  Send();
  gateway_.Break(0, {CloseInfo::Kind::kCleanByPeer, 1008, "cannot decrypt", "closed_1008"});
  EXPECT_EQ(log_.outcomes, std::vector{UpstreamOutcome::kRefused});
}

TEST_P(WebSocketClientTest, DeletingAClientForgetsItsOpenMessages) {
  gateway_.react = [](const auto&) { return FakeGateway::Reaction::kDrop; };
  Send();
  client_.reset();
  EXPECT_EQ(group_->open_messages(), 0u);
  Pass(2 * kHeartbeatNs);
  EXPECT_TRUE(log_.outcomes.empty());
}

INSTANTIATE_TEST_SUITE_P(Wire, WebSocketClientTest,
                         testing::Values(std::pair{Serializer::kJson, CipherKind::kAesGcm},
                                         std::pair{Serializer::kProto, CipherKind::kChaCha20Poly1305},
                                         std::pair{Serializer::kJson, CipherKind::kNone}));

TEST(WebSocketClientCipher, AnAcknowledgementThatDoesNotDecryptIsRefusedNotSuccess) {
  ManualEventLoop loop;
  ClientLog log;
  FakeGateway gateway(loop, Serializer::kJson, CipherKind::kAesGcm, kDemoCipherKey);
  gateway.react = [](const auto&) { return FakeGateway::Reaction::kBadBody; };
  auto group = ClientGroup::New({.cipher_key = kDemoCipherKey, .resp_timeout_ns = kTimeoutNs, .name = {"x"}}, log);
  ASSERT_TRUE(group.ok());
  WebSocketClient client(gateway.NewConnection(), **group, 9999, 1);
  client.Start(loop.MonoNs());
  client.SendUpstream("\"hello\"", loop.MonoNs(), loop.MonoNs());
  loop.RunUntilIdle();
  EXPECT_EQ(log.outcomes, std::vector{UpstreamOutcome::kRefused});
  EXPECT_EQ(log.undecodable, 1);
}

TEST(WebSocketClientCipher, AKeyOfTheWrongLengthIsRefusedUpFront) {
  ClientLog log;
  const auto group = ClientGroup::New({.cipher_key = "short", .resp_timeout_ns = kTimeoutNs}, log);
  EXPECT_EQ(group.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace wsload
