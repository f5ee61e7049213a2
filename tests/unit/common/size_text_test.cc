#include "common/util/size_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

TEST(ParseSize, ReadsUnitsOf1024) {
  EXPECT_EQ(*ParseSize("0"), 0);
  EXPECT_EQ(*ParseSize("100"), 100);
  EXPECT_EQ(*ParseSize("1k"), 1024);
  EXPECT_EQ(*ParseSize("64K"), 65'536);
  EXPECT_EQ(*ParseSize("2M"), 2 << 20);
  EXPECT_EQ(*ParseSize("1g"), 1 << 30);
  EXPECT_EQ(*ParseSize("8589934591g"), int64_t{8589934591} << 30);
}

TEST(ParseSize, RefusesTheRest) {
  for (const char* text : {"", "k", "-1", "-1k", "1.5k", "1kb", "1 k", "1kk", "x", "1t"}) {
    EXPECT_EQ(TextInBoth(ParseSize(text).status()), "not a size; write bytes, for example 100, 64k or 2m") << text;
  }
  for (const char* text : {"8589934592g", "9223372036854775808", "9223372036854775807k"}) {
    EXPECT_EQ(TextInBoth(ParseSize(text).status()), "too large a size; write for example 100, 64k or 2m") << text;
  }
}

TEST(FormatSize, IsReadBack) {
  EXPECT_EQ(FormatSize(0), "0");
  EXPECT_EQ(FormatSize(100), "100");
  EXPECT_EQ(FormatSize(1024), "1k");
  EXPECT_EQ(FormatSize(1536), "1536");
  EXPECT_EQ(FormatSize(3 << 20), "3m");
  EXPECT_EQ(FormatSize(int64_t{5} << 30), "5g");
  for (const int64_t bytes : {int64_t{0}, int64_t{1023}, int64_t{1 << 20}, std::numeric_limits<int64_t>::max()}) {
    EXPECT_EQ(*ParseSize(FormatSize(bytes)), bytes);
  }
}

}  // namespace
}  // namespace wsload
