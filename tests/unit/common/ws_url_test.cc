#include "common/net/ws_url.h"

#include <gtest/gtest.h>

#include <random>

#include "common/util/status.h"
#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

std::string ErrorOf(std::string_view text) { return TextInBoth(ParseWsUrl(text).status()); }

TEST(ParseWsUrl, ReadsAllParts) {
  const auto url = ParseWsUrl("wss://gate.example:9443/im/ws?room=7&x=%20");
  ASSERT_TRUE(url.ok());
  EXPECT_TRUE(url->secure);
  EXPECT_EQ(url->host, "gate.example");
  EXPECT_EQ(url->port, 9443);
  EXPECT_EQ(url->path, "/im/ws");
  EXPECT_EQ(url->query, "room=7&x=%20");
  EXPECT_EQ(url->Target(), "/im/ws?room=7&x=%20");
  EXPECT_EQ(url->HostHeader(), "gate.example:9443");
}

TEST(ParseWsUrl, FillsInWhatIsLeftOut) {
  const auto plain = ParseWsUrl("ws://h");
  ASSERT_TRUE(plain.ok());
  EXPECT_FALSE(plain->secure);
  EXPECT_EQ(plain->port, 80);
  EXPECT_EQ(plain->Target(), "/");
  EXPECT_EQ(plain->HostHeader(), "h");
  EXPECT_EQ(ParseWsUrl("WSS://h")->port, 443);
  EXPECT_EQ(ParseWsUrl("wss://h:443/")->HostHeader(), "h");
  EXPECT_EQ(ParseWsUrl("wss://h:80/")->HostHeader(), "h:80");
  EXPECT_EQ(ParseWsUrl("ws://h?a=1")->Target(), "/?a=1");
  EXPECT_EQ(ParseWsUrl("ws://h/p?")->Target(), "/p");
  EXPECT_EQ(ParseWsUrl("ws://h/a?b?c/d")->Target(), "/a?b?c/d");
}

TEST(ParseWsUrl, KeepsIpv6InBrackets) {
  const auto url = ParseWsUrl("ws://[2001:db8::1]:9002/ws");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->host, "2001:db8::1");
  EXPECT_EQ(url->HostHeader(), "[2001:db8::1]:9002");
  EXPECT_EQ(ParseWsUrl("ws://[::1]")->HostHeader(), "[::1]");
}

TEST(ParseWsUrl, SaysWhatIsWrong) {
  const std::string example = ", for example ws://localhost:9002/ws";
  EXPECT_EQ(ErrorOf("http://x"), "a WebSocket server's URL begins with ws:// instead of http://" + example);
  EXPECT_EQ(ErrorOf("HTTPS://x"), "a WebSocket server's URL begins with wss:// instead of https://" + example);
  EXPECT_EQ(ErrorOf(""), "want ws:// or wss://" + example);
  EXPECT_EQ(ErrorOf("localhost:9002/ws"), "want ws:// or wss://" + example);
  EXPECT_EQ(ErrorOf("://h"), "want ws:// or wss://" + example);
  EXPECT_EQ(ErrorOf("ws:/h"), "want ws:// or wss://" + example);
  EXPECT_EQ(ErrorOf("ws://"), "the host is missing" + example);
  EXPECT_EQ(ErrorOf("ws:///ws"), "the host is missing" + example);
  EXPECT_EQ(ErrorOf("ws://:9002"), "the host is missing" + example);
  EXPECT_EQ(ErrorOf("ws://h:0/"), "the port must be a number from 1 to 65535" + example);
  EXPECT_EQ(ErrorOf("ws://h:70000/"), "the port must be a number from 1 to 65535" + example);
  EXPECT_EQ(ErrorOf("ws://h/#top"),
            "a WebSocket URL has no fragment; leave out '#' and what follows, or write %23" + example);
  EXPECT_EQ(ErrorOf("ws://h/a\tb"), "a line break, tab or other control character; leave it out" + example);
  EXPECT_EQ(ErrorOf("ws://h/\xC3"), "bytes that are not UTF-8; percent-encode them" + example);
  EXPECT_EQ(ErrorOf("ws://me:se:cret@h:x/").find("cret"), std::string::npos);
}

TEST(ParseWsUrl, RefusesWhatCouldSplitTheRequest) {
  for (const char* text : {"ws://h/\r\nX: y", "ws://h\n/", "ws://h/\t", "ws://h/\x7f", "ws://u%0d%0aX:1@h/",
                           "ws://a b/", "ws://h?\x01", "ws://[::1", "ws://::1/", "ws://a:b:1/"}) {
    EXPECT_FALSE(ParseWsUrl(text).ok()) << text;
  }
  EXPECT_FALSE(ParseWsUrl(std::string_view("ws://h/\0", 8)).ok());
  EXPECT_FALSE(ParseWsUrl("ws://h/" + std::string(65536, 'a')).ok());
  EXPECT_TRUE(ParseWsUrl("ws://h/" + std::string(65000, 'a')).ok());
}

struct Form {
  const char* typed;
  const char* host_header;
  const char* target;
};

// As Node's ws and curl send them, where these two agree; what must be escaped is.
TEST(ParseWsUrl, TakesWhatOthersTake) {
  const Form forms[] = {
      {"ws://h", "h", "/"},
      {"ws://h?x=1", "h", "/?x=1"},
      {"ws://h:/", "h", "/"},
      {"ws://h:09002/", "h:9002", "/"},
      {"WS://LOCALHOST:9002/A", "localhost:9002", "/A"},
      {"ws://localhost.:9002/", "localhost.:9002", "/"},
      {" ws://h/ ", "h", "/"},
      {"ws://%6cocalhost/", "localhost", "/"},
      {"ws://127.1:9002/", "127.0.0.1:9002", "/"},
      {"ws://0x7f000001/", "127.0.0.1", "/"},
      {"ws://a_b.example/", "a_b.example", "/"},
      {"ws://h/a/../b/./c", "h", "/b/c"},
      {"ws://h/a/..", "h", "/"},
      {"ws://h/../../x/", "h", "/x/"},
      {"ws://h//x//y", "h", "//x//y"},
      {"ws://h/a;b=c,d", "h", "/a;b=c,d"},
      {"ws://h/a%20b/%E4%BD%A0?q=%2F&r=a+b", "h", "/a%20b/%E4%BD%A0?q=%2F&r=a+b"},
      {"ws://h/%zz", "h", "/%zz"},
      {"ws://h/[1]?[2]", "h", "/[1]?[2]"},
      {"ws://h/a b", "h", "/a%20b"},
      {"ws://h/你?q=你", "h", "/%E4%BD%A0?q=%E4%BD%A0"},
      {"ws://h/{1}|\"x\"<>^`\\", "h", "/%7B1%7D%7C%22x%22%3C%3E%5E%60%5C"},
      {"ws://h/?r={1}|\"x\"", "h", "/?r=%7B1%7D%7C%22x%22"},
      {"ws://bücher.example/", "xn--bcher-kva.example", "/"},
      {"ws://BÜCHER.example/", "xn--bcher-kva.example", "/"},
      {"ws://网关.example:9002/", "xn--d6q013i.example:9002", "/"},
      {"ws://例え。テスト/", "xn--r8jz45g.xn--zckzah", "/"},
      {"ws://münchen-ost.de/", "xn--mnchen-ost-9db.de", "/"},
  };
  for (const Form& form : forms) {
    const auto url = ParseWsUrl(form.typed);
    ASSERT_TRUE(url.ok()) << form.typed << ": " << Text(url.status());
    EXPECT_EQ(url->HostHeader(), form.host_header) << form.typed;
    EXPECT_EQ(url->Target(), form.target) << form.typed;
  }
}

TEST(ParseWsUrl, KeepsTheUserPartApart) {
  EXPECT_EQ(ParseWsUrl("ws://u:p%40@h:1/")->user_info, "u:p@");
  EXPECT_EQ(ParseWsUrl("ws://u:p%40@h:1/")->HostHeader(), "h:1");
  EXPECT_EQ(ParseWsUrl("ws://u@h/")->user_info, "u:");
  EXPECT_EQ(ParseWsUrl("ws://@h/")->user_info, "");
  EXPECT_EQ(ParseWsUrl("ws://h/")->user_info, "");
}

TEST(ParseWsUrl, RefusesNamesThatItCannotConvert) {
  EXPECT_NE(ErrorOf("ws://bu\u0308cher.example/").find("xn--"), std::string::npos);
  EXPECT_FALSE(ParseWsUrl("ws://" + std::string(64, 'a') + ".example/").ok());
  std::string wide;
  for (int i = 0; i < 60; ++i) wide += "你";
  EXPECT_FALSE(ParseWsUrl("ws://" + wide + "/").ok());
}

TEST(WsUrl, TargetAppendsTheEncodedToken) {
  EXPECT_EQ(ParseWsUrl("ws://h/ws?a=1&")->Target("token", "t"), "/ws?a=1&token=t");
  EXPECT_EQ(ParseWsUrl("ws://h/ws")->Target("token", "a.b-c_d~9"), "/ws?token=a.b-c_d~9");
  EXPECT_EQ(ParseWsUrl("ws://h/ws?x=1")->Target("token", "a+b/c=&#\n é"),
            "/ws?x=1&token=a%2Bb%2Fc%3D%26%23%0A%20%C3%A9");
  EXPECT_EQ(ParseWsUrl("ws://h/ws?a=1&")->Target("token", "t"), "/ws?a=1&token=t");
  EXPECT_EQ(ParseWsUrl("ws://h/ws?a=1&")->Target(), "/ws?a=1&");
  EXPECT_EQ(ParseWsUrl("ws://h/ws?")->Target("token", "t"), "/ws?token=t");
  EXPECT_EQ(ParseWsUrl("ws://h/ws?x=1")->Target("", "unused"), "/ws?x=1");
  EXPECT_EQ(ParseWsUrl("ws://h")->Target("t", ""), "/?t=");
}

TEST(ParseWsUrl, AcceptedUrlsGiveOneLineRequests) {
  std::mt19937 random(11);
  constexpr std::string_view kAlphabet = "[]:.@0123ab-_% \n\r/?#&=\x7f\xC3";
  for (int round = 0; round < 100'000; ++round) {
    std::string text = random() % 2 == 0 ? "ws://" : "wss://";
    for (size_t length = random() % 14; length > 0; --length) text += kAlphabet[random() % kAlphabet.size()];
    const auto url = ParseWsUrl(text);
    if (!url.ok()) continue;
    const std::string target = url->Target("t", "v");
    ASSERT_EQ(target.front(), '/');
    ASSERT_EQ((target + url->HostHeader()).find_first_of("\r\n #"), std::string::npos) << text;
    ASSERT_FALSE(url->host.empty());
    ASSERT_GT(url->port, 0);
  }
}

}  // namespace
}  // namespace wsload
