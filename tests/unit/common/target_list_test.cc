#include "common/net/target_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/util/status.h"
#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;

TargetList Parsed(const std::string& text) {
  auto list = TargetList::Parse(text);
  EXPECT_TRUE(list.ok()) << list.status();
  return list.ok() ? *std::move(list) : TargetList();
}

TEST(TargetList, NothingListedAllowsEverything) {
  EXPECT_TRUE(TargetList().empty());
  EXPECT_TRUE(TargetList().Allows("anything", 1));
}

TEST(TargetList, HostsWithAndWithoutPorts) {
  const TargetList list = Parsed("Gateway:9002,backup,third:*,10.0.0.7,[fd00::7]:443");
  EXPECT_TRUE(list.Allows("gateway", 9002));
  EXPECT_TRUE(list.Allows("GATEWAY", 9002));
  EXPECT_FALSE(list.Allows("gateway", 9003));
  EXPECT_TRUE(list.Allows("backup", 1));
  EXPECT_TRUE(list.Allows("third", 65535));
  EXPECT_TRUE(list.Allows("10.0.0.7", 80));
  EXPECT_TRUE(list.Allows("fd00:0:0::0007", 443)) << "one address, spelled otherwise";
  EXPECT_FALSE(list.Allows("fd00::7", 80));
}

TEST(TargetList, NothingElseGetsThrough) {
  const TargetList list = Parsed("gateway:9002,127.0.0.1:9002");
  for (const char* host : {"gateway.evil", "evil.gateway", "gatewa", "gateway.", "", "127.1", "0x7f000001",
                           "2130706433", "::ffff:127.0.0.1", "localhost", "*"}) {
    EXPECT_FALSE(list.Allows(host, 9002)) << host;
  }
}

TEST(TargetList, RefusesWhatIsNoListRatherThanAllowingEverything) {
  for (const char* text : {"", ",", "gateway,", "gateway:99999", "*", "*:80", "ws://gateway", "a b", "fd00::7", ":80",
                           "user@gateway", "10.0.0.0/8"}) {
    const auto list = TargetList::Parse(text);
    ASSERT_FALSE(list.ok()) << text;
    EXPECT_THAT(TextInBoth(list.status()), HasSubstr("want host or host:port")) << text;
  }
}

}  // namespace
}  // namespace wsload
