#include "common/net/source_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/util/status.h"
#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Literals(std::string_view text) {
  const auto list = SourceList::Parse(text);
  if (!list.ok()) return {TextInBoth(list.status())};
  std::vector<std::string> literals;
  for (const SocketAddress& address : list->addresses()) literals.push_back(address.Literal());
  return literals;
}

std::string Line(std::string_view text) {
  const auto list = SourceList::Parse(text);
  if (list.ok()) return "";
  EXPECT_EQ(list.status().code(), absl::StatusCode::kInvalidArgument);
  return TextInBoth(list.status());
}

TEST(SourceListTest, AddressesAndRangesInTheOrderWritten) {
  EXPECT_THAT(Literals(""), ElementsAre());
  EXPECT_THAT(Literals("10.0.0.5"), ElementsAre("10.0.0.5"));
  EXPECT_THAT(Literals("127.0.0.2-127.0.0.4,10.0.0.5"), ElementsAre("127.0.0.2", "127.0.0.3", "127.0.0.4", "10.0.0.5"));
  EXPECT_THAT(Literals("10.0.0.7-10.0.0.7"), ElementsAre("10.0.0.7"));
  EXPECT_THAT(Literals("10.0.0.254-10.0.1.1"), ElementsAre("10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1"));
  EXPECT_THAT(Literals("fd00::fffe-fd00::1:1,::1"),
              ElementsAre("fd00::fffe", "fd00::ffff", "fd00::1:0", "fd00::1:1", "::1"));
}

TEST(SourceListTest, PortsAreLeftToTheKernel) {
  const auto list = SourceList::Parse("10.0.0.5,::1");
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list->addresses()[0].ToString(), "10.0.0.5:0");
  EXPECT_EQ(list->addresses()[1].ToString(), "[::1]:0");
}

TEST(SourceListTest, EveryMistakeHasItsLine) {
  for (const char* text : {"localhost", "10.0.0", "10.0.0.5,", ",", " 10.0.0.5", "10.0.0.1-", "-10.0.0.1", "10.0.0.1-9",
                           "10.0.0.1-10.0.0.2-10.0.0.3", "[::1]", "fe80::1%eth0", "10.0.0.0/24", "10.0.0.5:80"}) {
    EXPECT_THAT(Line(text), HasSubstr("no IP address and no range")) << text;
  }
  EXPECT_THAT(Line(std::string_view("10.0.0.5\0", 9)), HasSubstr("no IP address"));
  EXPECT_THAT(Line("10.0.0.1-::1"), HasSubstr("from IPv4 to IPv6"));
  EXPECT_THAT(Line("10.0.0.9-10.0.0.1"), HasSubstr("turn it around"));
  for (const char* text : {"0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "ff02::1", "223.255.255.255-224.0.0.0"}) {
    EXPECT_THAT(Line(text), HasSubstr("no connection can come from")) << text;
  }
  EXPECT_THAT(Line("10.0.0.1-10.0.0.9,10.0.0.4"), HasSubstr("10.0.0.4 is listed twice"));
  EXPECT_THAT(Line("::1,0:0:0:0:0:0:0:1"), HasSubstr("::1 is listed twice"));
}

TEST(SourceListTest, KeepsItsTextAndSharesItsAddresses) {
  const SourceList list = *SourceList::Parse("127.0.0.2-127.0.0.4,::1");
  EXPECT_EQ(list.text(), "127.0.0.2-127.0.0.4,::1");
  EXPECT_FALSE(list.empty());
  const SourceList copy = list;
  EXPECT_EQ(copy, list);
  EXPECT_EQ(&copy.addresses(), &list.addresses());
  EXPECT_TRUE(SourceList().empty());
  EXPECT_FALSE(SourceList() == list);
}

TEST(SourceListTest, TheNumberOfAddressesIsBounded) {
  EXPECT_EQ(Line(std::string(65537, '1')), "over 65536 bytes; write ranges, as in 10.0.0.5-10.0.0.9");
  EXPECT_EQ(Literals("10.0.0.0-10.0.15.255").size(), 4096u);
  EXPECT_THAT(Line("10.0.0.0-10.0.16.0"), HasSubstr("more than 4096 addresses"));
  EXPECT_THAT(Line("fd00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), HasSubstr("more than 4096 addresses"));
  EXPECT_THAT(Line("10.0.0.0-10.0.15.255,10.1.0.0"), HasSubstr("more than 4096 addresses"));
}

TEST(SocketAddressTest, OneOrderForAll) {
  std::vector<SocketAddress> addresses;
  for (const char* literal : {"::2", "10.0.0.10", "::1", "9.255.0.1", "10.0.0.9"}) {
    addresses.push_back(*SocketAddress::FromLiteral(literal, 1));
  }
  std::sort(addresses.begin(), addresses.end());
  std::vector<std::string> sorted;
  for (const SocketAddress& address : addresses) sorted.push_back(address.ToString());
  EXPECT_THAT(sorted, ElementsAre("9.255.0.1:1", "10.0.0.9:1", "10.0.0.10:1", "[::1]:1", "[::2]:1"));
  EXPECT_LT(*SocketAddress::FromLiteral("10.0.0.9", 80), *SocketAddress::FromLiteral("10.0.0.9", 443));
  EXPECT_EQ(*SocketAddress::FromLiteral("::1", 80), *SocketAddress::FromLiteral("0::1", 80));
}

}  // namespace
}  // namespace wsload
