#include "common/schedule/rate_profile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace wsload {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kDayNs = 24 * 3600 * kSecondNs;

Measure Messages(int64_t count) { return static_cast<Measure>(count) * kMeasurePerMessage; }

RateProfile Staged(Rate first, std::string_view stages) {
  return RateProfile(first, StageList::Parse(stages)->stages());
}

/// That `m` is passed just after OffsetNs(m), by the measure itself, which is taken in another way.
void ExpectInverse(const RateProfile& profile, Measure m) {
  const int64_t offset_ns = profile.OffsetNs(m);
  ASSERT_GE(offset_ns, 0);
  ASSERT_LT(offset_ns, profile.duration_ns());
  ASSERT_LE(profile.Before(offset_ns), m) << offset_ns;
  ASSERT_GT(profile.Before(offset_ns + 1), m) << offset_ns;
}

TEST(RateProfile, AConstantRateIsExactToTheNanosecond) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 2'000; ++round) {
    const int64_t mps = std::uniform_int_distribution<int64_t>(1, Rate::kMostPerSecond)(random);
    const int64_t duration_ns = std::uniform_int_distribution<int64_t>(1, 30 * kDayNs)(random);
    const RateProfile profile(mps, duration_ns);
    EXPECT_EQ(profile.total(), static_cast<Measure>(2 * Rate(mps).units()) * static_cast<Measure>(duration_ns));
    const auto most = static_cast<int64_t>((profile.total() - 1) / kMeasurePerMessage);
    for (const int64_t i : {int64_t{0}, most / 3, most}) {
      const auto expected = static_cast<int64_t>(static_cast<Uint128>(i) * kSecondNs / static_cast<Uint128>(mps));
      ASSERT_EQ(profile.OffsetNs(Messages(i)), expected) << mps << " " << duration_ns << " " << i;
    }
  }
}

TEST(RateProfile, ALineFromZeroIsASquareRoot) {
  // N(x) = x * x / 2e15 for x ns.
  const RateProfile profile = Staged(0, "1s:1000");
  EXPECT_EQ(profile.total(), Messages(500));
  for (int64_t i = 0; i < 500; ++i) {
    const int64_t square = 2'000'000'000'000'000 * i;
    auto root = static_cast<int64_t>(std::sqrt(static_cast<double>(square)));
    while (root * root > square) --root;
    while ((root + 1) * (root + 1) <= square) ++root;
    EXPECT_EQ(profile.OffsetNs(Messages(i)), root) << i;
  }
  EXPECT_EQ(profile.OffsetNs(Messages(500)), RateProfile::kNever);
}

TEST(RateProfile, ALineToZeroIsTheSameBackwards) {
  const RateProfile up = Staged(0, "1s:1000");
  const RateProfile down = Staged(1000, "1s:0");
  for (int64_t x_ns = 0; x_ns <= kSecondNs; x_ns += 999'983) {
    // Both are rounded up: together one more, where neither is whole.
    const Measure both = down.Before(x_ns) + up.Before(kSecondNs - x_ns);
    EXPECT_GE(both, Messages(500));
    EXPECT_LE(both, Messages(500) + 1);
  }
  for (int64_t i = 0; i < 500; ++i) ASSERT_NO_FATAL_FAILURE(ExpectInverse(down, Messages(i)));
  // The last one is where the root is steepest.
  ASSERT_NO_FATAL_FAILURE(ExpectInverse(down, Messages(500) - 1));
}

TEST(RateProfile, WhatIsDueGoesOnWherePiecesMeet) {
  const RateProfile profile = Staged(3, "1s:7,1s:@2,700ms:0,1s:0,333ms:@11");
  Measure before = 0;
  for (int64_t offset_ns = 0; offset_ns <= profile.duration_ns(); offset_ns += 1'000'003) {
    ASSERT_GE(profile.Before(offset_ns), before);
    before = profile.Before(offset_ns);
  }
  for (const RateProfile::Piece& piece : profile.pieces()) {
    EXPECT_EQ(profile.Before(piece.offset_ns), piece.begin);
    EXPECT_EQ(profile.Before(piece.offset_ns + piece.duration_ns), piece.end);
    if (piece.end == piece.begin) continue;
    EXPECT_EQ(profile.OffsetNs(piece.begin), piece.offset_ns) << "nothing is due while the rate is 0";
    ASSERT_NO_FATAL_FAILURE(ExpectInverse(profile, piece.end - 1));
  }
}

TEST(RateProfile, TheInverseIsExactOnRandomLines) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 3'000; ++round) {
    std::vector<Stage> stages(1 + random() % 5);
    const auto rate = [&] {
      return random() % 4 == 0 ? Rate() : Rate(static_cast<int64_t>(random() >> 37) % 100'000'000);
    };
    for (Stage& stage : stages) {
      stage.duration_ns = 1 + static_cast<int64_t>((random() >> (random() % 40)) % (5 * kDayNs));
      stage.to = rate();
      stage.jump = random() % 4 == 0;
    }
    const RateProfile profile(rate(), stages);
    if (profile.total() == 0) continue;
    for (int sample = 0; sample < 10; ++sample) {
      const Measure m = (static_cast<Measure>(random()) << 64 | random()) % profile.total();
      ASSERT_NO_FATAL_FAILURE(ExpectInverse(profile, m));
      ASSERT_NO_FATAL_FAILURE(ExpectInverse(profile, sample % 2 == 0
                                                         ? m % 1'000'000 % profile.total()
                                                         : profile.total() - 1 - m % 1'000'000 % profile.total()));
    }
  }
}

TEST(RateProfile, ThirtyDaysOfTheHighestRateKeepTheirExactEnd) {
  const RateProfile even(Rate::kMostPerSecond, 30 * kDayNs);
  EXPECT_EQ(even.total(), Messages(Rate::kMostPerSecond * 30 * 86'400));
  ASSERT_NO_FATAL_FAILURE(ExpectInverse(even, even.total() - 1));
  const RateProfile up = Staged(0, "720h:100m");
  EXPECT_EQ(up.total(), even.total() / 2);
  ASSERT_NO_FATAL_FAILURE(ExpectInverse(up, up.total() - 1));
  ASSERT_NO_FATAL_FAILURE(ExpectInverse(up, up.total() / 2 + 12'345));
  const RateProfile down = Staged(100'000'000, "720h:0");
  ASSERT_NO_FATAL_FAILURE(ExpectInverse(down, down.total() - 1));
  ASSERT_NO_FATAL_FAILURE(ExpectInverse(down, down.total() / 2 + 12'345));
  const RateProfile longest(Rate::kMostPerSecond, RateProfile::kNever);
  ASSERT_NO_FATAL_FAILURE(ExpectInverse(longest, longest.total() - 1));
}

TEST(RateProfile, KnowsItsRateAtEveryInstant) {
  const RateProfile profile = Staged(100, "10s:200,10s:@50");
  EXPECT_EQ(profile.PerSecondAt(-1), 0);
  EXPECT_EQ(profile.PerSecondAt(0), 100);
  EXPECT_EQ(profile.PerSecondAt(5 * kSecondNs), 150);
  EXPECT_EQ(profile.PerSecondAt(10 * kSecondNs), 50);
  EXPECT_EQ(profile.PerSecondAt(20 * kSecondNs), 0);
}

TEST(RateProfile, OfNoTimeOrNoRateIsNothing) {
  EXPECT_EQ(RateProfile(5, 0).total(), 0);
  EXPECT_EQ(RateProfile(5, 0).Before(10), 0);
  EXPECT_EQ(RateProfile(5, 0).OffsetNs(0), RateProfile::kNever);
  EXPECT_EQ(RateProfile(0, kSecondNs).total(), 0);
  EXPECT_EQ(RateProfile(0, kSecondNs).OffsetNs(0), RateProfile::kNever);
  EXPECT_EQ(RateProfile(0, kSecondNs).duration_ns(), kSecondNs);
}

}  // namespace
}  // namespace wsload
