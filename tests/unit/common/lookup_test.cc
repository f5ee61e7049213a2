#include "common/net/lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/time/clock.h"
#include "common/util/status.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Texts(const absl::StatusOr<std::vector<SocketAddress>>& addresses) {
  std::vector<std::string> texts;
  if (!addresses.ok()) return texts;
  for (const SocketAddress& address : *addresses) texts.push_back(address.ToString());
  return texts;
}

TEST(LookUpTest, LiteralsAreTheirOwnAddress) {
  EXPECT_THAT(Texts(LookUp("127.0.0.1", 7400)), ElementsAre("127.0.0.1:7400"));
  EXPECT_THAT(Texts(LookUp("::1", 0)), ElementsAre("[::1]:0"));
  EXPECT_THAT(Texts(LookUp("0.0.0.0", 80)), ElementsAre("0.0.0.0:80"));
}

TEST(LookUpTest, AZoneStaysWithItsAddress) {
  EXPECT_THAT(Texts(LookUp("fe80::1%lo", 80)), ElementsAre("[fe80::1%lo]:80"));
}

TEST(LookUpTest, FailsWithTheReasonAlone) {
  // No text that could be a name: nobody is asked.
  for (const char* host : {"1.2.3.4.5:6", "fe80::zz"}) {
    const auto addresses = LookUp(host, 80);
    ASSERT_FALSE(addresses.ok()) << host;
    EXPECT_EQ(addresses.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_FALSE(Text(addresses.status()).empty());
    EXPECT_EQ(Text(addresses.status()).find(host), std::string_view::npos);
    EXPECT_EQ(Text(addresses.status()).find('\n'), std::string_view::npos);
  }
}

TEST(LookUpTest, WithinATimeItIsTheSame) {
  EXPECT_THAT(Texts(LookUpWithin("127.0.0.1", 7400, 10 * kNsPerSecond)), ElementsAre("127.0.0.1:7400"));
  EXPECT_EQ(LookUpWithin("fe80::zz", 7400, 10 * kNsPerSecond).status().code(), absl::StatusCode::kUnavailable);
}

TEST(SocketAddressTest, ThePortCanBeChanged) {
  for (const char* literal : {"127.0.0.1", "::1"}) {
    SocketAddress address = *SocketAddress::FromLiteral(literal, 1);
    EXPECT_EQ(address.port(), 1);
    address.set_port(65535);
    EXPECT_EQ(address.port(), 65535);
    EXPECT_EQ(address, *SocketAddress::FromLiteral(literal, 65535));
  }
}

}  // namespace
}  // namespace wsload
