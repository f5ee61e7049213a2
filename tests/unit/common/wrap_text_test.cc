#include "common/util/wrap_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/util/display_width.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;

TEST(DisplayWidth, CountsCellsNotBytes) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("总连接数"), 8);
  EXPECT_EQ(DisplayWidth("消息速率 (msg/s)"), 16);
  EXPECT_EQ(DisplayWidth("（秒）"), 6);
  EXPECT_EQ(DisplayWidth("é"), 1);
  EXPECT_EQ(DisplayWidth("\xff"), 1);
  EXPECT_EQ(DisplayWidth("\xe6\x80"), 1);
}

TEST(WrapText, BreaksAtBlanks) {
  EXPECT_THAT(WrapText("", 10), ElementsAre(""));
  EXPECT_THAT(WrapText("one two three", 13), ElementsAre("one two three"));
  EXPECT_THAT(WrapText("one two three", 12), ElementsAre("one two", "three"));
  EXPECT_THAT(WrapText("one two three", 3), ElementsAre("one", "two", "three"));
  EXPECT_THAT(WrapText("unbreakable", 3), ElementsAre("unbreakable"));
  EXPECT_THAT(WrapText("a unbreakable b", 3), ElementsAre("a", "unbreakable", "b"));
}

TEST(WrapText, BreaksBesideWideCharacters) {
  EXPECT_THAT(WrapText("连接数合计", 10), ElementsAre("连接数合计"));
  EXPECT_THAT(WrapText("连接数合计", 9), ElementsAre("连接数合", "计"));
  EXPECT_THAT(WrapText("默认10秒", 5), ElementsAre("默认", "10秒"));
  EXPECT_THAT(WrapText("写 -out 目录", 8), ElementsAre("写 -out", "目录"));
}

TEST(WrapText, NoLineBeginsWithAClosingMark) {
  EXPECT_THAT(WrapText("连接数，合计", 6), ElementsAre("连接", "数，合", "计"));
  EXPECT_THAT(WrapText("合计（秒）", 6), ElementsAre("合计", "（秒）"));
}

}  // namespace
}  // namespace wsload
