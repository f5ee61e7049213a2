#include "controller/run/opening_watch.h"

#include <gtest/gtest.h>

#include "tests/unit/controller/run_harness.h"

namespace wsload {
namespace {

class OpeningWatchTest : public ::testing::Test {
 protected:
  void Add(double elapsed_s, int64_t opened, int64_t failed, Phase phase = Phase::kConnect) {
    SeriesPoint point{.phase = phase, .elapsed_s = elapsed_s};
    point.delta.connections.opened = opened;
    point.delta.connections.failed = failed;
    watch_.OnInterval(point, {}, {}, {});
  }

  RecordingListener next_;
  int told_ = 0;
  OpeningWatch watch_{TestPlan(), &next_, [this] { ++told_; }};
};

TEST_F(OpeningWatchTest, ThreeFailuresAndNoOpeningAreEnoughAfterASecond) {
  Add(0.5, 0, 7);
  EXPECT_EQ(told_, 0) << "a bad beginning";
  Add(1, 0, 0);
  EXPECT_EQ(told_, 1);
  Add(2, 0, 3);
  EXPECT_EQ(told_, 1) << "once";
  EXPECT_EQ(next_.points.size(), 3u);
}

TEST_F(OpeningWatchTest, FewFailuresAreNot) {
  Add(1, 0, 1);
  Add(2, 0, 1);
  EXPECT_EQ(told_, 0);
  Add(3, 0, 1);
  EXPECT_EQ(told_, 1);
}

TEST_F(OpeningWatchTest, OneThatOpenedIsHope) {
  Add(1, 1, 2);
  Add(2, 0, 50);
  EXPECT_EQ(told_, 0);
}

TEST_F(OpeningWatchTest, DialsThatGoOnAreHope) {
  for (int second = 1; second < 10; ++second) Add(second, 0, 0);
  EXPECT_EQ(told_, 0);
}

TEST_F(OpeningWatchTest, OnlyTheConnectPhaseCounts) {
  Add(1, 0, 5, Phase::kMeasure);
  EXPECT_EQ(told_, 0);
}

TEST(OpeningWatchOfOne, OneOfOneIsAll) {
  RunPlan plan = TestPlan();
  plan.clients = 1;
  int told = 0;
  OpeningWatch watch(plan, nullptr, [&told] { ++told; });
  SeriesPoint point{.elapsed_s = 1};
  point.delta.connections.failed = 1;
  watch.OnInterval(point, {}, {}, {});
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace wsload
