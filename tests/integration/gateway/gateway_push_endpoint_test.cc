// POST /push over real sockets: who gets what, and what the poster is told.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <map>
#include <string>

#include "common/util/status.h"
#include "tests/integration/gateway/gateway_link.h"

namespace wsload::gateway {
namespace {

std::string Post(std::string_view body, std::string_view headers = {}) {
  return fmt::format("POST /push HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n{}\r\n{}", body.size(), headers, body);
}

std::string TextOf(GatewayLink& link) {
  const auto push = link.Read();
  if (!push) return "nothing";
  EXPECT_EQ(push->cmd, Command::kDownstreamMessage);
  EXPECT_TRUE(link.Send(Command::kDownstreamAck, push->key));
  const auto text = link.codec().DecodeText(push->body);
  return text.ok() ? *text : std::string(Text(text.status()));
}

TEST(GatewayPushEndpoint, DeliversToOneToManyAndToAllOnOneConnection) {
  GatewayOptions options;
  options.threads = 2;
  auto gateway = StartGateway(options);
  GatewayLink a(*gateway, 1), b(*gateway, 2), c(*gateway, 3);
  RawWsClient poster(gateway->port());
  const auto post = [&poster](std::string_view body) {
    poster.SendRaw(Post(body));
    const int status = poster.ReadHttpResponse();
    return fmt::format("{} {}", status, poster.response().substr(poster.response().find("\r\n\r\n") + 4));
  };
  EXPECT_EQ(post(R"({"to": 1, "text": "one"})"), "202 {\"connections\":1}\n");
  EXPECT_EQ(post(R"({"to": [2, 3, 99], "text": "two"})"), "202 {\"connections\":2}\n");
  EXPECT_EQ(post(R"({"to": "all", "text": "three"})"), "202 {\"connections\":3}\n");
  EXPECT_EQ(post(R"({"to": 99, "text": "nobody"})"), "404 {\"error\":\"none of these users is connected\"}\n");
  EXPECT_TRUE(post("{}").starts_with("400 {\"error\":\"want "));
  EXPECT_EQ(TextOf(a), "one");
  EXPECT_EQ(TextOf(a), "three");
  for (GatewayLink* link : {&b, &c}) {
    EXPECT_EQ(TextOf(*link), "two");
    EXPECT_EQ(TextOf(*link), "three");
  }
  const GroundTruth truth = AwaitTruth(*gateway, [](const GroundTruth& t) { return t.posted.acks == 6; });
  EXPECT_EQ(truth.posted.messages, 3);
  EXPECT_EQ(truth.posted.due, 6);
  EXPECT_EQ(truth.posted.sent, 6);
  EXPECT_EQ(truth.push_requests, (std::map<int, int64_t>{{202, 3}, {400, 1}, {404, 1}}));
  EXPECT_TRUE(truth.handshakes.rejected.empty());
}

TEST(GatewayPushEndpoint, TakesRequestsInPiecesAndSeveralAtOnce) {
  auto gateway = StartGateway();
  GatewayLink link(*gateway, 1);
  RawWsClient poster(gateway->port());
  for (const char byte : Post(R"({"to": 1, "text": "slow"})")) ASSERT_TRUE(poster.SendRaw({&byte, 1}));
  EXPECT_EQ(poster.ReadHttpResponse(), 202);
  EXPECT_EQ(TextOf(link), "slow");
  const std::string one = Post(R"({"to": 1, "text": "fast"})");
  poster.SendRaw(one + one + Post(R"({"to": 1, "text": "last"})", "Connection: close\r\n"));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(poster.ReadHttpResponse(), 202);
  EXPECT_EQ(poster.ReadHttpResponse(), 202);
  EXPECT_TRUE(poster.AtEnd());
  for (const char* text : {"fast", "fast", "last"}) EXPECT_EQ(TextOf(link), text);
}

TEST(GatewayPushEndpoint, SaysContinueToWhoAsksFirst) {
  auto gateway = StartGateway();
  GatewayLink link(*gateway, 1);
  RawWsClient poster(gateway->port());
  const std::string body = R"({"to": 1, "text": "asked"})";
  const std::string request = Post(body, "Expect: 100-continue\r\nConnection: close\r\n");
  poster.SendRaw(request.substr(0, request.size() - body.size()));
  const std::string expected = "HTTP/1.1 100 Continue\r\n\r\n";
  std::string said(expected.size(), '\0');
  ASSERT_EQ(recv(poster.fd(), said.data(), said.size(), MSG_WAITALL), static_cast<ssize_t>(said.size()));
  EXPECT_EQ(said, expected);
  poster.SendRaw(body);
  EXPECT_EQ(poster.ReadHttpResponse(), 202);
  EXPECT_EQ(TextOf(link), "asked");
}

TEST(GatewayPushEndpoint, RefusesWhatIsNoSuchRequest) {
  auto gateway = StartGateway();
  const auto status_of = [&gateway](std::string_view request) {
    RawWsClient poster(gateway->port());
    poster.SendRaw(request);
    return poster.ReadHttpResponse();
  };
  EXPECT_EQ(status_of("GET /push HTTP/1.1\r\nHost: x\r\n\r\n"), 405);
  EXPECT_EQ(status_of("POST /push HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"), 411);
  EXPECT_EQ(status_of("POST /push HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"), 413);
  EXPECT_EQ(status_of("POST /push HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n"), 400);
  EXPECT_EQ(status_of(Post("no JSON")), 400);
  const GroundTruth truth = gateway->truth();
  EXPECT_EQ(truth.push_requests, (std::map<int, int64_t>{{400, 2}, {405, 1}, {411, 1}, {413, 1}}));
  EXPECT_EQ(truth.posted.messages, 0);
  EXPECT_EQ(truth.handshakes.abandoned, 0);
}

TEST(GatewayPushEndpoint, InEchoModeATextFrameComesAsItWasPosted) {
  GatewayOptions options;
  options.echo = true;
  auto gateway = StartGateway(options);
  RawWsClient client(gateway->port()), poster(gateway->port());
  ASSERT_EQ(client.Upgrade("/ws"), 101);
  poster.SendRaw(Post(R"({"to": 10000, "text": "plain"})"));
  EXPECT_EQ(poster.ReadHttpResponse(), 202);
  const auto frame = client.ReadFrame();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->opcode, 0x1);
  EXPECT_EQ(frame->payload, "plain");
}

TEST(GatewayPushEndpoint, MeetsTheSameFaultsAsWhatIsForwarded) {
  GatewayOptions options;
  options.push_duplicate = 1;
  auto gateway = StartGateway(options);
  GatewayLink link(*gateway, 1);
  RawWsClient poster(gateway->port());
  poster.SendRaw(Post(R"({"to": 1, "text": "twice"})"));
  EXPECT_EQ(poster.ReadHttpResponse(), 202);
  const auto first = link.Read(), second = link.Read();
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first->key, second->key);
  EXPECT_EQ(first->body, second->body);
  const GroundTruth truth = gateway->truth();
  EXPECT_EQ(truth.posted.due, 1);
  EXPECT_EQ(truth.posted.sent, 2);
  EXPECT_EQ(truth.posted.duplicated, 1);
}

}  // namespace
}  // namespace wsload::gateway
