#include "controller/output/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "controller/output/hints.h"
#include "controller/output/text_table.h"
#include "tests/support/print_statement.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

TEST(Hints, TheUsualCausesHaveOne) {
  for (const char* cause :
       {"resolve", "refused", "unreachable", "timeout", "reset", "tls", "tls_certificate", "http_401", "http_403",
        "http_404", "http_503", "no_descriptors", "no_ports", "closed_1008"}) {
    EXPECT_TRUE(ConnectionHint(cause).has_value()) << cause;
  }
  EXPECT_EQ(ConnectionHint("http_502"), Statement{StatementKind::kHintHttp5xx});
  // What was wrong there, their example says.
  for (const char* cause : {"http_418", "not_websocket", "bad_upgrade"}) {
    EXPECT_EQ(ConnectionHint(cause), std::nullopt) << cause;
  }
  EXPECT_EQ(ConnectionHint("canceled"), std::nullopt);
}

TEST(Hints, AllTimeoutsPointToKeysAndSerializer) {
  Counters counters;
  counters.scheduled = counters.timeout = 5;
  EXPECT_THAT(MessageHints(counters), ElementsAre(Statement{StatementKind::kHintAllTimeouts}));
  EXPECT_THAT(StatementText(Language::kEnglish, MessageHints(counters)[0]), HasSubstr("-cipher-key-file"));
  counters.success = 1;
  EXPECT_THAT(MessageHints(counters), ElementsAre(Statement{StatementKind::kHintSomeTimeouts}));
}

TEST(Hints, WhatFailedOtherwiseIsCounted) {
  Counters counters;
  EXPECT_THAT(MessageHints(counters), IsEmpty());
  counters.rate_limited = counters.undecodable = counters.unsent = counters.late_acks = 3;
  EXPECT_THAT(MessageHints(counters),
              ElementsAre(Statement{StatementKind::kHintRateLimited}, Statement{StatementKind::kHintUndecodable, {3}},
                          Statement{StatementKind::kHintUnsent, {3}}, Statement{StatementKind::kLateAcks, {3}}));
}

TEST(TextTable, AlignsWideCharacters) {
  TextTable table;
  table.AddRow({"总数", "1"});
  table.AddRow({"abc", "100"});
  EXPECT_EQ(table.Render(2), "  总数     1\n  abc    100\n");
}

}  // namespace
}  // namespace wsload
