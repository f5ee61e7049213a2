#include "agent/client/push_stamp.h"

#include <gtest/gtest.h>

#include <string>

namespace wsload {
namespace {

std::string StampOf(const PushStamps& stamps, uint32_t sender, uint32_t number, int64_t due_us) {
  std::string text(static_cast<size_t>(kPushStampBytes), '?');
  stamps.Write(sender, number, due_us, text.data());
  return text;
}

TEST(PushStamp, ComesBackAsItWas) {
  const PushStamps stamps("run-7", 19, 3);
  for (const uint32_t sender : {0u, 1u, 99'999u, PushStamps::kMostSender}) {
    for (const uint32_t number : {0u, 63u, 64u, (1u << 30) - 1}) {
      for (const int64_t due_us : {int64_t{0}, int64_t{1}, int64_t{30} * 24 * 3600 * 1'000'000}) {
        const auto read = stamps.Find(StampOf(stamps, sender, number, due_us));
        ASSERT_TRUE(read.has_value());
        EXPECT_TRUE(read->of_this_run);
        EXPECT_EQ(read->source, 19u * 1024 + 3);
        EXPECT_EQ(read->sender, sender);
        EXPECT_EQ(read->number, number);
        EXPECT_EQ(read->due_us, due_us);
      }
    }
  }
}

TEST(PushStamp, IsOfCharactersThatEncodingsLeaveAlone) {
  const PushStamps stamps("run", 5, 6);
  const std::string text = StampOf(stamps, 77'777, 12'345, 987'654'321);
  EXPECT_EQ(text.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_~."),
            std::string::npos)
      << text;
}

TEST(PushStamp, IsFoundWhereverItStands) {
  const PushStamps stamps("run", 0, 0);
  const std::string stamp = StampOf(stamps, 4, 5, 6);
  for (const std::string before : {"", "{\"text\":\"", "~", "~~~~~", "no ~stamp. ", "~0000000000000000000000000."}) {
    for (const std::string after : {"", "\"}", "~", stamp.substr(0, 27).c_str()}) {
      const auto read = stamps.Find(before + stamp + after);
      ASSERT_TRUE(read.has_value()) << before << "|" << after;
      EXPECT_EQ(read->number, 5u);
    }
  }
}

TEST(PushStamp, OfOtherRunsAndWorkersAreToldApart) {
  const PushStamps stamps("run", 0, 0);
  const auto stranger = stamps.Find(StampOf(PushStamps("other", 0, 0), 1, 2, 3));
  ASSERT_TRUE(stranger.has_value());
  EXPECT_FALSE(stranger->of_this_run);
  const auto sibling = stamps.Find(StampOf(PushStamps("run", 1, 2), 1, 2, 3));
  ASSERT_TRUE(sibling.has_value());
  EXPECT_TRUE(sibling->of_this_run);
  EXPECT_EQ(sibling->source, 1026u);
}

TEST(PushStamp, WhatWasCutOrChangedIsNone) {
  const PushStamps stamps("run", 3, 4);
  const std::string stamp = StampOf(stamps, 123'456, 789, 1'000'000);
  for (size_t cut = 0; cut < stamp.size(); ++cut) {
    EXPECT_FALSE(stamps.Find(stamp.substr(0, cut))) << cut;
    if (cut > 0) {
      EXPECT_FALSE(stamps.Find(stamp.substr(cut))) << cut;
    }
  }
  int found = 0;
  int tried = 0;
  for (size_t at = 1; at < stamp.size(); ++at) {
    for (const char other : {'0', 'z', '_', ' ', '\xff', '\0'}) {
      std::string changed = stamp;
      if (changed[at] == other) continue;
      changed[at] = other;
      ++tried;
      found += stamps.Find(changed).has_value() ? 1 : 0;
    }
  }
  EXPECT_LT(found, tried / 10) << "one in 64 may pass the sum";
}

}  // namespace
}  // namespace wsload
