#include "common/flags/nearest_name.h"

#include <gtest/gtest.h>

namespace wsload {
namespace {

const std::vector<std::string> kNames = {"clients", "mps", "duration", "server", "resp-timeout", "conn-timeout", "x"};

TEST(NearestName, FindsTheSlip) {
  EXPECT_EQ(NearestName("clinets", kNames), "clients");
  EXPECT_EQ(NearestName("client", kNames), "clients");
  EXPECT_EQ(NearestName("cleints", kNames), "clients");
  EXPECT_EQ(NearestName("resptimeout", kNames), "resp-timeout");
  EXPECT_EQ(NearestName("mp", kNames), "mps");
  EXPECT_EQ(NearestName("spm", kNames), "");
}

TEST(NearestName, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(NearestName("bananas", kNames), "");
  EXPECT_EQ(NearestName("", kNames), "");
  EXPECT_EQ(NearestName(std::string(100'000, 'c'), kNames), "");
  EXPECT_EQ(NearestName("clients", {}), "");
}

}  // namespace
}  // namespace wsload
