// Messages that are pushed on to other users, and the faults on their way: what clients get is what the truth says.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/util/status.h"
#include "tests/integration/gateway/gateway_link.h"

namespace wsload::gateway {
namespace {

using Links = std::vector<std::unique_ptr<GatewayLink>>;

Links Connect(const MockGateway& gateway, int users, const GatewayOptions& options = {}) {
  Links links;
  for (int i = 0; i < users; ++i) links.push_back(std::make_unique<GatewayLink>(gateway, 10'000 + i, options));
  return links;
}

/// The text of the next push; acknowledgements of the link's own messages are passed over.
std::string NextPush(GatewayLink& link) {
  while (true) {
    const auto message = link.Read();
    if (!message) return "nothing";
    if (message->cmd == Command::kUpstreamAck) continue;
    EXPECT_EQ(message->cmd, Command::kDownstreamMessage);
    EXPECT_TRUE(link.Send(Command::kDownstreamAck, message->key));
    const auto text = link.codec().DecodeText(message->body);
    return text.ok() ? *text : std::string(Text(text.status()));
  }
}

int64_t Owed(const GroundTruth::Delivery& d) { return d.due - (d.sent - d.duplicated + d.lost + d.held + d.unsent); }

class GatewayForward : public testing::TestWithParam<std::tuple<Serializer, CipherKind, int>> {};

TEST_P(GatewayForward, PushesToAllOthersWhateverTheirThread) {
  GatewayOptions options;
  std::tie(options.serializer, options.cipher, options.threads) = GetParam();
  options.forward = {ForwardSpec::To::kAll, 0};
  auto gateway = StartGateway(options);
  Links links = Connect(*gateway, 5, options);
  for (int sender = 0; sender < 5; ++sender) {
    links[sender]->Send(Command::kUpstreamMessage, std::to_string(sender), "from " + std::to_string(sender));
    for (int receiver = 0; receiver < 5; ++receiver) {
      if (receiver != sender) {
        EXPECT_EQ(NextPush(*links[receiver]), "from " + std::to_string(sender));
      }
    }
  }
  const GroundTruth truth = AwaitTruth(*gateway, [](const GroundTruth& t) { return t.forwards.acks == 20; });
  EXPECT_EQ(truth.forwards.messages, 5);
  EXPECT_EQ(truth.forwards.due, 20);
  EXPECT_EQ(truth.forwards.sent, 20);
  EXPECT_EQ(truth.messages.acks_sent, 5);
  EXPECT_EQ(truth.messages.downstream_acks, 0) << "these are others";
}

INSTANTIATE_TEST_SUITE_P(All, GatewayForward,
                         testing::Values(std::tuple(Serializer::kJson, CipherKind::kAesGcm, 1),
                                         std::tuple(Serializer::kJson, CipherKind::kNone, 3),
                                         std::tuple(Serializer::kProto, CipherKind::kChaCha20Poly1305, 2)));

TEST(GatewayForwards, PeersAndRoomsByUserId) {
  GatewayOptions options;
  options.forward = {ForwardSpec::To::kGroup, 3};
  options.first_user_id = 10'001;
  auto gateway = StartGateway(options);
  Links links = Connect(*gateway, 5);  // rooms: {0}, {1, 2, 3}, {4}
  for (int i = 0; i < 5; ++i) links[i]->Send(Command::kUpstreamMessage, std::to_string(i), std::to_string(i));
  for (const int receiver : {1, 2, 3}) {
    std::set<std::string> texts{NextPush(*links[receiver]), NextPush(*links[receiver])};
    std::set<std::string> others{"1", "2", "3"};
    others.erase(std::to_string(receiver));
    EXPECT_EQ(texts, others);
  }
  const GroundTruth truth = AwaitTruth(*gateway, [](const GroundTruth& t) { return t.messages.acks_sent == 5; });
  EXPECT_EQ(truth.forwards.messages, 5);
  EXPECT_EQ(truth.forwards.due, 6);
}

TEST(GatewayForwards, RepeatedMessagesArePushedOnce) {
  GatewayOptions options;
  options.forward = {ForwardSpec::To::kGroup, 2};
  options.dedup = Dedup::kAck;
  auto gateway = StartGateway(options);
  Links links = Connect(*gateway, 2);
  for (int i = 0; i < 2; ++i) links[0]->Send(Command::kUpstreamMessage, "same", "once");
  links[0]->Send(Command::kUpstreamMessage, "next", "twice");
  EXPECT_EQ(NextPush(*links[1]), "once");
  EXPECT_EQ(NextPush(*links[1]), "twice");
}

TEST(GatewayForwards, EchoModePassesFramesOnAsTheyAre) {
  GatewayOptions options;
  options.echo = true;
  options.forward = {ForwardSpec::To::kGroup, 2};
  auto gateway = StartGateway(options);
  RawWsClient a(gateway->port()), b(gateway->port()), alone(gateway->port());
  for (RawWsClient* client : {&a, &b, &alone}) ASSERT_EQ(client->Upgrade("/ws"), 101);
  ASSERT_TRUE(a.SendFrame(0x1, "text"));
  EXPECT_EQ(a.ReadFrame()->payload, "text") << "the echo";
  const auto frame = b.ReadFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->opcode, 0x1);
  EXPECT_EQ(frame->payload, "text");
  ASSERT_TRUE(alone.SendBinary("nobody else"));
  EXPECT_EQ(alone.ReadFrame()->payload, "nobody else");
  AwaitTruth(*gateway, [](const GroundTruth& t) { return t.forwards.messages == 2 && t.forwards.sent == 1; });
}

TEST(GatewayForwards, LossDuplicatesAndReorderingAreAsTheTruthSays) {
  GatewayOptions options;
  options.threads = 2;
  options.forward = {ForwardSpec::To::kGroup, 5};
  options.push_loss = 0.1;
  options.push_duplicate = 0.1;
  options.push_reorder = 0.1;
  options.push_reorder_hold_ns = 1000 * kNsPerSecond;  // only what is overtaken is released
  auto gateway = StartGateway(options);
  constexpr int kUsers = 5, kMessages = 200;
  Links links = Connect(*gateway, kUsers);
  for (int number = 0; number < kMessages; ++number) {
    for (int sender = 0; sender < kUsers; ++sender) {
      links[sender]->Send(Command::kUpstreamMessage, fmt::format("{}-{}", sender, number),
                          fmt::format("{} {}", sender, number));
    }
  }
  // The exchange is empty once everything due has been dealt with.
  constexpr int64_t kDue = kUsers * kMessages * (kUsers - 1);
  const GroundTruth truth = AwaitTruth(*gateway, [](const GroundTruth& t) { return t.forwards.due == kDue; });
  const GroundTruth::Delivery& forwards = truth.forwards;
  EXPECT_EQ(Owed(forwards), 0);
  EXPECT_EQ(forwards.unsent, 0);
  EXPECT_EQ(forwards.late, 0);

  int64_t received = 0, distinct = 0, out_of_order = 0;
  for (auto& link : links) {
    ASSERT_TRUE(link->raw().SendClose(1000));
    std::map<int, int> highest;
    std::set<std::pair<int, int>> seen;
    while (const auto message = link->Read()) {
      if (message->cmd != Command::kDownstreamMessage) continue;
      int sender = 0, number = 0;
      ASSERT_EQ(std::sscanf(link->codec().DecodeText(message->body)->c_str(), "%d %d", &sender, &number), 2);
      ++received;
      if (!seen.emplace(sender, number).second) continue;
      ++distinct;
      const auto [place, first] = highest.try_emplace(sender, number);
      out_of_order += number < place->second ? 1 : 0;
      place->second = std::max(place->second, number);
    }
  }
  EXPECT_EQ(received, forwards.sent);
  EXPECT_EQ(distinct, forwards.sent - forwards.duplicated);
  EXPECT_EQ(kDue - distinct, forwards.lost + forwards.held);
  EXPECT_EQ(out_of_order, forwards.reordered);
  EXPECT_GT(forwards.lost, 0);
  EXPECT_GT(forwards.duplicated, 0);
  EXPECT_GT(forwards.reordered, 0);
}

TEST(GatewayForwards, WhatNobodyOvertakesComesLateAndInOrder) {
  GatewayOptions options;
  options.forward = {ForwardSpec::To::kGroup, 2};
  options.push_reorder = 1;
  options.push_reorder_hold_ns = 10 * kNsPerMs;
  auto gateway = StartGateway(options);
  Links links = Connect(*gateway, 2);
  links[0]->Send(Command::kUpstreamMessage, "1", "alone");
  EXPECT_EQ(NextPush(*links[1]), "alone");
  const GroundTruth truth = AwaitTruth(*gateway, [](const GroundTruth& t) { return t.forwards.acks == 1; });
  EXPECT_EQ(truth.forwards.late, 1);
  EXPECT_EQ(truth.forwards.reordered, 0);
  EXPECT_EQ(truth.forwards.held, 0);
}

TEST(GatewayForwards, WhatIsHeldForOneWhoLeavesIsUnsent) {
  GatewayOptions options;
  options.forward = {ForwardSpec::To::kGroup, 2};
  options.push_reorder = 1;
  options.push_reorder_hold_ns = 1000 * kNsPerSecond;
  auto gateway = StartGateway(options);
  Links links = Connect(*gateway, 2);
  links[0]->Send(Command::kUpstreamMessage, "1", "held");
  AwaitTruth(*gateway, [](const GroundTruth& t) { return t.forwards.held == 1; });
  links.pop_back();
  const GroundTruth truth = AwaitTruth(*gateway, [](const GroundTruth& t) { return t.forwards.unsent == 1; });
  EXPECT_EQ(Owed(truth.forwards), 0);
}

}  // namespace
}  // namespace wsload::gateway
