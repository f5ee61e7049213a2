#include "common/util/text.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace wsload {
namespace {

TEST(Shown, KeepsPlainTextAndUtf8) {
  EXPECT_EQ(Shown("ws://localhost"), "ws://localhost");
  EXPECT_EQ(Shown("发行者 é 😀"), "发行者 é 😀");
  EXPECT_EQ(Shown(""), "");
}

TEST(Shown, EscapesWhatWouldBreakTheLine) {
  EXPECT_EQ(Shown("a\nb\tc\x1b[31m\x7f"), "a\\nb\\tc\\x1b[31m\\x7f");
  EXPECT_EQ(Shown("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(Shown("\xc2\x9b"
                  "31m\xc2\xa0"),
            "\\xc2\\x9b31m\xc2\xa0")
      << "a terminal takes it for an escape";
  EXPECT_EQ(Shown(std::string_view("\0", 1)), "\\x00");
}

TEST(Shown, CutsLongText) {
  EXPECT_EQ(Shown(std::string(100, 'x'), 10), "xxxxxxxxxx...");
  EXPECT_EQ(Shown(std::string(10, 'x'), 10), "xxxxxxxxxx");
}

TEST(Shown, IsOneLineOfUtf8ForAnyBytes) {
  std::mt19937 random(3);
  for (int round = 0; round < 2'000; ++round) {
    std::string text(random() % 200, '\0');
    for (char& c : text) c = static_cast<char>(random());
    const std::string shown = Shown(text);
    ASSERT_TRUE(IsUtf8(shown));
    ASSERT_FALSE(HasControlCharacter(shown));
    ASSERT_LE(shown.size(), 90);
  }
}

TEST(IsUtf8, AcceptsAllWellFormedForms) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("ascii \x7f"));
  EXPECT_TRUE(IsUtf8(
      "\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"));
}

TEST(IsUtf8, RefusesIllFormedOnes) {
  for (const char* text :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xE0\xA0", "\xED\xA0\x80", "\xED\xBF\xBF",
        "\xF0\x8F\xBF\xBF", "\xF0\x90\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF", "ok\xC2"}) {
    EXPECT_FALSE(IsUtf8(text)) << Shown(text);
  }
}

TEST(IsHttpToken, FollowsRfc7230) {
  EXPECT_TRUE(IsHttpToken("X-AutoClose"));
  EXPECT_TRUE(IsHttpToken("!#$%&'*+-.^_`|~09azAZ"));
  for (const char* text : {"", "a b", "a:b", "a\t", "\"q\"", "a/b", "é", "(x)", "a,b", "a\x7f"}) {
    EXPECT_FALSE(IsHttpToken(text)) << text;
  }
}

TEST(AsciiLower, LeavesOtherBytesAlone) { EXPECT_EQ(AsciiLower("AbZ-\xC3\x89[@"), "abz-\xC3\x89[@"); }

TEST(ReplaceInvalidUtf8, ReplacesWhatBelongsToNoCharacter) {
  EXPECT_EQ(ReplaceInvalidUtf8("发行者 é 😀\n"), "发行者 é 😀\n");
  EXPECT_EQ(ReplaceInvalidUtf8(""), "");
  EXPECT_EQ(ReplaceInvalidUtf8("h\xff!"), "h\uFFFD!");
  EXPECT_EQ(ReplaceInvalidUtf8("\xf0\x9f\x98"), "\uFFFD\uFFFD\uFFFD") << "cut inside a character";
}

}  // namespace
}  // namespace wsload
