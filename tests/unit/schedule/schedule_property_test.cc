// What holds of every schedule, however it is divided and handed over.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "common/schedule/schedule.h"
#include "common/schedule/stage_list.h"

namespace wsload {
namespace {

constexpr int64_t kMsNs = 1'000'000;

/// A load of some hundred messages, as its flags have it.
struct Load {
  const char* mps;
  const char* stages;
  Arrivals arrivals = Arrivals::kConstant;

  Schedule NewSchedule(uint64_t seed = 9) const {
    const Rate rate = *Rate::Parse(mps);
    const StageList list = *StageList::Parse(stages);
    if (list.empty()) return Schedule(RateProfile(rate, 1'500 * kMsNs), arrivals, seed);
    return Schedule(RateProfile(rate, list.stages()), arrivals, seed);
  }
};

std::vector<Load> Loads() {
  std::vector<Load> loads;
  for (const Arrivals arrivals : {Arrivals::kConstant, Arrivals::kPoisson}) {
    for (const auto& [mps, stages] : std::vector<std::pair<const char*, const char*>>{
             {"777", ""},
             {"1", ""},
             {"33.333333", ""},
             {"7/m", ""},
             {"0", ""},
             {"0", "1s:700"},
             {"700", "1s:0"},
             {"700", "1s:0,1s:0"},
             {"0", "100ms:@0,900ms:@400"},
             {"100", "300ms:500,700ms:@50,1ns:@100m,500ms:@900,300ms:0"},
             {"0", "300ms:500,200ms:0,200ms:500,200ms:@0,100ms:@1k,333333333ns:30/m"},
             {"0.5", "2s:@0.5,1ms:@100k,2s:@1/m"},
         }) {
      loads.push_back({mps, stages, arrivals});
    }
  }
  return loads;
}

class ScheduleProperty : public ::testing::TestWithParam<Load> {
 protected:
  /// Message by message.
  std::vector<int64_t> Whole() const {
    std::vector<int64_t> offsets;
    for (int64_t i = 0; i < schedule_.total(); ++i) offsets.push_back(schedule_.OffsetNs(i));
    return offsets;
  }

  /// Due times of the share from its term `position` on; those before `until_ns`.
  void Collect(const Progression& share, int64_t position, std::vector<int64_t>& offsets,
               int64_t until_ns = Schedule::kNever) const {
    Schedule::Cursor cursor(schedule_, share, position);
    int64_t before_ns = 0;
    for (int64_t k = position; k < share.count; ++k) {
      ASSERT_EQ(cursor.position(), k);
      ASSERT_EQ(cursor.NextMessage(), share.At(k));
      ASSERT_LE(before_ns, cursor.NextDueNs());
      before_ns = cursor.NextDueNs();
      if (before_ns >= until_ns) return;
      offsets.push_back(before_ns);
      cursor.Take();
    }
    ASSERT_EQ(cursor.NextDueNs(), Schedule::kNever);
    ASSERT_EQ(cursor.left(), 0);
  }

  const Schedule schedule_ = GetParam().NewSchedule();
  const Progression whole_{0, 1, schedule_.total()};
};

TEST_P(ScheduleProperty, IsInOrderAndWithinTheRun) {
  const std::vector<int64_t> offsets = Whole();
  EXPECT_TRUE(std::is_sorted(offsets.begin(), offsets.end()));
  for (const int64_t offset_ns : offsets) {
    ASSERT_GE(offset_ns, 0);
    ASSERT_LT(offset_ns, schedule_.duration_ns());
  }
  EXPECT_EQ(schedule_.OffsetNs(schedule_.total()), Schedule::kNever);
}

TEST_P(ScheduleProperty, AllPartsTogetherAreTheWhole) {
  const std::vector<int64_t> expected = Whole();
  for (int64_t parts = 1; parts <= 97; ++parts) {
    std::vector<int64_t> offsets;
    for (int64_t part = 0; part < parts; ++part) {
      ASSERT_NO_FATAL_FAILURE(Collect(whole_.Part(part, parts), 0, offsets)) << part << " of " << parts;
    }
    std::sort(offsets.begin(), offsets.end());
    ASSERT_EQ(offsets, expected) << parts;
  }
}

TEST_P(ScheduleProperty, AnotherObjectOfTheSameLoadIsTheSame) {
  const Schedule other = GetParam().NewSchedule();
  ASSERT_EQ(other.total(), schedule_.total());
  for (int64_t i = 0; i < other.total(); ++i) ASSERT_EQ(other.OffsetNs(i), schedule_.OffsetNs(i));
}

TEST_P(ScheduleProperty, CountsAreThoseOfALookAtEveryMessage) {
  const std::vector<int64_t> expected = Whole();
  std::set<int64_t> instants = {
      -1, 0, 1, schedule_.duration_ns() - 1, schedule_.duration_ns(), schedule_.duration_ns() + 1, Schedule::kNever};
  for (const int64_t offset_ns : expected) {
    for (int64_t beside = -1; beside <= 1; ++beside) instants.insert(offset_ns + beside);
  }
  const Progression share = whole_.Part(whole_.count > 2 ? 2 : 0, 5);
  for (const int64_t instant_ns : instants) {
    const int64_t before = std::lower_bound(expected.begin(), expected.end(), instant_ns) - expected.begin();
    ASSERT_EQ(schedule_.CountDueBefore(instant_ns), before) << instant_ns;
    int64_t of_share = 0;
    for (int64_t k = 0; k < share.count; ++k) {
      of_share += expected[static_cast<size_t>(share.At(k))] < instant_ns ? 1 : 0;
    }
    ASSERT_EQ(schedule_.CountDueBefore(share, instant_ns), of_share) << instant_ns;
  }
}

/// What A has from an instant on is dealt over others, and one of these hands its part on at a later one.
TEST_P(ScheduleProperty, MayBeHandedOverAtEveryInstant) {
  const Progression own = whole_.count > 1 ? whole_.Part(1, 3) : whole_;
  std::vector<int64_t> expected;
  ASSERT_NO_FATAL_FAILURE(Collect(own, 0, expected));
  std::mt19937_64 random(3);
  std::vector<int64_t> instants = {0, schedule_.duration_ns()};
  for (const int64_t offset_ns : expected) instants.insert(instants.end(), {offset_ns, offset_ns + 1});
  for (const int64_t instant_ns : instants) {
    const auto others = static_cast<int64_t>(1 + random() % 6);
    const int64_t later_ns = instant_ns + static_cast<int64_t>(random() % 400) * kMsNs;
    std::vector<int64_t> offsets;
    ASSERT_NO_FATAL_FAILURE(Collect(own, 0, offsets, instant_ns));
    for (int64_t part = 0; part < others; ++part) {
      const Progression share = own.Part(part, others);
      const bool hands_on = part == 0;
      ASSERT_NO_FATAL_FAILURE(
          Collect(share, schedule_.CountDueBefore(share, instant_ns), offsets, hands_on ? later_ns : Schedule::kNever));
      for (int64_t again = 0; hands_on && again < 3; ++again) {
        const Progression rest = share.Part(again, 3);
        ASSERT_NO_FATAL_FAILURE(Collect(rest, schedule_.CountDueBefore(rest, later_ns), offsets));
      }
    }
    std::sort(offsets.begin(), offsets.end());
    ASSERT_EQ(offsets, expected) << instant_ns;
  }
}

TEST_P(ScheduleProperty, ACursorEndsWhereItIsTold) {
  const Progression share = whole_.Part(0, 2);
  Schedule::Cursor cursor(schedule_, share, 0);
  cursor.EndAt(share.count / 2);
  int64_t taken = 0;
  for (; cursor.NextDueNs() != Schedule::kNever; cursor.Take()) ++taken;
  EXPECT_EQ(taken, share.count / 2);
  EXPECT_EQ(cursor.left(), 0);
}

std::string NameOfLoad(const ::testing::TestParamInfo<Load>& info) {
  std::string name = std::string(NameOf(info.param.arrivals)) + "_" + info.param.mps + "_" + info.param.stages;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name + std::to_string(info.index);
}

INSTANTIATE_TEST_SUITE_P(Loads, ScheduleProperty, ::testing::ValuesIn(Loads()), NameOfLoad);

}  // namespace
}  // namespace wsload
