#include "common/schedule/rate.h"

#include <gtest/gtest.h>

#include <random>

#include "common/util/local_error.h"

namespace wsload {
namespace {

std::string Parsed(std::string_view text, Language language = Language::kEnglish) {
  const absl::StatusOr<Rate> rate = Rate::Parse(text);
  return rate.ok() ? rate->text() : ErrorText(rate.status(), language);
}

TEST(Rate, IsWrittenAsPeopleDo) {
  EXPECT_EQ(Parsed("100"), "100");
  EXPECT_EQ(Parsed("0"), "0");
  EXPECT_EQ(Parsed("0/h"), "0");
  EXPECT_EQ(Parsed("007"), "7");
  EXPECT_EQ(Parsed("2k"), "2000");
  EXPECT_EQ(Parsed("1.5K"), "1500");
  EXPECT_EQ(Parsed("1.0005k"), "1000.5");
  EXPECT_EQ(Parsed("2m"), "2000000");
  EXPECT_EQ(Parsed("0.1g"), "100000000");
  EXPECT_EQ(Parsed("0.5"), "0.5");
  EXPECT_EQ(Parsed("0.000001"), "0.000001");
  EXPECT_EQ(Parsed("0.50000000000000"), "0.5");
  EXPECT_EQ(Parsed("30/m"), "0.5");
  EXPECT_EQ(Parsed("1/m"), "1/m");
  EXPECT_EQ(Parsed("2.5k/m"), "2500/m");
  EXPECT_EQ(Parsed("10/h"), "10/h");
  EXPECT_EQ(Parsed("60/h"), "1/m");
  EXPECT_EQ(Parsed("1/s"), "1");
  EXPECT_EQ(Parsed("0.000001/h"), "0.000001/h");
  EXPECT_EQ(Parsed("360g/h"), "100000000");
}

TEST(Rate, IsAWholeNumberOfItsUnits) {
  EXPECT_EQ(Rate(3), *Rate::Parse("3"));
  EXPECT_EQ(Rate(3).units(), 3 * Rate::kUnitsPerSecond);
  EXPECT_EQ(Rate::Parse("1/h")->units(), 1'000'000);
  EXPECT_EQ(Rate::Parse("0.5")->per_second(), 0.5);
  EXPECT_TRUE(Rate().zero());
  EXPECT_LT(*Rate::Parse("59/m"), Rate(1));
}

TEST(Rate, ReadsWhatItWrote) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 2'000; ++round) {
    const uint64_t millionths = random() >> (20 + random() % 44);
    const char unit = "smh"[random() % 3];
    const std::string text =
        fmt::format("{}.{:06}/{}", millionths / 1'000'000 % 100'000'000, millionths % 1'000'000, unit);
    const absl::StatusOr<Rate> rate = Rate::Parse(text);
    ASSERT_TRUE(rate.ok()) << text;
    ASSERT_EQ(*Rate::Parse(rate->text()), *rate) << text;
  }
}

TEST(Rate, RefusesEverythingElseInOneLine) {
  for (const char* text : {"",    "x",     "-1",    "+1",  "1.",
                           ".5",  "1..5",  "1.2.3", "k",   "1kk",
                           "1 k", " 1",    "1 ",    "1/",  "/s",
                           "1/d", "1/sec", "1/s/s", "1e3", "0x10",
                           "inf", "nan",   "1,5",   "1\n", "1234567890123456789012345678901"}) {
    EXPECT_EQ(Parsed(text), "not a rate; write for example 100, 2k (2000), 0.5, 30/m or 10/h") << text;
    EXPECT_EQ(Parsed(text, Language::kChinese), "不是速率；例如 100、2k（即 2000）、0.5、30/m 或 10/h");
  }
  for (const char* text : {"0.0000001", "0.0000000005k/h", "0.00000000000000000000000001", "1.5000001"}) {
    EXPECT_EQ(Parsed(text), "finer than a millionth of a message; write for example 0.5, 30/m or 10/h") << text;
    EXPECT_EQ(Parsed(text, Language::kChinese), "精度超过百万分之一条消息；例如 0.5、30/m 或 10/h");
  }
  for (const char* text : {"100000001", "100000000.000001", "1g", "100.000001m", "999999999999999999999999999999",
                           "999999999999999999999999g/h", "360000000001/h"}) {
    EXPECT_EQ(Parsed(text), "must be at most 100000000 messages a second; for example 100") << text;
  }
  EXPECT_EQ(Parsed("1g", Language::kChinese), "不得大于每秒 100000000 条消息；例如 100");
}

}  // namespace
}  // namespace wsload
