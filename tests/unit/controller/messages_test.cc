#include "controller/output/messages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "controller/output/text_table.h"

namespace wsload {
namespace {

/// "{}", "{:.1f}", ... in their order.
std::vector<std::string> Holes(std::string_view text) {
  std::vector<std::string> holes;
  for (size_t begin = text.find('{'); begin != std::string_view::npos; begin = text.find('{', begin + 1)) {
    holes.emplace_back(text.substr(begin, text.find('}', begin) - begin + 1));
  }
  return holes;
}

bool HasChinese(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xE4; });
}

TEST(Messages, AreCompleteInBothLanguages) {
  for (int i = 0; i < static_cast<int>(Msg::kEnd); ++i) {
    const std::string_view english = MessageText(Language::kEnglish, static_cast<Msg>(i));
    const std::string_view chinese = MessageText(Language::kChinese, static_cast<Msg>(i));
    EXPECT_FALSE(english.empty()) << i;
    EXPECT_FALSE(HasChinese(english)) << english;
    EXPECT_EQ(Holes(english), Holes(chinese)) << english;
    if (static_cast<Msg>(i) != Msg::kNotice) {
      EXPECT_TRUE(HasChinese(chinese)) << english << " / " << chinese;
    }
  }
}

TEST(Messages, ClassicFiguresHaveTheirOldNames) {
  const std::vector<std::string> names = {"总连接数",   "活跃连接数", "总消息数",         "成功消息数",
                                          "失败消息数", "运行时间",   "消息速率 (msg/s)", "成功率 (%)"};
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(MessageText(Language::kChinese, static_cast<Msg>(static_cast<size_t>(Msg::kTotalConnections) + i)),
              names[i]);
  }
}

TEST(TextTable, AlignsWideCharacters) {
  TextTable table;
  table.AddRow({"总数", "1"});
  table.AddRow({"abc", "100"});
  EXPECT_EQ(table.Render(2), "  总数     1\n  abc    100\n");
}

}  // namespace
}  // namespace wsload
