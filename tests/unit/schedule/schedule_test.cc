#include "common/schedule/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace wsload {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kMsNs = 1'000'000;
constexpr int64_t kDayNs = 24 * 3600 * kSecondNs;

Schedule Staged(Rate first, std::string_view stages, Arrivals arrivals = Arrivals::kConstant, uint64_t seed = 0) {
  return Schedule(RateProfile(first, StageList::Parse(stages)->stages()), arrivals, seed);
}

TEST(Schedule, SpacesMessagesEvenly) {
  const Schedule schedule(RateProfile(4, kSecondNs));
  EXPECT_EQ(schedule.total(), 4);
  EXPECT_EQ(schedule.OffsetNs(0), 0);
  EXPECT_EQ(schedule.OffsetNs(1), 250 * kMsNs);
  EXPECT_EQ(schedule.OffsetNs(3), 750 * kMsNs);
  EXPECT_EQ(schedule.OffsetNs(4), Schedule::kNever);
}

TEST(Schedule, RoundsEachOffsetDownAndNeverDrifts) {
  const Schedule schedule(RateProfile(3, 31 * kDayNs));
  EXPECT_EQ(schedule.OffsetNs(1), 333'333'333);
  EXPECT_EQ(schedule.OffsetNs(2), 666'666'666);
  EXPECT_EQ(schedule.OffsetNs(3), kSecondNs);
  EXPECT_EQ(schedule.OffsetNs(3 * int64_t{86'400} * 30), 30 * kDayNs);
}

TEST(Schedule, CountsTheMessageThatFallsIntoAStartedGap) {
  EXPECT_EQ(Schedule(RateProfile(1, 1)).total(), 1);
  EXPECT_EQ(Schedule(RateProfile(1, kSecondNs)).total(), 1);
  EXPECT_EQ(Schedule(RateProfile(1, kSecondNs + 1)).total(), 2);
  EXPECT_EQ(Schedule(RateProfile(1, 60 * kSecondNs)).total(), 60);
  EXPECT_EQ(Schedule(RateProfile(1000, 0)).total(), 0);
}

TEST(Schedule, MayBeSlowerThanAMessageASecond) {
  const Schedule half(RateProfile(*Rate::Parse("0.5"), 10 * kSecondNs));
  EXPECT_EQ(half.total(), 5);
  EXPECT_EQ(half.OffsetNs(3), 6 * kSecondNs);
  const Schedule minutes(RateProfile(*Rate::Parse("7/m"), 60 * kSecondNs));
  EXPECT_EQ(minutes.total(), 7);
  EXPECT_EQ(minutes.OffsetNs(1), 60 * kSecondNs / 7);
}

TEST(Schedule, OfRateZeroHasNoMessages) {
  for (const Arrivals arrivals : {Arrivals::kConstant, Arrivals::kPoisson}) {
    const Schedule schedule(RateProfile(0, kSecondNs), arrivals, 1);
    EXPECT_EQ(schedule.total(), 0);
    EXPECT_EQ(schedule.duration_ns(), kSecondNs);
    EXPECT_EQ(schedule.CountDueBefore(kSecondNs), 0);
    EXPECT_EQ(Schedule::Cursor(schedule, {}, 0).NextDueNs(), Schedule::kNever);
  }
}

TEST(Schedule, NothingIsDueWhileTheRateIsZero) {
  const Schedule schedule = Staged(0, "1s:@0,1s:@2,1s:@0,1s:@2");
  std::vector<int64_t> due_ms;
  for (int64_t i = 0; i < schedule.total(); ++i) due_ms.push_back(schedule.OffsetNs(i) / kMsNs);
  EXPECT_EQ(due_ms, (std::vector<int64_t>{1'000, 1'500, 3'000, 3'500}));
}

TEST(Schedule, AMessageThatIsBegunIsDueInTheNextPiece) {
  // Three quarters of a message, and five quarters.
  const Schedule schedule = Staged(0, "500ms:@1.5,1s:@0,500ms:@2.5");
  EXPECT_EQ(schedule.total(), 2);
  EXPECT_EQ(schedule.OffsetNs(1), 1'600 * kMsNs);
}

TEST(Schedule, TheLargestPlanKeepsItsExactEnd) {
  const Schedule schedule(RateProfile(100'000'000, 30 * kDayNs));
  EXPECT_EQ(schedule.total(), int64_t{100'000'000} * 30 * 86'400);
  EXPECT_EQ(schedule.OffsetNs(schedule.total() - 1), 30 * kDayNs - 10);
  EXPECT_EQ(schedule.CountDueBefore(30 * kDayNs - 10), schedule.total() - 1);
}

TEST(Schedule, ACursorFarIntoALongRunIsWhereItOughtToBe) {
  for (const Schedule& schedule :
       {Schedule(RateProfile(*Rate::Parse("385.802469"), 30 * kDayNs)), Staged(0, "15h:20k,705h:@400"),
        Schedule(RateProfile(386, 30 * kDayNs), Arrivals::kPoisson, 11),
        Staged(0, "15h:20k,705h:@400", Arrivals::kPoisson, 3)}) {
    EXPECT_GT(schedule.total(), 999'000'000);
    const Progression share = Progression{0, 1, schedule.total()}.Part(5, 8);
    for (int64_t position = share.count - 1'000; position >= 0; position -= share.count / 7) {
      Schedule::Cursor cursor(schedule, share, position);
      for (int64_t k = position; k < position + 1'000; ++k) {
        ASSERT_EQ(cursor.NextMessage(), share.At(k));
        if (k % 97 == 0 || k == share.count - 1) {
          ASSERT_EQ(cursor.NextDueNs(), schedule.OffsetNs(share.At(k)));
        }
        cursor.Take();
      }
    }
  }
}

TEST(Schedule, KnowsAShareOfTheRate) {
  const Schedule schedule = Staged(0, "10s:1000");
  EXPECT_EQ(schedule.PerSecondAt(5 * kSecondNs), 500);
  const Progression share = Progression{0, 1, schedule.total()}.Part(0, 4);
  Schedule::Cursor cursor(schedule, share, schedule.CountDueBefore(share, 5 * kSecondNs));
  EXPECT_NEAR(cursor.PerSecond(), 125, 0.2);
  cursor.EndAt(cursor.position());
  EXPECT_EQ(cursor.NextDueNs(), Schedule::kNever);
  EXPECT_EQ(cursor.PerSecond(), 0);
}

TEST(Schedule, PoissonArrivalsAreTheSameEverywhere) {
  // Whatever processor and compiler: written down once.
  const Schedule even(RateProfile(1'000, 10 * kSecondNs), Arrivals::kPoisson, 42);
  const Schedule staged = Staged(500, "5s:1500,5s:0", Arrivals::kPoisson, 42);
  std::vector<int64_t> offsets = {even.total(), staged.total()};
  for (const int64_t i : {0, 1, 2, 5'000, 5'001, 5'002}) {
    offsets.push_back(even.OffsetNs(i));
    offsets.push_back(staged.OffsetNs(i));
  }
  EXPECT_EQ(offsets, (std::vector<int64_t>{9951, 8724, 102280, 204553, 860919, 1721245, 1201000, 2400847, 4996839514,
                                           4997892713, 4997664230, 4998442658, 4998523935, 4999015892}));
}

}  // namespace
}  // namespace wsload
