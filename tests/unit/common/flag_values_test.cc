#include "common/flags/flag_values.h"

#include <gtest/gtest.h>

#include <limits>

#include "common/util/status.h"
#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

TEST(ParseInteger, ReadsTheWholeRange) {
  EXPECT_EQ(*ParseInteger("0", kMin, kMax), 0);
  EXPECT_EQ(*ParseInteger("+7", kMin, kMax), 7);
  EXPECT_EQ(*ParseInteger("-1", kMin, kMax), -1);
  EXPECT_EQ(*ParseInteger("9223372036854775807", kMin, kMax), kMax);
  EXPECT_EQ(*ParseInteger("-9223372036854775808", kMin, kMax), kMin);
}

TEST(ParseInteger, RefusesTheRest) {
  for (const char* text : {"", "abc", "1x", " 1", "1 ", "1.5", "1e3", "0x10", "+-1", "--1", "-", "+", "10k"}) {
    EXPECT_EQ(TextInBoth(ParseInteger(text, kMin, kMax).status()), "not a whole number; write for example 10") << text;
  }
  EXPECT_EQ(Text(ParseInteger("9223372036854775808", 0, kMax).status()),
            "out of range; must be from 0 to 9223372036854775807");
  EXPECT_EQ(Text(ParseInteger("11", 0, 10).status()), "out of range; must be from 0 to 10");
  EXPECT_FALSE(ParseInteger("-1", 0, 10).ok());
}

TEST(ParseCount, ReadsPowersOfAThousand) {
  EXPECT_EQ(*ParseCount("10"), 10);
  EXPECT_EQ(*ParseCount("2k"), 2000);
  EXPECT_EQ(*ParseCount("2K"), 2000);
  EXPECT_EQ(*ParseCount("1.5k"), 1500);
  EXPECT_EQ(*ParseCount("1.50000k"), 1500);
  EXPECT_EQ(*ParseCount("0.25M"), 250'000);
  EXPECT_EQ(*ParseCount("1g"), 1'000'000'000);
  EXPECT_EQ(*ParseCount("-5"), -5);
  for (const char* text : {"", "k", ".5k", "1.k", "1.5", "1.2345k", "1kk", "1 k", "1,5k", "5x", "1.-5k"}) {
    EXPECT_EQ(TextInBoth(ParseCount(text).status()), "not a whole number; write for example 10, 2k (2000) or 1.5m")
        << text;
  }
  for (const char* text : {"9223372036854775808", "9223372036854775807k"}) {
    EXPECT_EQ(TextInBoth(ParseCount(text).status()), "too large a number; write for example 10, 2k (2000) or 1.5m")
        << text;
  }
}

TEST(ParseBool, ReadsTheUsualWords) {
  for (const char* text : {"true", "TRUE", "t", "1", "yes", "on"}) EXPECT_TRUE(*ParseBool(text)) << text;
  for (const char* text : {"false", "False", "f", "0", "no", "off"}) EXPECT_FALSE(*ParseBool(text)) << text;
  for (const char* text : {"", "2", "truee", " true"}) EXPECT_FALSE(ParseBool(text).ok()) << text;
}

TEST(ParseDouble, ReadsFiniteNumbers) {
  EXPECT_EQ(*ParseDouble("0.5"), 0.5);
  EXPECT_EQ(*ParseDouble("-1e3"), -1000);
  for (const char* text : {"", "inf", "nan", "-infinity", "1e999", "0.5x", " 1"}) {
    EXPECT_FALSE(ParseDouble(text).ok()) << text;
  }
}

}  // namespace
}  // namespace wsload
