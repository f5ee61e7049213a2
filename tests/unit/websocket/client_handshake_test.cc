#include "agent/websocket/client_handshake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/util/status.h"
#include "tests/support/ws_frames.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

DialOptions Options() {
  DialOptions options;
  options.url.host = "gateway.example";
  options.url.port = 9002;
  options.url.path = "/ws";
  return options;
}

SubprotocolList Subprotocols(const char* names) { return *SubprotocolList::Parse(names); }

/// Plays one upgrade: `answer` with KEY replaced by the right accept value, split at `split`.
struct Upgrade {
  explicit Upgrade(const DialOptions& given) : options(given), handshake(context, options) {}

  ClientHandshake::State Answer(std::string answer, size_t split = std::string::npos) {
    if (const size_t at = answer.find("KEY"); at != std::string::npos) {
      answer.replace(at, 3, AcceptFor(handshake.key()));
    }
    split = std::min(split, answer.size());
    const ClientHandshake::State state = handshake.Feed(answer.substr(0, split));
    if (split == answer.size() || state != ClientHandshake::State::kNeedMore) return state;
    return handshake.Feed(answer.substr(split));
  }

  DialOptions options;
  FrameContext context;
  ClientHandshake handshake;
};

constexpr char kGood[] =
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Accept: KEY\r\n";

std::string CauseOf(const std::string& answer, const DialOptions& options = Options()) {
  Upgrade upgrade(options);
  const ClientHandshake::State state = upgrade.Answer(answer);
  return state == ClientHandshake::State::kDone     ? "done"
         : state == ClientHandshake::State::kFailed ? upgrade.handshake.cause()
                                                    : "need more";
}

TEST(UpgradeTemplateTest, MakesARequest) {
  DialOptions options = Options();
  options.headers = {{"X-AutoClose", "true"}};
  options.subprotocol = Subprotocols("im.v2,im.v1");
  const std::string request = UpgradeTemplate(options).Request("/ws?token=t", "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_THAT(request, ::testing::StartsWith("GET /ws?token=t HTTP/1.1\r\nHost: gateway.example:9002\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nUpgrade: websocket\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nConnection: Upgrade\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nSec-WebSocket-Version: 13\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nSec-WebSocket-Protocol: im.v2, im.v1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-AutoClose: true\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("Extensions")));
  EXPECT_THAT(request, ::testing::EndsWith("\r\n\r\n"));
}

TEST(UpgradeTemplateTest, OffersCompressionAndTakesAnotherHost) {
  DialOptions options = Options();
  options.compress = Compression::kContext;
  options.headers = {{"host", "other.example"}};
  const std::string request = UpgradeTemplate(options).Request("/", "k");
  EXPECT_THAT(request, HasSubstr("\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=15, "
                                 "permessage-deflate; client_max_window_bits\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nhost: other.example\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("gateway.example")));
}

TEST(UpgradeTemplateTest, RefusesHeadersThatWouldBreakTheRequest) {
  DialOptions options = Options();
  for (const auto& header : std::vector<std::pair<std::string, std::string>>{
           {"", "x"}, {"a b", "x"}, {"a", "x\r\nInjected: 1"}, {"Upgrade", "h2c"}, {"sec-websocket-key", "x"}}) {
    options.headers = {header};
    EXPECT_EQ(UpgradeTemplate::Check(options).code(), absl::StatusCode::kInvalidArgument) << header.first;
  }
  options.headers = {{"Authorization", "Bearer x"}};
  EXPECT_TRUE(UpgradeTemplate::Check(options).ok());
}

TEST(ClientHandshakeTest, KeysDiffer) {
  FrameContext context;
  const DialOptions options = Options();
  const ClientHandshake first(context, options);
  const ClientHandshake second(context, options);
  EXPECT_EQ(first.key().size(), 24u);
  EXPECT_NE(first.key(), second.key());
}

TEST(ClientHandshakeTest, AcceptsAtEverySplitAndKeepsWhatFollows) {
  const std::string answer = std::string(kGood) + "\r\n" + ServerFrame(2, "early");
  for (size_t split = 0; split < answer.size() + 25; ++split) {
    Upgrade upgrade(Options());
    ClientHandshake::State state = upgrade.Answer(answer, split);
    ASSERT_EQ(state, ClientHandshake::State::kDone) << split << upgrade.handshake.detail();
    // What follows may come with the header's end or after it, then it is not the handshake's any more.
    ASSERT_TRUE(ServerFrame(2, "early").starts_with(upgrade.handshake.rest())) << split;
  }
  Upgrade whole(Options());
  ASSERT_EQ(whole.Answer(answer), ClientHandshake::State::kDone);
  EXPECT_EQ(whole.handshake.rest(), ServerFrame(2, "early"));
}

TEST(ClientHandshakeTest, RefusesWhatIsNoUpgrade) {
  EXPECT_EQ(CauseOf("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), "http_403");
  EXPECT_EQ(CauseOf("HTTP/1.1 200 OK\r\n\r\n<html>"), "http_200");
  EXPECT_EQ(CauseOf("SSH-2.0-OpenSSH_9.2\r\n"), "not_websocket");
  EXPECT_EQ(CauseOf("H"), "need more");
  EXPECT_EQ(CauseOf("HTTP/1.1 abc def\r\n\r\n"), "not_websocket");
  EXPECT_EQ(CauseOf("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n"),
            "bad_upgrade");
  EXPECT_EQ(CauseOf("HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: KEY\r\n\r\n"), "bad_upgrade");
  EXPECT_EQ(CauseOf(std::string(kGood) + "X: " + std::string(20'000, 'x') + "\r\n\r\n"), "bad_upgrade");
  EXPECT_EQ(CauseOf("HTTP/1.1 " + std::string(20'000, 'x')), "bad_upgrade");
}

TEST(ClientHandshakeTest, SaysWhyInOneLine) {
  Upgrade refused(Options());
  refused.Answer("HTTP/1.1 401 Unauthorized\r\n\r\n");
  EXPECT_THAT(refused.handshake.detail(), HasSubstr("401 Unauthorized"));
  EXPECT_THAT(refused.handshake.detail(), HasSubstr("token"));
  Upgrade foreign(Options());
  foreign.Answer("\x16\x03\x01\n binary");
  EXPECT_THAT(foreign.handshake.detail(), Not(HasSubstr("\n")));
}

TEST(ClientHandshakeTest, ChecksExtensions) {
  const std::string deflate = std::string(kGood) + "Sec-WebSocket-Extensions: permessage-deflate";
  EXPECT_EQ(CauseOf(deflate + "\r\n\r\n"), "bad_upgrade") << "not offered";
  DialOptions options = Options();
  options.compress = Compression::kContext;
  options.context_window_bits = 12;
  EXPECT_EQ(CauseOf(std::string(kGood) + "\r\n", options), "done") << "the server need not take it";
  EXPECT_EQ(CauseOf(deflate + "; unknown=1\r\n\r\n", options), "bad_upgrade");
  EXPECT_EQ(CauseOf(deflate + "; client_max_window_bits=16\r\n\r\n", options), "bad_upgrade");
  EXPECT_EQ(CauseOf(std::string(kGood) + "Sec-WebSocket-Extensions: x-other\r\n\r\n", options), "bad_upgrade");
  Upgrade upgrade(options);
  ASSERT_EQ(upgrade.Answer(deflate + "; server_no_context_takeover; client_max_window_bits=10; "
                                     "server_max_window_bits=15\r\n\r\n"),
            ClientHandshake::State::kDone)
      << upgrade.handshake.detail();
  EXPECT_TRUE(upgrade.handshake.deflate().enabled);
  EXPECT_TRUE(upgrade.handshake.deflate().server_no_context_takeover);
  EXPECT_EQ(upgrade.handshake.deflate().client_window_bits, 10);
  EXPECT_EQ(upgrade.handshake.deflate().context_window_bits, 10) << "no more than agreed";
  Upgrade wide(options);
  ASSERT_EQ(wide.Answer(deflate + "\r\n\r\n"), ClientHandshake::State::kDone);
  EXPECT_EQ(wide.handshake.deflate().client_window_bits, 15);
  EXPECT_EQ(wide.handshake.deflate().context_window_bits, 12) << "no more than the run needs";
}

TEST(ClientHandshakeTest, ChecksTheSubprotocol) {
  const std::string chosen = std::string(kGood) + "Sec-WebSocket-Protocol: im.v1\r\n\r\n";
  EXPECT_EQ(CauseOf(chosen), "bad_upgrade") << "not offered";
  DialOptions options = Options();
  options.subprotocol = Subprotocols("im.v1");
  EXPECT_EQ(CauseOf(chosen, options), "done");
  EXPECT_EQ(CauseOf(std::string(kGood) + "\r\n", options), "bad_upgrade") << "not chosen";
  options.subprotocol = Subprotocols("im.v2, im.v1 ,im.v0");
  EXPECT_EQ(CauseOf(chosen, options), "done") << "any of them";
  for (const char* other : {"IM.V1", "im.v3", "im.v2, im.v1", "im"}) {
    EXPECT_EQ(CauseOf(std::string(kGood) + "Sec-WebSocket-Protocol: " + other + "\r\n\r\n", options), "bad_upgrade")
        << other;
  }
}

TEST(ClientHandshakeTest, SaysWhatIsWrongWithTheSubprotocol) {
  const auto detail = [](const char* offered, const std::string& header) {
    DialOptions options = Options();
    options.subprotocol = Subprotocols(offered);
    Upgrade upgrade(options);
    EXPECT_EQ(upgrade.Answer(kGood + header + "\r\n"), ClientHandshake::State::kFailed);
    return upgrade.handshake.detail();
  };
  EXPECT_EQ(detail("", "Sec-WebSocket-Protocol: chat\r\n"),
            "the server chose the subprotocol \"chat\", though none was offered; name it with -subprotocol");
  EXPECT_EQ(detail("b,a", "Sec-WebSocket-Protocol: A\r\n"),
            "the server chose the subprotocol \"A\", though \"b, a\" was offered");
  EXPECT_EQ(
      detail("a", ""),
      "the server chose no subprotocol, though \"a\" was offered; leave out -subprotocol, or name one that it has");
}

TEST(ClientHandshakeTest, TellsWhenTheServerLeaves) {
  Upgrade silent(Options());
  silent.handshake.EndOfStream();
  EXPECT_EQ(silent.handshake.cause(), "reset");
  Upgrade cut(Options());
  cut.Answer("HTTP/1.1 101 Swi");
  cut.handshake.EndOfStream();
  EXPECT_EQ(cut.handshake.cause(), "bad_upgrade");
}

}  // namespace
}  // namespace wsload
