// The protocol without faults, in both serializers and all ciphers.
#include <gtest/gtest.h>
#include <zlib.h>

#include <set>
#include <vector>

#include "common/util/status.h"
#include "tests/gateway/message_deflate.h"
#include "tests/integration/gateway/gateway_link.h"

namespace wsload::gateway {
namespace {

class GatewayProtocols : public testing::TestWithParam<std::tuple<Serializer, CipherKind>> {};

TEST_P(GatewayProtocols, AcknowledgesWithTheKey) {
  GatewayOptions options;
  std::tie(options.serializer, options.cipher) = GetParam();
  auto gateway = StartGateway(options);
  ASSERT_NE(gateway, nullptr);
  GatewayLink link(*gateway, 10007, options);
  ASSERT_EQ(link.status(), 101);

  std::set<int64_t> message_ids;
  for (const std::string key : {"k-1", "k-2", "k-3"}) {
    ASSERT_TRUE(link.SendUpstream(key));
    const auto ack = link.Read();
    ASSERT_TRUE(ack.has_value());
    EXPECT_EQ(ack->cmd, Command::kUpstreamAck);
    EXPECT_EQ(ack->key, key);
    const auto response = link.codec().DecodeResponse(ack->body);
    ASSERT_TRUE(response.ok()) << Text(response.status());
    EXPECT_EQ(response->biz_id, 9999);
    message_ids.insert(response->msg_id);
  }
  EXPECT_EQ(message_ids.size(), 3u);
  link.raw().SendClose(1000);
  EXPECT_EQ(link.raw().ReadFrame()->opcode, 0x8);

  const GroundTruth truth = gateway->truth();
  EXPECT_EQ(truth.handshakes.accepted, 1);
  EXPECT_EQ(truth.messages.upstream, 3);
  EXPECT_EQ(truth.messages.acks_sent, 3);
  EXPECT_EQ(truth.distinct_user_ids, 1);
  EXPECT_EQ(truth.per_client.min_upstream, 3);
  EXPECT_EQ(truth.connections.open, 0);
  EXPECT_EQ(truth.connections.peak, 1);
}

INSTANTIATE_TEST_SUITE_P(All, GatewayProtocols,
                         testing::Combine(testing::Values(Serializer::kJson, Serializer::kProto),
                                          testing::Values(CipherKind::kAesGcm, CipherKind::kChaCha20Poly1305,
                                                          CipherKind::kNone)));

TEST(GatewayMessages, EchoesHeartbeatsByteForByte) {
  auto gateway = StartGateway();
  GatewayLink link(*gateway);
  const std::string wire = R"({"unknown":1, "cmd":"COMMAND_TYPE_HEARTBEAT",  "key":"h"})";
  ASSERT_TRUE(link.raw().SendBinary(wire));
  const auto frame = link.raw().ReadFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->payload, wire);
  EXPECT_EQ(gateway->truth().messages.heartbeats, 1);
}

TEST(GatewayMessages, AnswersPingsAndCountsTheClientsClose) {
  auto gateway = StartGateway();
  GatewayLink link(*gateway);
  ASSERT_TRUE(link.raw().SendFrame(0x9, "are you there"));
  auto frame = link.raw().ReadFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->opcode, 0xA);
  EXPECT_EQ(frame->payload, "are you there");

  ASSERT_TRUE(link.raw().SendClose(1000));
  frame = link.raw().ReadFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->opcode, 0x8);
  EXPECT_EQ(frame->CloseCode(), 1000);
  EXPECT_TRUE(link.raw().AtEnd());
  EXPECT_EQ(gateway->truth().connections.closed_by_client, 1);
  EXPECT_EQ(gateway->truth().connections.open, 0);
}

TEST(GatewayMessages, TakesFragmentsWithPingsBetween) {
  auto gateway = StartGateway();
  GatewayLink link(*gateway);
  const std::string wire = link.Encode(Command::kUpstreamMessage, "cut", "in three");
  ASSERT_TRUE(link.raw().SendFrame(0x2, wire.substr(0, 10), /*fin=*/false));
  ASSERT_TRUE(link.raw().SendFrame(0x9, "p"));
  ASSERT_TRUE(link.raw().SendFrame(0x0, wire.substr(10, 5), /*fin=*/false));
  ASSERT_TRUE(link.raw().SendFrame(0x0, wire.substr(15), /*fin=*/true));
  EXPECT_EQ(link.raw().ReadFrame()->opcode, 0xA);
  const auto ack = link.Read();
  ASSERT_TRUE(ack.has_value());
  EXPECT_EQ(ack->key, "cut");
}

TEST(GatewayMessages, TakesAMessageByteByByteAndManyInOneWrite) {
  auto gateway = StartGateway();
  GatewayLink link(*gateway);
  for (const char byte : RawWsClient::EncodeFrame(0x2, link.Encode(Command::kUpstreamMessage, "slow", "x"))) {
    ASSERT_TRUE(link.raw().SendRaw({&byte, 1}));
  }
  EXPECT_EQ(link.Read()->key, "slow");

  std::string burst;
  for (int i = 0; i < 500; ++i) {
    burst += RawWsClient::EncodeFrame(0x2, link.Encode(Command::kUpstreamMessage, std::to_string(i), "x"));
  }
  ASSERT_TRUE(link.raw().SendRaw(burst));
  for (int i = 0; i < 500; ++i) {
    const auto ack = link.Read();
    ASSERT_TRUE(ack.has_value());
    EXPECT_EQ(ack->key, std::to_string(i));
  }
}

TEST(GatewayMessages, TakesAMessageOfAMegabyteAndRefusesFive) {
  auto gateway = StartGateway();
  GatewayLink link(*gateway);
  ASSERT_TRUE(link.Send(Command::kUpstreamMessage, "big", std::string(1'000'000, 'x')));
  EXPECT_EQ(link.Read()->key, "big");
  // The length alone is refused: the payload is not waited for.
  ASSERT_TRUE(link.raw().SendRaw(std::string_view("\x82\xff\x00\x00\x00\x00\x00\x50\x00\x00", 10)));
  const auto frame = link.raw().ReadFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->CloseCode(), 1009);
}

TEST(GatewayMessages, DropsARepeatedKeySilently) {
  auto gateway = StartGateway();
  GatewayLink link(*gateway), other(*gateway, 10001);
  link.SendUpstream("same");
  EXPECT_EQ(link.Read()->key, "same");
  link.SendUpstream("same");
  link.SendUpstream("next");
  EXPECT_EQ(link.Read()->key, "next");
  other.SendUpstream("same");  // keys are unique per biz_id, not per user
  other.SendUpstream("more");
  EXPECT_EQ(other.Read()->key, "more");
  const GroundTruth truth = gateway->truth();
  EXPECT_EQ(truth.messages.duplicates, 2);
  EXPECT_EQ(truth.messages.upstream, 5);
  EXPECT_EQ(truth.messages.acks_sent, 3);
}

TEST(GatewayMessages, WithoutDedupEveryMessageIsAcknowledged) {
  GatewayOptions options;
  options.dedup = Dedup::kOff;
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway);
  link.SendUpstream("same");
  link.SendUpstream("same");
  EXPECT_EQ(link.Read()->key, "same");
  EXPECT_EQ(link.Read()->key, "same");
}

struct BadMessage {
  const char* name;
  uint8_t opcode;
  std::string wire;
  uint16_t close_code;
};

TEST(GatewayMessages, ClosesOnWhatItCannotRead) {
  const std::vector<BadMessage> cases = {
      {"no JSON", 0x2, "nonsense", 1007},
      {"a command of the server", 0x2, R"({"cmd":"COMMAND_TYPE_UPSTREAM_ACK","key":"k"})", 1007},
      {"a text message", 0x1, R"({"cmd":"COMMAND_TYPE_HEARTBEAT","key":"k"})", 1003},
      {"a body in clear", 0x2, R"({"cmd":"COMMAND_TYPE_UPSTREAM_MESSAGE","key":"k","body":"ImhlbGxvIg=="})", 1008},
      {"no body at all", 0x2, R"({"cmd":"COMMAND_TYPE_UPSTREAM_MESSAGE","key":"k"})", 1007},
  };
  auto gateway = StartGateway();
  for (const BadMessage& bad : cases) {
    SCOPED_TRACE(bad.name);
    GatewayLink link(*gateway);
    ASSERT_TRUE(link.raw().SendFrame(bad.opcode, bad.wire));
    const auto frame = link.raw().ReadFrame();
    ASSERT_TRUE(frame.has_value());
    EXPECT_EQ(frame->opcode, 0x8);
    EXPECT_EQ(frame->CloseCode(), bad.close_code);
    EXPECT_FALSE(frame->CloseReason().empty());
  }
  const GroundTruth truth = gateway->truth();
  EXPECT_EQ(truth.messages.undecodable, 4);
  EXPECT_EQ(truth.messages.undecryptable, 1);
  EXPECT_EQ(truth.messages.upstream, 0);
  EXPECT_EQ(truth.connections.closed_by_server, 5);
}

TEST(GatewayMessages, AWrongCipherKeyIsNamedInTheCloseReason) {
  auto gateway = StartGateway();
  GatewayOptions other;
  other.cipher_key = "0000000000000000";
  GatewayLink link(*gateway, 10000, other);
  link.SendUpstream("k");
  const auto frame = link.raw().ReadFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->CloseCode(), 1008);
  EXPECT_EQ(frame->CloseReason(), "cannot decrypt the body: is the cipher key the same on both sides?");
}

TEST(GatewayMessages, CountsAVanishedClientAsBroken) {
  auto gateway = StartGateway();
  { GatewayLink link(*gateway); }
  const GroundTruth truth = AwaitTruth(*gateway, [](const GroundTruth& t) { return t.connections.broken == 1; });
  EXPECT_EQ(truth.connections.open, 0);
}

TEST(GatewayMessages, CountsUserIdsThatConnectTwice) {
  auto gateway = StartGateway();
  GatewayLink a(*gateway, 1), b(*gateway, 2), again(*gateway, 2);
  a.SendUpstream("1");
  a.Read();
  const GroundTruth truth = gateway->truth();
  EXPECT_EQ(truth.distinct_user_ids, 2);
  EXPECT_EQ(truth.duplicate_user_ids, 1);
  EXPECT_EQ(truth.per_client.clients, 2);
  EXPECT_EQ(truth.per_client.min_upstream, 0);
  EXPECT_EQ(truth.per_client.max_upstream, 1);
}

TEST(GatewayMessages, SeveralThreadsShareTheLoadAndTheTruth) {
  GatewayOptions options;
  options.threads = 3;
  auto gateway = StartGateway(options);
  std::vector<std::unique_ptr<GatewayLink>> links;
  for (int i = 0; i < 7; ++i) links.push_back(std::make_unique<GatewayLink>(*gateway, i));
  for (int i = 0; i < 7; ++i) {
    links[i]->SendUpstream(std::to_string(i));
    EXPECT_EQ(links[i]->Read()->key, std::to_string(i));
  }
  links[0]->SendUpstream("3");  // known from another thread
  AwaitTruth(*gateway, [](const GroundTruth& t) { return t.messages.duplicates == 1; });
  const GroundTruth truth = gateway->truth();
  EXPECT_EQ(truth.connections.open, 7);
  EXPECT_EQ(truth.messages.acks_sent, 7);
  EXPECT_EQ(truth.per_client.min_upstream, 1);
  EXPECT_EQ(truth.per_client.max_upstream, 2);
}

TEST(GatewayMessages, CompressesEveryMessageByItself) {
  GatewayOptions options;
  options.compress = Compression::kContext;
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway, 10000, options,
                   "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=15\r\n");
  ASSERT_EQ(link.status(), 101);
  EXPECT_NE(link.raw().response().find("Sec-WebSocket-Extensions: permessage-deflate; "), std::string::npos);
  // The client keeps its context: the second message refers to the first.
  z_stream stream = {};
  ASSERT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
  for (const std::string key : {"a", "b"}) {
    std::string wire = link.Encode(Command::kHeartbeat, key + std::string(200, 'x'));
    std::string compressed(1000, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(wire.data());
    stream.avail_in = static_cast<uInt>(wire.size());
    stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
    stream.avail_out = static_cast<uInt>(compressed.size());
    ASSERT_EQ(deflate(&stream, Z_SYNC_FLUSH), Z_OK);
    compressed.resize(compressed.size() - stream.avail_out - 4);
    ASSERT_TRUE(link.raw().SendFrame(0x2, compressed, true, /*rsv1=*/true));
    const auto frame = link.raw().ReadFrame();
    ASSERT_TRUE(frame.has_value());
    EXPECT_TRUE(frame->rsv1);
    EXPECT_LT(frame->payload.size(), wire.size());
    std::string inflated;
    MessageInflater fresh;  // the server's context is not carried over
    ASSERT_EQ(fresh.Decompress(frame->payload, 4096, inflated), MessageInflater::Result::kOk);
    EXPECT_EQ(inflated, wire);
  }
  deflateEnd(&stream);
}

TEST(GatewayMessages, EchoModeReturnsEverythingWithoutAToken) {
  GatewayOptions options;
  options.echo = true;
  auto gateway = StartGateway(options);
  RawWsClient client(gateway->port());
  ASSERT_EQ(client.Upgrade("/ws"), 101);
  ASSERT_TRUE(client.SendFrame(0x1, "text"));
  ASSERT_TRUE(client.SendBinary(std::string(70'000, 'b')));
  EXPECT_EQ(client.ReadFrame()->payload, "text");
  const auto frame = client.ReadFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->opcode, 0x2);
  EXPECT_EQ(frame->payload.size(), 70'000u);
  EXPECT_EQ(gateway->truth().messages.echoed, 2);
}

TEST(GatewayMessages, SaysGoodbyeWhenItStops) {
  auto gateway = StartGateway();
  GatewayLink link(*gateway);
  std::thread stopper([&gateway] { gateway->Stop(); });
  const auto frame = link.raw().ReadFrame();
  link.raw().SendClose(1001);
  stopper.join();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->CloseCode(), 1001);
  EXPECT_EQ(gateway->truth().connections.closed_by_server, 1);
}

}  // namespace
}  // namespace wsload::gateway
