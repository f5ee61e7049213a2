#include "agent/websocket/client_handshake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/util/status.h"
#include "common/version.h"
#include "tests/support/chinese_lines.h"
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
  EXPECT_THAT(request, HasSubstr(std::string("\r\nUser-Agent: wsload/") + kVersion + "\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("Authorization")));
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

TEST(UpgradeTemplateTest, SaysWhoItIsUnlessAHeaderDoes) {
  DialOptions options = Options();
  options.url.user_info = "u:p@";
  options.user_agent_note = " (check)";
  EXPECT_THAT(UpgradeTemplate(options).Request("/", "k"), HasSubstr("\r\nAuthorization: Basic dTpwQA==\r\n"));
  EXPECT_THAT(UpgradeTemplate(options).Request("/", "k"), HasSubstr(std::string(kVersion) + " (check)\r\n"));
  options.headers = {{"user-agent", "Mozilla/5.0"}, {"authorization", "Bearer x"}};
  const std::string request = UpgradeTemplate(options).Request("/", "k");
  EXPECT_THAT(request, Not(HasSubstr("wsload")));
  EXPECT_THAT(request, Not(HasSubstr("Basic")));
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
    ASSERT_EQ(state, ClientHandshake::State::kDone) << split << upgrade.handshake.detail().english();
    // What follows may come with the header's end or after it, then it is not the handshake's any more.
    ASSERT_TRUE(ServerFrame(2, "early").starts_with(upgrade.handshake.rest())) << split;
  }
  Upgrade whole(Options());
  ASSERT_EQ(whole.Answer(answer), ClientHandshake::State::kDone);
  EXPECT_EQ(whole.handshake.rest(), ServerFrame(2, "early"));
}

std::string Head(const std::string& status_line, const std::string& end = "\r\n") {
  return status_line + end + "Upgrade: websocket" + end + "Connection: Upgrade" + end + "Sec-WebSocket-Accept: KEY" +
         end + end;
}

TEST(ClientHandshakeTest, TakesWhatOthersTakeAtEverySplit) {
  const std::string good = std::string(kGood) + "\r\n";
  const std::string accept = "Sec-WebSocket-Accept: KEY\r\n\r\n";
  const std::string start = "HTTP/1.1 101 Switching Protocols\r\n";
  const std::vector<std::string> answers = {
      Head("HTTP/1.1 101 "),
      Head("HTTP/1.1 101"),
      Head("HTTP/1.0 101 Switching Protocols"),
      Head("HTTP/1.1 101 Switching Protocols", "\n"),
      "HTTP/1.1 100 Continue\r\n\r\n" + good,
      "HTTP/1.1 103 Early Hints\r\nLink: </app.css>; rel=preload\r\n\r\nHTTP/1.1 102\r\n\r\n" + good,
      start + "Upgrade:websocket\r\nConnection:\tkeep-alive\r\nConnection: Upgrade \r\n" + accept,
      start + "Upgrade: h2c, websocket\r\nConnection: Upgrade\r\nX-Long: one\r\n  two\r\n" + accept,
      start + "Upgrade :\r\n websocket\r\nConnection: close, UPGRADE\r\nContent-Length: 0\r\n" + accept,
  };
  for (const std::string& answer : answers) {
    for (size_t split = 0; split < answer.size() + 25; ++split) {
      Upgrade upgrade(Options());
      ASSERT_EQ(upgrade.Answer(answer, split), ClientHandshake::State::kDone)
          << split << " " << answer << upgrade.handshake.detail().english();
      ASSERT_EQ(upgrade.handshake.rest(), "") << split;
    }
  }
}

TEST(ClientHandshakeTest, TakesManyHeadersAndManyInterimAnswersWithinABound) {
  std::string cookies = kGood;
  for (int i = 0; i < 100; ++i) cookies += "Set-Cookie: s=" + std::string(2000, 'x') + "\r\n";
  EXPECT_EQ(CauseOf(cookies + "\r\n"), "done");
  std::string interim;
  for (int i = 0; i < 1000; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(CauseOf(interim + kGood + "\r\n"), "done");
  for (int i = 0; i < 14; ++i) interim += interim.substr(0, 25'000);
  EXPECT_EQ(CauseOf(interim), "bad_upgrade");
}

/// What is said of a refusal, whatever pieces it comes in.
std::string DetailOf(const std::string& answer, const DialOptions& options = Options()) {
  std::string first;
  for (size_t split = 0; split <= answer.size(); ++split) {
    Upgrade upgrade(options);
    if (upgrade.Answer(answer, split) == ClientHandshake::State::kNeedMore) upgrade.handshake.EndOfStream();
    if (split == 0) first = upgrade.handshake.detail().english();
    EXPECT_EQ(upgrade.handshake.detail().english(), first) << split;
  }
  return first;
}

TEST(ClientHandshakeTest, QuotesWhyTheServerRefuses) {
  EXPECT_THAT(DetailOf("HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "19\r\nOrigin header is required\r\n0\r\n\r\n"),
              HasSubstr("403 Forbidden instead of 101 Switching Protocols: \"Origin header is required\""));
  EXPECT_THAT(DetailOf("HTTP/1.1 400 Bad Request\r\nContent-Length: 11\r\n\r\n\r\nno\r\nmore\r\n"),
              HasSubstr(": \"no\""));
  EXPECT_THAT(DetailOf("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<html>\r\n<head><style>b {}</style>"
                       "<title>502 upstream gone</title></head>"),
              HasSubstr(": \"502 upstream gone\""));
  EXPECT_THAT(DetailOf("HTTP/1.1 500\r\n\r\n{\"error\":\"boom\"}"), HasSubstr("HTTP 500 instead of"));
  EXPECT_THAT(DetailOf("HTTP/1.1 404 Not Found\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b..."), Not(HasSubstr("\"")));
  Upgrade endless(Options());
  EXPECT_EQ(endless.Answer("HTTP/1.1 500 x\r\n\r\n" + std::string(9000, 'y')), ClientHandshake::State::kFailed);
  EXPECT_LT(endless.handshake.detail().english().size(), 400u);
}

TEST(ClientHandshakeTest, SaysWhereARedirectionLeads) {
  EXPECT_THAT(DetailOf("HTTP/1.1 308 Permanent Redirect\r\nLocation: https://gw.example.com/ws/\r\n\r\n"),
              HasSubstr("Location: https://gw.example.com/ws/; redirections are not followed: is it "
                        "-server=wss://gw.example.com/ws/ ?"));
  EXPECT_THAT(DetailOf("HTTP/1.1 302 Found\r\nLocation: /login?token=abc\r\n\r\n"), Not(HasSubstr("abc")));
}

TEST(ClientHandshakeTest, RepeatsNoCredentialThatTheServerSendsBack) {
  DialOptions options = Options();
  options.headers = {{"X-Api-Key", "k3y-of-mine"}, {"Authorization", "Bearer t0ken"}};
  options.url.user_info = "me:p4ssword";
  options.url.query = "room=7&ticket=t1cket";
  const std::string detail = DetailOf(
      "HTTP/1.1 401 Unauthorized\r\n\r\nk3y-of-mine t0ken p4ssword t1cket eyJhbGciOiJIUzI1NiJ9.eyJ1IjoxfQ.c2ln room "
      "7\n",
      options);
  EXPECT_THAT(detail, HasSubstr("\"(redacted) (redacted) (redacted) (redacted) (redacted) room 7\""));
}

TEST(ClientHandshakeTest, SaysWhatIsWrongWithA101) {
  const std::string start = "HTTP/1.1 101 Switching Protocols\r\n";
  EXPECT_THAT(DetailOf(start + "Connection: Upgrade\r\nSec-WebSocket-Accept: KEY\r\n\r\n"),
              HasSubstr("101 without a Upgrade header"));
  EXPECT_THAT(DetailOf(start + "Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n"), HasSubstr("Upgrade: h2c instead of"));
  EXPECT_THAT(DetailOf(start + "garbage\r\n\r\n"), HasSubstr("\"garbage\" has no ':'"));
  EXPECT_THAT(DetailOf(start + "X\x01Y: 1\r\n\r\n"), HasSubstr("no name that HTTP allows"));
  EXPECT_THAT(DetailOf(start + std::string("X: a\0b\r\n\r\n", 10)), HasSubstr("zero byte"));
}

TEST(ClientHandshakeTest, RefusesWhatIsNoUpgrade) {
  EXPECT_EQ(CauseOf("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), "http_403");
  EXPECT_EQ(CauseOf("HTTP/1.1 204 No Content\r\n\r\n"), "http_204");
  EXPECT_EQ(CauseOf("HTTP/1.2 101 Switching Protocols\r\n\r\n"), "not_websocket");
  EXPECT_EQ(CauseOf("HTTP/2 101\r\n\r\n"), "not_websocket");
  EXPECT_EQ(CauseOf("HTTP/1.1 1010 x\r\n\r\n"), "not_websocket");
  EXPECT_EQ(CauseOf("SSH-2.0-OpenSSH_9.2\r\n"), "not_websocket");
  EXPECT_EQ(CauseOf("H"), "need more");
  EXPECT_EQ(CauseOf("HTTP/1.1 abc def\r\n\r\n"), "not_websocket");
  EXPECT_EQ(CauseOf("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n"),
            "bad_upgrade");
  EXPECT_EQ(CauseOf("HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: KEY\r\n\r\n"), "bad_upgrade");
  EXPECT_EQ(CauseOf(std::string(kGood) + "X: " + std::string(300'000, 'x') + "\r\n\r\n"), "bad_upgrade");
  EXPECT_EQ(CauseOf("HTTP/1.1 " + std::string(300'000, 'x')), "bad_upgrade");
}

TEST(ClientHandshakeTest, SaysWhyInOneLine) {
  Upgrade refused(Options());
  refused.Answer("HTTP/1.1 401 Unauthorized\r\n\r\n");
  EXPECT_TRUE(refused.handshake.refused());
  refused.handshake.EndOfStream();
  EXPECT_THAT(refused.handshake.detail().english(), HasSubstr("401 Unauthorized"));
  EXPECT_THAT(refused.handshake.detail().english(), HasSubstr("token"));
  Upgrade foreign(Options());
  foreign.Answer("\x16\x03\x01\n binary");
  EXPECT_THAT(foreign.handshake.detail().english(), Not(HasSubstr("\n")));
  EXPECT_TRUE(IsChinese(refused.handshake.detail().In(Language::kChinese)));
}

TEST(ClientHandshakeTest, ChecksExtensions) {
  const std::string deflate = std::string(kGood) + "Sec-WebSocket-Extensions: permessage-deflate";
  EXPECT_EQ(CauseOf(deflate + "\r\n\r\n"), "bad_upgrade") << "not offered";
  DialOptions options = Options();
  options.compress = Compression::kContext;
  options.context_window_bits = 12;
  EXPECT_EQ(CauseOf(std::string(kGood) + "\r\n", options), "done") << "the server need not take it";
  EXPECT_EQ(CauseOf(std::string(kGood) + "Sec-WebSocket-Extensions: Permessage-Deflate\r\n\r\n", options), "done");
  EXPECT_EQ(CauseOf(deflate + "; unknown=1\r\n\r\n", options), "bad_upgrade");
  EXPECT_EQ(CauseOf(deflate + "; client_max_window_bits=16\r\n\r\n", options), "bad_upgrade");
  EXPECT_EQ(CauseOf(std::string(kGood) + "Sec-WebSocket-Extensions: x-other\r\n\r\n", options), "bad_upgrade");
  Upgrade upgrade(options);
  ASSERT_EQ(upgrade.Answer(deflate + "; server_no_context_takeover; client_max_window_bits=10; "
                                     "server_max_window_bits=15\r\n\r\n"),
            ClientHandshake::State::kDone)
      << upgrade.handshake.detail().english();
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
    EXPECT_TRUE(IsChinese(upgrade.handshake.detail().In(Language::kChinese)));
    return upgrade.handshake.detail().english();
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
