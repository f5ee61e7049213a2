#include "common/net/ws_url.h"

#include <gtest/gtest.h>

#include <random>

#include "common/util/status.h"

namespace wsload {
namespace {

std::string ErrorOf(std::string_view text) { return std::string(Text(ParseWsUrl(text).status())); }

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
  EXPECT_EQ(ErrorOf("http://x"), "want ws:// or wss://" + example);
  EXPECT_EQ(ErrorOf(""), "want ws:// or wss://" + example);
  EXPECT_EQ(ErrorOf("localhost:9002/ws"), "want ws:// or wss://" + example);
  EXPECT_EQ(ErrorOf("://h"), "want ws:// or wss://" + example);
  EXPECT_EQ(ErrorOf("ws:/h"), "want ws:// or wss://" + example);
  EXPECT_EQ(ErrorOf("ws://"), "the host is missing" + example);
  EXPECT_EQ(ErrorOf("ws:///ws"), "the host is missing" + example);
  EXPECT_EQ(ErrorOf("ws://:9002"), "the host is missing" + example);
  EXPECT_EQ(ErrorOf("ws://h:0/"), "the port must be a number from 1 to 65535" + example);
  EXPECT_EQ(ErrorOf("ws://h:70000/"), "the port must be a number from 1 to 65535" + example);
  EXPECT_EQ(ErrorOf("ws://h:/"), "the port must be a number from 1 to 65535" + example);
  EXPECT_EQ(ErrorOf("ws://me:pw@h/"), "a user name has no place here" + example);
  EXPECT_EQ(ErrorOf("ws://h/#top"), "a WebSocket URL has no fragment; leave out '#' and what follows" + example);
  EXPECT_EQ(ErrorOf("ws://h/a b"), "a blank, control or non-ASCII character; percent-encode it" + example);
}

TEST(ParseWsUrl, RefusesWhatCouldSplitTheRequest) {
  for (const char* text : {"ws://h/\r\nX: y", "ws://h\n/", "ws://h/\t", "ws://h/\x7f", "ws://h/\xC3\xA9", " ws://h/",
                           "ws://h/ ", "ws://a b/", "ws://h?\x01", "ws://[::1", "ws://::1/", "ws://a:b:1/"}) {
    EXPECT_FALSE(ParseWsUrl(text).ok()) << text;
  }
  EXPECT_FALSE(ParseWsUrl(std::string_view("ws://h/\0", 8)).ok());
  EXPECT_FALSE(ParseWsUrl("ws://h/" + std::string(8192, 'a')).ok());
  EXPECT_TRUE(ParseWsUrl("ws://h/" + std::string(8000, 'a')).ok());
}

TEST(WsUrl, TargetAppendsTheEncodedToken) {
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
