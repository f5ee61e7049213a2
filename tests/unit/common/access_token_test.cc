#include "common/security/access_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "common/util/status.h"
#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kToken[] = "0123456789abcdef";

class AccessTokenTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& content) const {
    std::ofstream(path_, std::ios::binary) << content;
    return path_;
  }
  ~AccessTokenTest() override { std::filesystem::remove(path_); }

  const std::string path_ =
      testing::TempDir() + "token-" + testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(AccessTokenTest, ComesFromTheFileThenFromTheEnvironment) {
  EXPECT_EQ(ReadAccessToken("", {}).value(), "");
  EXPECT_EQ(ReadAccessToken("", {{"WSLOAD_TOKEN", kToken}}).value(), kToken);
  EXPECT_EQ(ReadAccessToken(Write("fedcba9876543210\n"), {{"WSLOAD_TOKEN", kToken}}).value(), "fedcba9876543210");
}

TEST_F(AccessTokenTest, WhatIsNoTokenIsRefusedWithoutShowingIt) {
  for (const std::string bad : {"secret7", "secret7 with spaces in it", "secret7\nsecond line of it",
                                "secret7-with-\x01-control", "secret7-not-ascii-\xc3\xa9"}) {
    for (const auto& read : {ReadAccessToken(Write(bad), {}), ReadAccessToken("", {{"WSLOAD_TOKEN", bad}})}) {
      ASSERT_FALSE(read.ok()) << bad;
      EXPECT_THAT(std::string(Text(read.status())), Not(HasSubstr("secret7")));
      EXPECT_THAT(TextInBoth(read.status()), HasSubstr("openssl rand -hex 32"));
    }
  }
  EXPECT_FALSE(ReadAccessToken(Write(""), {}).ok());
  EXPECT_FALSE(ReadAccessToken(Write(std::string(5000, 'x')), {}).ok());
  EXPECT_FALSE(ReadAccessToken("/nonexistent/token", {}).ok());
}

TEST(CarriesToken, TheWholeTokenAndNothingElse) {
  EXPECT_TRUE(CarriesToken("Bearer 0123456789abcdef", kToken));
  for (const char* wrong :
       {"", "Bearer", "Bearer ", "0123456789abcdef", "bearer 0123456789abcdef", "Bearer  0123456789abcdef",
        "Bearer 0123456789abcde", "Bearer 0123456789abcdef0", "Bearer 0123456789abcdeg", "Basic 0123456789abcdef"}) {
    EXPECT_FALSE(CarriesToken(wrong, kToken)) << wrong;
  }
}

}  // namespace
}  // namespace wsload
