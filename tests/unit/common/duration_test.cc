#include "common/time/duration.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "common/time/clock.h"
#include "common/util/status.h"
#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

TEST(FormatDuration, WritesWhatPeopleWrite) {
  EXPECT_EQ(FormatDuration(0), "0s");
  EXPECT_EQ(FormatDuration(1), "1ns");
  EXPECT_EQ(FormatDuration(1500), "1.5us");
  EXPECT_EQ(FormatDuration(500 * kNsPerMs), "500ms");
  EXPECT_EQ(FormatDuration(kNsPerSecond), "1s");
  EXPECT_EQ(FormatDuration(1500 * kNsPerMs), "1.5s");
  EXPECT_EQ(FormatDuration(60 * kNsPerSecond), "1m");
  EXPECT_EQ(FormatDuration(90 * kNsPerSecond), "1m30s");
  EXPECT_EQ(FormatDuration(3600 * kNsPerSecond), "1h");
  EXPECT_EQ(FormatDuration(3605 * kNsPerSecond), "1h5s");
  EXPECT_EQ(FormatDuration(kNsPerSecond + 1), "1.000000001s");
  EXPECT_EQ(FormatDuration(-2 * kNsPerSecond), "-2s");
  EXPECT_EQ(FormatDuration(kMin), "-2562047h47m16.854775808s");
}

TEST(ParseDuration, ReadsGoNotation) {
  EXPECT_EQ(*ParseDuration("30s"), 30 * kNsPerSecond);
  EXPECT_EQ(*ParseDuration("1m30s"), 90 * kNsPerSecond);
  EXPECT_EQ(*ParseDuration("500ms"), 500 * kNsPerMs);
  EXPECT_EQ(*ParseDuration("1.5h"), 5400 * kNsPerSecond);
  EXPECT_EQ(*ParseDuration("0"), 0);
  EXPECT_EQ(*ParseDuration("-1s"), -kNsPerSecond);
}

TEST(ParseDuration, RefusesWhatIsNone) {
  for (const char* text : {"", "abc", "30", "s", "1d", "1m30", "inf", "-inf", "+inf", "infinity", "nan", " 1s", "1s ",
                           "1 s", "1s\n", "--1s", "1ss", "1e3s", "0x1s"}) {
    const auto parsed = ParseDuration(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(TextInBoth(parsed.status()), "not a duration; write for example 30s, 1m30s or 500ms") << text;
  }
}

TEST(ParseDuration, RefusesOverflow) {
  for (const char* text : {"2562047h47m17s", "9999999999h", "-9999999999h", "99999999999999999999999999999999s",
                           "9223372036854775808ns"}) {
    EXPECT_EQ(ParseDuration(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_EQ(*ParseDuration("9223372036854775807ns"), kMax);
}

TEST(ParseDuration, ReadsBackWhatFormatDurationWrites) {
  for (const int64_t ns : {kMin, kMax, int64_t{0}, int64_t{-1}, int64_t{999}, int64_t{1'000'001}}) {
    EXPECT_EQ(*ParseDuration(FormatDuration(ns)), ns) << ns;
  }
  std::mt19937_64 random(7);
  for (int round = 0; round < 20'000; ++round) {
    const int64_t ns = static_cast<int64_t>(random()) >> (random() % 63);
    const auto parsed = ParseDuration(FormatDuration(ns));
    ASSERT_TRUE(parsed.ok()) << ns << " " << FormatDuration(ns);
    ASSERT_EQ(*parsed, ns) << FormatDuration(ns);
  }
}

}  // namespace
}  // namespace wsload
