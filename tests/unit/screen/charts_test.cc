#include "controller/screen/charts.h"

#include <gtest/gtest.h>

namespace wsload {
namespace {

TEST(Charts, ASparklineIsAsHighAsItsValues) {
  EXPECT_EQ(Sparkline({0, 400, 800}, 10, Scale::kFromZero), "▁▅█");
  EXPECT_EQ(Sparkline({800, 799, 801}, 10, Scale::kFromZero), "███") << "about alike";
  EXPECT_EQ(Sparkline({1, 2, 3, 4}, 2, Scale::kFromZero), "▆█") << "the last ones";
  EXPECT_EQ(Sparkline({5, -1, 5}, 10, Scale::kFromZero), "█ █") << "nothing was measured";
  EXPECT_EQ(Sparkline({1, 10, 100}, 10, Scale::kLogarithmic), "▁▅█");
  EXPECT_EQ(Sparkline({0, 0}, 10, Scale::kFromZero), "▁▁");
  EXPECT_EQ(Sparkline({}, 10, Scale::kLogarithmic), "");
}

TEST(Charts, ABarHasTheWidthItIsGiven) {
  EXPECT_EQ(ProgressBar(0.5, 10), "[████░░░░]");
  EXPECT_EQ(ProgressBar(0, 6), "[░░░░]");
  EXPECT_EQ(ProgressBar(1.2, 6), "[████]");
}

TEST(Charts, AreFramedAndHaveAnAxis) {
  const Chart chart = {.title = "rate", .legend = "60 s", .series = {{{100, 100, 0, 100}}}};
  std::string drawn;
  for (const StyledLine& line : DrawChart(chart, 20, 6)) {
    EXPECT_EQ(line.width(), 20);
    drawn += line.text() + "\n";
  }
  EXPECT_EQ(drawn,
            "┌ rate ────────────┐\n"
            "│  150┤            │\n"
            "│   75┤──╮╭        │\n"
            "│     │  ││        │\n"
            "│    0┤  ╰╯        │\n"
            "└──────────── 60 s ┘\n");
}

}  // namespace
}  // namespace wsload
