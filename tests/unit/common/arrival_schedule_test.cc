#include "common/schedule/arrival_schedule.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "common/time/clock.h"

namespace wsload {
namespace {

constexpr int64_t kDayNs = 24 * 3600 * kNsPerSecond;

TEST(ArrivalSchedule, SpacesMessagesEvenly) {
  const ArrivalSchedule schedule(4, kNsPerSecond);
  EXPECT_EQ(schedule.total(), 4);
  EXPECT_EQ(schedule.OffsetNs(0), 0);
  EXPECT_EQ(schedule.OffsetNs(1), 250 * kNsPerMs);
  EXPECT_EQ(schedule.OffsetNs(3), 750 * kNsPerMs);
}

TEST(ArrivalSchedule, RoundsEachOffsetDownAndNeverDrifts) {
  const ArrivalSchedule schedule(3, 10 * kNsPerSecond);
  EXPECT_EQ(schedule.OffsetNs(1), 333'333'333);
  EXPECT_EQ(schedule.OffsetNs(2), 666'666'666);
  EXPECT_EQ(schedule.OffsetNs(3), kNsPerSecond);
  EXPECT_EQ(schedule.OffsetNs(3 * int64_t{86'400} * 30), 30 * kDayNs);
}

TEST(ArrivalSchedule, CountsTheMessageThatFallsIntoAStartedGap) {
  EXPECT_EQ(ArrivalSchedule(1, 1).total(), 1);
  EXPECT_EQ(ArrivalSchedule(1, kNsPerSecond).total(), 1);
  EXPECT_EQ(ArrivalSchedule(1, kNsPerSecond + 1).total(), 2);
  EXPECT_EQ(ArrivalSchedule(1, 60 * kNsPerSecond).total(), 60);
  EXPECT_EQ(ArrivalSchedule(1000, 0).total(), 0);
}

TEST(ArrivalSchedule, TotalIsTheNumberOfOffsetsBeforeTheEnd) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 10'000; ++round) {
    const int64_t mps = std::uniform_int_distribution<int64_t>(1, 100'000'000)(random);
    const int64_t duration_ns = std::uniform_int_distribution<int64_t>(1, 30 * kDayNs)(random);
    const ArrivalSchedule schedule(mps, duration_ns);
    ASSERT_LT(schedule.OffsetNs(schedule.total() - 1), duration_ns) << mps << " " << duration_ns;
    ASSERT_GE(schedule.OffsetNs(schedule.total()), duration_ns) << mps << " " << duration_ns;
  }
}

TEST(ArrivalSchedule, TheLargestPlanKeepsItsExactEnd) {
  const ArrivalSchedule schedule(100'000'000, 30 * kDayNs);
  EXPECT_EQ(schedule.total(), int64_t{100'000'000} * 30 * 86'400);
  EXPECT_EQ(schedule.OffsetNs(schedule.total()), 30 * kDayNs);
}

TEST(ArrivalSchedule, SaturatesBeyondAnyPlan) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(ArrivalSchedule(kMax, kMax).total(), kMax);
}

}  // namespace
}  // namespace wsload
