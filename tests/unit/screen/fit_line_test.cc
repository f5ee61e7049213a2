#include "controller/screen/fit_line.h"

#include <gtest/gtest.h>

namespace wsload {
namespace {

TEST(FitLine, WholePiecesFallAwayFromTheEnd) {
  const std::vector<Piece> pieces = {{"20,004 due", Style::kPlain, 0}, {"= 19,938 ok", Style::kPlain, 1}, {"99.69 %"}};
  const auto fit = [&](int width) { return FitLine(StyledLine("messages "), pieces, width).text(); };
  EXPECT_EQ(fit(80), "messages 20,004 due = 19,938 ok   99.69 %");
  EXPECT_EQ(fit(41), "messages 20,004 due = 19,938 ok   99.69 %");
  EXPECT_EQ(fit(40), "messages 20,004 due = 19,938 ok …");
  EXPECT_EQ(fit(32), "messages 20,004 due …");
  EXPECT_EQ(fit(20), "messages  …");
  EXPECT_EQ(fit(10), "messages …");
}

TEST(FitLine, ColumnsFallAwayFromTheRight) {
  const FitTable table({8, 6, 6}, 1);
  const auto fit = [&](int width) { return table.Row({{"whole run"}, {"4.60"}, {"589"}}, width).text(); };
  EXPECT_EQ(fit(22), "whole r…   4.60    589");
  EXPECT_EQ(fit(21), "whole r…   4.60 …");
  EXPECT_EQ(fit(15), "whole r… …");
}

TEST(FitLine, WordsAreCutBetweenCharacters) {
  EXPECT_EQ(Shortened("ws://gateway", 12), "ws://gateway");
  EXPECT_EQ(Shortened("ws://gateway", 8), "ws://ga…");
  EXPECT_EQ(Shortened("压测节点", 6), "压测…");
  EXPECT_EQ(Shortened("压测节点", 0), "");
}

}  // namespace
}  // namespace wsload
