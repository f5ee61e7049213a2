#include "controller/result/agent_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

AgentPoint Second(int64_t number) {
  return {.success = 10, .failed = number % 3, .response_us_p99 = 1'000 + number, .send_lag_us_p99 = 7};
}

TEST(AgentSeries, AShortRunHasAPointForEachInterval) {
  AgentSeries series;
  for (int64_t i = 0; i < 120; ++i) series.Add(i, Second(i));
  EXPECT_EQ(series.together(), 1);
  ASSERT_THAT(series.points(), SizeIs(120));
  EXPECT_EQ(series.points()[119], Second(119));
}

TEST(AgentSeries, NothingIsLostWhereNeighboursAreMadeOne) {
  AgentSeries series;
  int64_t failed = 0;
  constexpr int64_t kSeconds = 10'800;
  for (int64_t i = 0; i < kSeconds; ++i) {
    series.Add(i, Second(i));
    failed += i % 3;
  }
  EXPECT_EQ(series.together(), 128);
  ASSERT_THAT(series.points(), SizeIs((kSeconds + 127) / 128));
  AgentPoint all;
  for (const AgentPoint& point : series.points()) all.Merge(point);
  EXPECT_EQ(all.success, 10 * kSeconds);
  EXPECT_EQ(all.failed, failed);
  EXPECT_EQ(series.points()[0].response_us_p99, 1'127) << "the highest of the first 128";
  EXPECT_EQ(all.response_us_p99, 1'000 + kSeconds - 1);
}

TEST(AgentSeries, WhatIsLeftOutIsEmptyAndHoweverFarItIsBounded) {
  AgentSeries series;
  series.Add(1, Second(1));
  series.Add(3, Second(3));
  EXPECT_THAT(series.points(), ElementsAre(AgentPoint{}, Second(1), AgentPoint{}, Second(3)));
  series.Add(100'000'000, Second(2));
  EXPECT_LE(series.points().size(), AgentSeries::kMostPoints);
  EXPECT_EQ(series.points()[0].success, 20);
}

TEST(AgentSeries, APointIsOfWhatWasMeasured) {
  Stats stats;
  stats.counters.success = 4;
  stats.counters.timeout = 2;
  stats.counters.unsent = 1;
  stats.response.RecordUs(5'000, 4);
  EXPECT_EQ(AgentPoint::Of(stats),
            (AgentPoint{
                .success = 4, .failed = 3, .response_us_p99 = stats.response.PercentileUs(99), .send_lag_us_p99 = 0}));
}

}  // namespace
}  // namespace wsload
