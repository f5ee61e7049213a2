// Who gets in, and what the others are told.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/integration/gateway/gateway_link.h"
#include "tests/support/test_certificate.h"

namespace wsload::gateway {
namespace {

std::string UpgradeRequest(int64_t user_id) {
  return "GET /ws?token=" + Token(user_id) +
         " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

TEST(GatewayHandshake, AcceptsAValidToken) {
  auto gateway = StartGateway();
  GatewayLink link(*gateway);
  ASSERT_EQ(link.status(), 101);
  // The key and the answer of RFC 6455 section 1.3.
  EXPECT_NE(link.raw().response().find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
  EXPECT_EQ(gateway->truth().handshakes.accepted, 1);
}

TEST(GatewayHandshake, RefusesWithAStatusAndCloses) {
  auto gateway = StartGateway();
  const auto status_of = [&gateway](const std::string& target, std::string_view headers = {}) {
    return RawWsClient(gateway->port()).Upgrade(target, headers);
  };
  EXPECT_EQ(status_of("/ws"), 401);
  EXPECT_EQ(status_of("/ws?token=a.b.c"), 401);
  EXPECT_EQ(status_of("/ws?token=" + Token(1, "another key")), 401);
  EXPECT_EQ(status_of("/elsewhere?token=" + Token(1)), 404);
  RawWsClient plain(gateway->port());
  plain.SendRaw("GET /ws HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(plain.ReadHttpResponse(), 426);
  RawWsClient garbage(gateway->port());
  garbage.SendRaw(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
  EXPECT_EQ(garbage.ReadHttpResponse(), 400);
  RawWsClient endless(gateway->port());
  endless.SendRaw("GET /ws HTTP/1.1\r\nX: " + std::string(16 * 1024, 'x'));
  EXPECT_EQ(endless.ReadHttpResponse(), 431);

  const GroundTruth truth = gateway->truth();
  const std::map<int, int64_t> expected = {{400, 1}, {401, 3}, {404, 1}, {426, 1}, {431, 1}};
  EXPECT_EQ(truth.handshakes.rejected, expected);
  EXPECT_EQ(truth.handshakes.accepted, 0);
}

TEST(GatewayHandshake, RejectsTheShareItIsTold) {
  GatewayOptions options;
  options.reject_handshake = {503, 0.25};
  auto gateway = StartGateway(options);
  int accepted = 0, rejected = 0;
  for (int i = 0; i < 20; ++i) {
    const int status = GatewayLink(*gateway, i).status();
    accepted += status == 101 ? 1 : 0;
    rejected += status == 503 ? 1 : 0;
  }
  EXPECT_EQ(accepted, 15);
  EXPECT_EQ(rejected, 5);
  EXPECT_EQ(gateway->truth().handshakes.rejected.at(503), 5);
}

TEST(GatewayHandshake, LetsSoManyInPerSecondInTheOrderOfTheirComing) {
  GatewayOptions options;
  options.threads = 2;
  options.handshake_rate_per_s = 100;
  auto gateway = StartGateway(options);
  std::vector<std::unique_ptr<RawWsClient>> clients;
  const int64_t begin_ns = SystemClock().MonoNs();
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<RawWsClient>(gateway->port()));
    clients.back()->SendRaw(UpgradeRequest(i));
    clients.back()->SendFrame(0x9, "early");  // kept until its turn
  }
  for (const auto& client : clients) {
    EXPECT_EQ(client->ReadHttpResponse(), 101);
    EXPECT_EQ(client->ReadFrame()->payload, "early");
  }
  EXPECT_GE(SystemClock().MonoNs() - begin_ns, 40 * kNsPerMs) << "five turns are four intervals";
  EXPECT_EQ(gateway->truth().handshakes.accepted, 5);
}

TEST(GatewayHandshake, RejectsWhatIsAboveTheRateWhereThatIsWanted) {
  GatewayOptions options;
  options.handshake_rate_per_s = 1;
  options.handshake_over = HandshakeOver::kReject;
  auto gateway = StartGateway(options);
  std::map<int, int64_t> statuses;
  for (int i = 0; i < 10; ++i) ++statuses[GatewayLink(*gateway, i).status()];
  EXPECT_GE(statuses[101], 1);
  EXPECT_GE(statuses[503], 5) << "9, unless the machine took seconds over it";
  EXPECT_EQ(gateway->truth().handshakes.rejected.at(503), statuses[503]);
  EXPECT_EQ(gateway->truth().handshakes.accepted, statuses[101]);
}

TEST(GatewayHandshake, WhoGivesUpBeforeItsTurnIsAbandoned) {
  GatewayOptions options;
  options.handshake_rate_per_s = 1;
  auto gateway = StartGateway(options);
  {
    std::vector<std::unique_ptr<RawWsClient>> clients;
    for (int i = 0; i < 20; ++i) {
      clients.push_back(std::make_unique<RawWsClient>(gateway->port()));
      clients.back()->SendRaw(UpgradeRequest(i));
    }
    AwaitTruth(*gateway, [](const GroundTruth& t) { return t.handshakes.delayed >= 10; });
  }
  AwaitTruth(*gateway, [](const GroundTruth& t) { return t.handshakes.abandoned >= 1; });
}

TEST(GatewayHandshake, TakesARequestInPiecesAndFramesRightBehindIt) {
  auto gateway = StartGateway();
  RawWsClient client(gateway->port());
  const std::string request = "GET /ws?token=" + Token(5) +
                              " HTTP/1.1\r\nhost: x\r\nupgrade: WebSocket\r\nconnection: keep-alive, upgrade\r\n"
                              "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  for (const char byte : request.substr(0, request.size() - 1)) ASSERT_TRUE(client.SendRaw({&byte, 1}));
  ASSERT_TRUE(client.SendRaw("\n" + RawWsClient::EncodeFrame(0x9, "early")));
  ASSERT_EQ(client.ReadHttpResponse(), 101);
  EXPECT_EQ(client.ReadFrame()->payload, "early");
}

TEST(GatewayHandshake, ServesTlsAndCountsWhoeverSpeaksNone) {
  const TestCertificate certificate(testing::TempDir());
  ASSERT_TRUE(certificate.ok);
  GatewayOptions options;
  options.echo = true;
  options.tls_cert_file = certificate.cert_file;
  options.tls_key_file = certificate.key_file;
  auto gateway = StartGateway(options);
  EXPECT_TRUE(gateway->url().starts_with("wss://"));

  RawWsClient client(gateway->port(), RawWsClient::Transport::kTls);
  ASSERT_TRUE(client.connected());
  ASSERT_EQ(client.Upgrade("/ws"), 101);
  const std::string large(1'000'000, 'x');  // more than the socket takes at once
  ASSERT_TRUE(client.SendBinary(large));
  ASSERT_TRUE(client.SendBinary("small"));
  EXPECT_EQ(client.ReadFrame()->payload, large);
  EXPECT_EQ(client.ReadFrame()->payload, "small");

  RawWsClient plain(gateway->port());
  EXPECT_EQ(plain.Upgrade("/ws"), 0);
  AwaitTruth(*gateway, [](const GroundTruth& t) { return t.handshakes.abandoned == 1; });

  ASSERT_TRUE(client.SendClose(1000));
  EXPECT_EQ(client.ReadFrame()->CloseCode(), 1000);
  EXPECT_TRUE(client.AtEnd());
}

TEST(GatewayHandshake, StatsGiveTheTruthAsJson) {
  auto gateway = StartGateway();
  GatewayLink link(*gateway);
  link.SendUpstream("k");
  link.Read();
  RawWsClient client(gateway->port());
  client.SendRaw("GET /stats HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_EQ(client.ReadHttpResponse(), 200);
  const std::string& response = client.response();
  const auto json = nlohmann::json::parse(response.substr(response.find("\r\n\r\n") + 4));
  EXPECT_EQ(json["messages"]["acks_sent"], 1);
  EXPECT_EQ(json["handshakes"]["accepted"], 1);
  EXPECT_EQ(json["connections"]["open"], 1);
}

TEST(GatewayHandshake, CountsSocketsThatLeaveWithoutAWord) {
  auto gateway = StartGateway();
  { RawWsClient probe(gateway->port()); }
  AwaitTruth(*gateway, [](const GroundTruth& t) { return t.handshakes.abandoned == 1; });
}

TEST(GatewayHandshake, OptionsThatCannotWorkAreRefusedInOneLine) {
  GatewayOptions options;
  options.ack_drop_share = 1.5;
  EXPECT_EQ(MockGateway::Start(options).status().code(), absl::StatusCode::kInvalidArgument);
  options = {};
  options.cipher_key = "short";
  EXPECT_EQ(MockGateway::Start(options).status().code(), absl::StatusCode::kInvalidArgument);
  options = {};
  options.tls_cert_file = "/nonexistent";
  EXPECT_EQ(MockGateway::Start(options).status().code(), absl::StatusCode::kInvalidArgument);
  auto gateway = StartGateway();
  options = {};
  options.listen.port = gateway->port();
  EXPECT_EQ(MockGateway::Start(options).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace wsload::gateway
