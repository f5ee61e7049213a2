#include "common/metrics/duration_buckets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace wsload {
namespace {

constexpr const auto& kBounds = DurationBuckets::kBoundsUs;

TEST(DurationBuckets, NoBucketOfAHistogramIsCutInTwo) {
  for (const int64_t bound : kBounds) EXPECT_EQ(Histogram::LowestInBucketUs(Histogram::BucketIndex(bound)), bound);
  EXPECT_TRUE(std::is_sorted(kBounds.begin(), kBounds.end()));
}

TEST(DurationBuckets, AreEmptyAtFirst) {
  const DurationBuckets buckets;
  EXPECT_EQ(buckets.count(), 0);
  EXPECT_EQ(buckets.sum_us(), 0);
  EXPECT_EQ(buckets.CountBelow(kBounds.size() - 1), 0);
}

TEST(DurationBuckets, ABoundItselfIsNotBelowIt) {
  for (size_t i = 0; i < kBounds.size(); ++i) {
    Histogram samples;
    samples.RecordUs(kBounds[i] - 1, 3);
    samples.RecordUs(kBounds[i], 5);
    DurationBuckets buckets;
    buckets.Add(samples);
    EXPECT_EQ(buckets.CountBelow(i), 3) << kBounds[i];
    EXPECT_EQ(buckets.CountBelow(0), i == 0 ? 3 : 0) << kBounds[i];
    EXPECT_EQ(buckets.CountBelow(kBounds.size() - 1), i + 1 == kBounds.size() ? 3 : 8) << kBounds[i];
    EXPECT_EQ(buckets.count(), 8);
  }
}

TEST(DurationBuckets, CountEverySampleExactly) {
  std::mt19937_64 random(7);
  std::vector<int64_t> all;
  int64_t sum = 0;
  DurationBuckets buckets;
  for (int interval = 0; interval < 20; ++interval) {
    Histogram samples;
    for (int i = 0; i < 500; ++i) {
      const int64_t us = int64_t{1} << std::uniform_int_distribution<int>(0, 30)(random);
      all.push_back(us + std::uniform_int_distribution<int64_t>(0, us - 1)(random));
      sum += all.back();
      samples.RecordUs(all.back());
    }
    buckets.Add(samples);
  }
  EXPECT_EQ(buckets.count(), static_cast<int64_t>(all.size()));
  EXPECT_EQ(buckets.sum_us(), sum);
  for (size_t i = 0; i < kBounds.size(); ++i) {
    EXPECT_EQ(buckets.CountBelow(i),
              std::count_if(all.begin(), all.end(), [&](int64_t us) { return us < kBounds[i]; }));
  }
}

TEST(DurationBuckets, WhatIsLongerThanAllBoundsIsInTheCountAlone) {
  Histogram samples;
  samples.RecordUs(Histogram::kHighestUs * 2, 4);
  DurationBuckets buckets;
  buckets.Add(samples);
  EXPECT_EQ(buckets.CountBelow(kBounds.size() - 1), 0);
  EXPECT_EQ(buckets.count(), 4);
  EXPECT_EQ(buckets.sum_us(), 4 * Histogram::kHighestUs);
}

}  // namespace
}  // namespace wsload
