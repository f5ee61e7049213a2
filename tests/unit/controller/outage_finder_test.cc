#include "controller/result/outage_finder.h"

#include <gtest/gtest.h>

#include "common/time/clock.h"

namespace wsload {
namespace {

/// Of a second: so many lost and back, each after `back_us`; answers after `response_us`.
Stats Second(int64_t lost, int64_t back, int64_t back_us, int64_t response_us) {
  Stats stats;
  stats.counters.scheduled = 10;
  stats.counters.success = 9;
  stats.counters.unsent = 1;
  stats.counters.connections.lost = lost;
  if (lost > 0) stats.counters.connections.losses["reset"] = lost;
  stats.counters.connections.redialled = back;
  stats.counters.connections.reconnected = back;
  if (back > 0) stats.reconnect.RecordUs(back_us, back);
  stats.response.RecordUs(response_us, 9);
  return stats;
}

TEST(OutageFinder, TellsWhenAllWereBackAndWhatHappenedAround) {
  OutageFinder finder(kNsPerSecond);
  finder.Add(0, 100, Second(0, 0, 0, 1'000));
  finder.Add(1, 100, Second(0, 0, 0, 1'000));
  finder.Add(2, 100, Second(100, 60, 200'000, 50'000));
  finder.Add(3, 60, Second(0, 39, 1'200'000, 50'000));
  finder.Add(4, 99, Second(0, 1, 2'100'000, 20'000));
  finder.Add(5, 100, Second(0, 0, 0, 2'000));
  const std::vector<Outage> outages = finder.Outages();
  ASSERT_EQ(outages.size(), 1u);
  const Outage& outage = outages[0];
  EXPECT_EQ(outage.from_ns, 2 * kNsPerSecond);
  EXPECT_EQ(outage.to_ns, 5 * kNsPerSecond);
  EXPECT_EQ(outage.lost, 100);
  EXPECT_EQ(outage.reconnected, 100);
  EXPECT_EQ(outage.losses.at("reset"), 100);
  EXPECT_NEAR(static_cast<double>(*outage.back_us_p50), 200'000, 1'000);
  EXPECT_NEAR(static_cast<double>(*outage.back_us_p90), 1'200'000, 2'000);
  EXPECT_NEAR(static_cast<double>(*outage.back_us_p99), 1'200'000, 2'000);
  EXPECT_EQ(outage.back_us_p100, 2'100'000);
  EXPECT_EQ(outage.scheduled, 30);
  EXPECT_EQ(outage.unsent, 3);
  EXPECT_EQ(outage.response_us_p99_before, 1'000);
  EXPECT_NEAR(static_cast<double>(*outage.response_us_p99_during), 50'000, 100);
  EXPECT_NEAR(static_cast<double>(*outage.response_us_p99_after), 2'000, 2);
}

TEST(OutageFinder, WhereSomeNeverComeBackOnlyWhatIsKnownIsTold) {
  OutageFinder finder(kNsPerSecond);
  finder.Add(0, 100, Second(40, 0, 0, 1'000));
  finder.Add(1, 60, Second(0, 30, 700'000, 1'000));
  const std::vector<Outage> outages = finder.Outages();
  ASSERT_EQ(outages.size(), 1u);
  EXPECT_EQ(outages[0].to_ns, std::nullopt);
  EXPECT_NEAR(static_cast<double>(*outages[0].back_us_p50), 700'000, 1'000);
  EXPECT_EQ(outages[0].back_us_p90, std::nullopt);
  EXPECT_EQ(outages[0].back_us_p100, std::nullopt);
  EXPECT_EQ(outages[0].response_us_p99_before, std::nullopt);
  EXPECT_EQ(outages[0].response_us_p99_after, std::nullopt);
}

TEST(OutageFinder, ATrickleOfLossesIsNone) {
  OutageFinder finder(kNsPerSecond);
  for (int64_t index = 0; index < 60; ++index) finder.Add(index, 1'000, Second(9, 9, 1'000, 1'000));
  EXPECT_TRUE(finder.Outages().empty());
}

TEST(OutageFinder, ATrickleDoesNotKeepOneFromEnding) {
  OutageFinder finder(kNsPerSecond);
  finder.Add(0, 1'000, Second(500, 0, 0, 1'000));
  finder.Add(1, 500, Second(0, 500, 900'000, 1'000));
  EXPECT_NE(finder.Outages()[0].to_ns, std::nullopt);
  OutageFinder open(kNsPerSecond);
  open.Add(0, 1'000, Second(500, 0, 0, 1'000));
  for (int64_t index = 1; index <= 60; ++index) open.Add(index, 1'000, Second(2, index == 1 ? 500 : 2, 1'000, 1'000));
  const std::vector<Outage> outages = open.Outages();
  ASSERT_EQ(outages.size(), 1u);
  EXPECT_EQ(outages[0].to_ns, (OutageFinder::kCalmIntervals + 1) * kNsPerSecond);
}

TEST(OutageFinder, WhatComesLateCountsWhereItBelongs) {
  OutageFinder finder(kNsPerSecond);
  finder.Add(0, 100, Second(0, 0, 0, 1'000));
  finder.Add(1, 100, Second(50, 50, 100'000, 1'000));
  finder.Add(2, 100, Second(0, 0, 0, 1'000));
  finder.Add(3, 100, Second(50, 50, 100'000, 1'000));
  finder.AddLate(0, Second(0, 0, 0, 8'000));
  finder.AddLate(1, Second(10, 10, 300'000, 1'000));
  finder.AddLate(2, Second(0, 0, 0, 9'000));
  const std::vector<Outage> outages = finder.Outages();
  ASSERT_EQ(outages.size(), 2u);
  EXPECT_EQ(outages[0].lost, 60);
  EXPECT_NEAR(static_cast<double>(*outages[0].response_us_p99_before), 8'000, 10);
  EXPECT_NEAR(static_cast<double>(*outages[0].response_us_p99_after), 9'000, 10);
  EXPECT_EQ(outages[1].response_us_p99_before, outages[0].response_us_p99_after);
}

TEST(OutageFinder, KeepsABoundedNumber) {
  OutageFinder finder(kNsPerSecond);
  for (int64_t index = 0; index < 300; ++index) finder.Add(index, 100, Second(50, 50, 1'000, 1'000));
  const std::vector<Outage> outages = finder.Outages();
  ASSERT_EQ(outages.size(), OutageFinder::kMost);
  EXPECT_EQ(outages.back().lost, 50 * (300 - 99)) << "the last one is all that came after it";
}

}  // namespace
}  // namespace wsload
