#include "controller/search/rate_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace wsload {
namespace {

constexpr RateSearchLimits kLimits;

RateTrial FailedUnless(bool passes) { return passes ? RateTrial::kPassed : RateTrial::kFailed; }

RateSearchResult SearchBelow(int64_t limit, const RateSearchLimits& limits = kLimits) {
  return SearchRate(limits, [limit](int64_t rate) { return FailedUnless(rate <= limit); });
}

TEST(RateSearch, FindsTheLimitToItsPrecision) {
  for (int64_t limit = 50; limit < 3'900'000; limit = limit * 17 / 16 + 1) {
    const RateSearchResult found = SearchBelow(limit);
    SCOPED_TRACE(limit);
    EXPECT_TRUE(found.complete);
    EXPECT_LE(found.highest_passed, limit);
    EXPECT_GT(found.lowest_failed, limit);
    EXPECT_LE(static_cast<double>(found.lowest_failed), static_cast<double>(found.highest_passed) * 1.1 + 1);
    EXPECT_LE(found.runs, kLimits.most_runs);
  }
}

TEST(RateSearch, AFasterMachineIsNeverFoundSlower) {
  int64_t before = 0;
  for (int64_t limit = 50; limit < 3'900'000; limit = limit * 9 / 8 + 1) {
    const int64_t found = SearchBelow(limit).highest_passed;
    EXPECT_GE(found, before) << limit;
    before = found;
  }
}

TEST(RateSearch, NothingPasses) {
  const RateSearchResult found = SearchBelow(10);
  EXPECT_EQ(found.highest_passed, 0);
  EXPECT_EQ(found.lowest_failed, kLimits.lowest);
  EXPECT_TRUE(found.complete);
}

TEST(RateSearch, EverythingPasses) {
  const RateSearchResult found = SearchBelow(kLimits.highest);
  EXPECT_EQ(found.highest_passed, kLimits.highest);
  EXPECT_EQ(found.lowest_failed, 0);
  EXPECT_TRUE(found.complete);
}

TEST(RateSearch, NeverMoreRunsThanAllowed) {
  for (int most = 0; most <= 20; ++most) {
    RateSearchLimits limits;
    limits.most_runs = most;
    int runs = 0;
    const RateSearchResult found = SearchRate(limits, [&runs](int64_t rate) {
      ++runs;
      return FailedUnless(rate <= 90'000);
    });
    EXPECT_EQ(found.runs, runs);
    EXPECT_LE(runs, most);
    EXPECT_LE(found.highest_passed, 90'000);
  }
}

TEST(RateSearch, EndsWithWhatIsKnownWhenThereAreNoMoreTries) {
  int runs = 0;
  const RateSearchResult found = SearchRate(kLimits, [&runs](int64_t) -> std::optional<RateTrial> {
    if (++runs > 3) return std::nullopt;
    return RateTrial::kPassed;
  });
  EXPECT_EQ(runs, 4);
  EXPECT_FALSE(found.complete);
  EXPECT_EQ(found.highest_passed, 16'000);
}

TEST(RateSearch, OneBadMomentCostsARunAndNothingElse) {
  for (int bad_run = 1; bad_run <= 10; ++bad_run) {
    int runs = 0;
    const RateSearchResult found =
        SearchRate(kLimits, [&](int64_t rate) { return FailedUnless(++runs != bad_run && rate <= 90'000); });
    EXPECT_EQ(found.highest_passed, SearchBelow(90'000).highest_passed) << bad_run;
  }
}

TEST(RateSearch, WhatWasDisturbedIsTriedFourTimes) {
  for (int disturbed = 0; disturbed <= 5; ++disturbed) {
    int tries = 0;
    const RateSearchResult found = SearchRate(kLimits, [&](int64_t rate) {
      if (rate == kLimits.first && ++tries <= disturbed) return RateTrial::kDisturbed;
      return FailedUnless(rate <= 90'000);
    });
    EXPECT_EQ(tries, std::min(disturbed + 1, 4));
    EXPECT_EQ(found.highest_passed > kLimits.first, disturbed < 4) << disturbed;
  }
}

TEST(RateSearch, NoiseEndsItInBoundsWithARateThatPassed) {
  for (uint32_t seed = 1; seed <= 500; ++seed) {
    std::mt19937 random(seed);
    std::vector<int64_t> passed;
    const RateSearchResult found = SearchRate(kLimits, [&](int64_t rate) {
      const bool passes = random() % 100 < (rate <= 60'000 ? 70 : 5);
      if (passes) passed.push_back(rate);
      return FailedUnless(passes);
    });
    EXPECT_LE(found.runs, kLimits.most_runs);
    if (found.highest_passed == 0) {
      EXPECT_TRUE(passed.empty());
    } else {
      EXPECT_NE(std::find(passed.begin(), passed.end(), found.highest_passed), passed.end());
    }
  }
}

}  // namespace
}  // namespace wsload
