#include "common/net/host_port.h"

#include <gtest/gtest.h>

#include <random>

#include "common/util/status.h"
#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

std::string ErrorOf(std::string_view text, bool allow_port_zero = false) {
  return TextInBoth(ParseHostPort(text, allow_port_zero).status());
}

TEST(ParseHostPort, ReadsNamesAndAddresses) {
  const auto name = ParseHostPort("agent-1.load_net:7400");
  ASSERT_TRUE(name.ok());
  EXPECT_EQ(name->host, "agent-1.load_net");
  EXPECT_EQ(name->port, 7400);
  EXPECT_EQ(name->ToString(), "agent-1.load_net:7400");
  const auto v6 = ParseHostPort("[::1]:65535");
  ASSERT_TRUE(v6.ok());
  EXPECT_EQ(v6->host, "::1");
  EXPECT_EQ(v6->port, 65535);
  EXPECT_EQ(v6->ToString(), "[::1]:65535");
}

TEST(ParseHostPort, PortZeroOnlyWhereAsked) {
  EXPECT_EQ(ParseHostPort("127.0.0.1:0", true)->port, 0);
  EXPECT_EQ(ErrorOf("127.0.0.1:0"),
            "the port must be a number from 1 to 65535; write host:port, for example 127.0.0.1:7400");
}

TEST(ParseHostPort, SaysWhatIsWrong) {
  const std::string example = "; write host:port, for example 127.0.0.1:7400";
  EXPECT_EQ(ErrorOf("localhost"), "the port is missing" + example);
  EXPECT_EQ(ErrorOf("[::1]"), "the port is missing" + example);
  EXPECT_EQ(ErrorOf(""), "the host is missing" + example);
  EXPECT_EQ(ErrorOf(":7400"), "the host is missing" + example);
  EXPECT_EQ(ErrorOf("::1:7400"), "more than one ':'; an IPv6 address needs brackets, as in [::1]:9002" + example);
  EXPECT_EQ(ErrorOf("[::1:7400"), "the IPv6 address lacks its ']'" + example);
  EXPECT_EQ(ErrorOf("[::1]7400"), "only a port may follow the ']'" + example);
  EXPECT_EQ(ErrorOf("u@h:1"), "a user name has no place here" + example);
}

TEST(ParseHostPort, RefusesBadPortsAndHosts) {
  for (const char* text : {"h:",
                           "h:x",
                           "h:65536",
                           "h:-1",
                           "h:+1",
                           "h: 1",
                           "h:1 ",
                           "h:1x",
                           "h:99999999999999999999",
                           "a b:1",
                           "a/b:1",
                           "a%41:1",
                           "h\n:1",
                           "\xC3\xA9:1",
                           "[]:1",
                           "[127.0.0.1]:1",
                           "[::g]:1",
                           "[fe80::1%eth0]:1",
                           "[::1]x:1",
                           "]:1",
                           "[:1"}) {
    EXPECT_FALSE(ParseHostPort(text).ok()) << text;
  }
  EXPECT_FALSE(ParseHostPort(std::string_view("[::1\0]:1", 8)).ok());
  EXPECT_FALSE(ParseHostPort(std::string(254, 'h') + ":1").ok());
  EXPECT_TRUE(ParseHostPort(std::string(253, 'h') + ":1").ok());
}

TEST(ParseHostPort, WhatItAcceptsItReadsBack) {
  std::mt19937 random(5);
  constexpr std::string_view kAlphabet = "[]:.@0123456789abf-_% \n";
  int accepted = 0;
  for (int round = 0; round < 100'000; ++round) {
    std::string text(random() % 12, ' ');
    for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
    const auto parsed = ParseHostPort(text, true);
    if (!parsed.ok()) continue;
    ++accepted;
    const auto again = ParseHostPort(parsed->ToString(), true);
    ASSERT_TRUE(again.ok()) << text;
    ASSERT_EQ(again->host, parsed->host);
    ASSERT_EQ(again->port, parsed->port);
  }
  EXPECT_GT(accepted, 0);
}

TEST(HostPort, KnowsLoopback) {
  for (const char* host :
       {"localhost", "LocalHost", "127.0.0.1", "127.255.0.3", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE((HostPort{host, 1}.IsLoopback())) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "128.0.0.1", "localhost.example", "127.0.0.1.example", "10.0.0.1", "",
                           "::ffff:10.0.0.1", "127.1"}) {
    EXPECT_FALSE((HostPort{host, 1}.IsLoopback())) << host;
  }
}

}  // namespace
}  // namespace wsload
