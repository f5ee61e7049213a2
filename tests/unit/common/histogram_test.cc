#include "common/stats/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "common/util/status.h"

namespace wsload {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

// Spread over all magnitudes, the way latencies are.
int64_t RandomUs(std::mt19937_64& random) {
  const double magnitude = std::uniform_real_distribution<double>(0, std::log(3.6e9))(random);
  return std::clamp<int64_t>(static_cast<int64_t>(std::exp(magnitude)), 1, Histogram::kHighestUs);
}

std::vector<std::pair<int, uint64_t>> Buckets(const Histogram& histogram) {
  std::vector<std::pair<int, uint64_t>> buckets;
  histogram.ForEachBucket([&](int index, int64_t, uint64_t count) { buckets.emplace_back(index, count); });
  return buckets;
}

Histogram::Summary SummaryOf(const Histogram& histogram) {
  return {.sum_us = histogram.sum_us(),
          .min_us = histogram.min_us(),
          .max_us = histogram.max_us(),
          .clamped_low = histogram.clamped_low(),
          .clamped_high = histogram.clamped_high()};
}

TEST(HistogramGeometry, IsHdrHistograms) {
  // 22 buckets of 2048 sub-buckets, of which all but the first use the upper half: (22 + 1) * 1024.
  EXPECT_EQ(Histogram::BucketCount(), 23'552);
  EXPECT_EQ(Histogram::BucketIndex(1), 1);
  EXPECT_EQ(Histogram::BucketIndex(2047), 2047);
  EXPECT_EQ(Histogram::BucketIndex(2048), 2048);
  EXPECT_EQ(Histogram::BucketIndex(2049), 2048);
  EXPECT_EQ(Histogram::BucketIndex(4095), 3071);
  EXPECT_EQ(Histogram::BucketIndex(4096), 3072);
  EXPECT_LT(Histogram::BucketIndex(Histogram::kHighestUs), Histogram::BucketCount());
  EXPECT_EQ(Histogram::HighestInBucketUs(Histogram::BucketIndex(10'007)), 10'007);
  EXPECT_EQ(Histogram::LowestInBucketUs(Histogram::BucketIndex(10'007)), 10'000);
}

TEST(HistogramGeometry, BucketsTileTheRangeWithoutGaps) {
  EXPECT_EQ(Histogram::LowestInBucketUs(0), 0);
  for (int i = 0; i < Histogram::BucketCount(); ++i) {
    const int64_t lowest = Histogram::LowestInBucketUs(i);
    const int64_t highest = Histogram::HighestInBucketUs(i);
    ASSERT_LE(lowest, highest);
    ASSERT_EQ(Histogram::BucketIndex(lowest), i);
    ASSERT_EQ(Histogram::BucketIndex(highest), i);
    if (i > 0) {
      ASSERT_EQ(lowest, Histogram::HighestInBucketUs(i - 1) + 1);
    }
    // Three significant digits.
    ASSERT_LE((highest - lowest) * 1000, std::max<int64_t>(lowest, 1));
  }
}

TEST(Histogram, EmptyAnswersZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.min_us(), 0);
  EXPECT_EQ(histogram.max_us(), 0);
  EXPECT_EQ(histogram.mean_us(), 0);
  EXPECT_EQ(histogram.PercentileUs(50), 0);
  EXPECT_TRUE(Buckets(histogram).empty());
}

TEST(Histogram, OneSampleIsEveryPercentile) {
  Histogram histogram;
  histogram.RecordUs(123'456);
  for (const double p : {0.0, 50.0, 99.9, 100.0}) EXPECT_EQ(histogram.PercentileUs(p), 123'456);
  EXPECT_EQ(histogram.mean_us(), 123'456);
}

TEST(Histogram, RoundsNanosecondsDown) {
  Histogram histogram;
  histogram.RecordNs(1'999);
  EXPECT_EQ(histogram.max_us(), 1);
  EXPECT_EQ(histogram.clamped_low(), 0);
}

TEST(Histogram, ClampsAndCountsWhatIsOutOfRange) {
  Histogram histogram;
  histogram.RecordNs(999);
  histogram.RecordNs(0);
  histogram.RecordNs(-5'000'000);
  histogram.RecordNs(std::numeric_limits<int64_t>::min());
  histogram.RecordUs(Histogram::kHighestUs);
  histogram.RecordUs(Histogram::kHighestUs + 1);
  histogram.RecordNs(kMax);
  EXPECT_EQ(histogram.count(), 7);
  EXPECT_EQ(histogram.clamped_low(), 4);
  EXPECT_EQ(histogram.clamped_high(), 2);
  EXPECT_EQ(histogram.min_us(), 1);
  EXPECT_EQ(histogram.max_us(), Histogram::kHighestUs);
  EXPECT_EQ(histogram.sum_us(), 4 + 3 * Histogram::kHighestUs);
  EXPECT_EQ(histogram.PercentileUs(100), Histogram::kHighestUs);
}

TEST(Histogram, CountsBelowOneAreNoSamples) {
  Histogram histogram;
  histogram.RecordUs(5, 0);
  histogram.RecordUs(5, -3);
  EXPECT_EQ(histogram, Histogram());
}

TEST(Histogram, PercentileRanksAreExact) {
  Histogram histogram;
  for (int us = 1; us <= 1000; ++us) histogram.RecordUs(us);
  EXPECT_EQ(histogram.PercentileUs(0), 1);
  EXPECT_EQ(histogram.PercentileUs(0.1), 1);
  EXPECT_EQ(histogram.PercentileUs(0.11), 2);
  EXPECT_EQ(histogram.PercentileUs(50), 500);
  EXPECT_EQ(histogram.PercentileUs(50.01), 501);
  EXPECT_EQ(histogram.PercentileUs(99), 990);
  EXPECT_EQ(histogram.PercentileUs(99.9), 999);
  EXPECT_EQ(histogram.PercentileUs(99.99), 1000);
  EXPECT_EQ(histogram.PercentileUs(100), 1000);
  EXPECT_EQ(histogram.PercentileUs(-1), 1);
  EXPECT_EQ(histogram.PercentileUs(1e300), 1000);
  EXPECT_EQ(histogram.PercentileUs(std::nan("")), 1);
}

TEST(Histogram, AgreesWithTheSortedSamples) {
  std::mt19937_64 random(42);
  for (int round = 0; round < 40; ++round) {
    std::vector<int64_t> samples(1 + random() % 5'000);
    Histogram histogram;
    int64_t sum = 0;
    for (int64_t& us : samples) {
      us = RandomUs(random);
      sum += us;
      histogram.RecordNs(us * 1000 + static_cast<int64_t>(random() % 1000));
    }
    std::sort(samples.begin(), samples.end());
    const auto size = static_cast<int64_t>(samples.size());
    ASSERT_EQ(histogram.count(), size);
    ASSERT_EQ(histogram.sum_us(), sum);
    ASSERT_EQ(histogram.min_us(), samples.front());
    ASSERT_EQ(histogram.max_us(), samples.back());
    for (const int64_t thousandths : {0, 1, 1'000, 25'000, 50'000, 90'000, 95'000, 99'000, 99'900, 99'990, 100'000}) {
      const int64_t rank = std::max<int64_t>(1, (thousandths * size + 99'999) / 100'000);
      const int64_t sample = samples[static_cast<size_t>(rank - 1)];
      const int64_t expected = std::min(Histogram::HighestInBucketUs(Histogram::BucketIndex(sample)), samples.back());
      ASSERT_EQ(histogram.PercentileUs(static_cast<double>(thousandths) / 1000), expected)
          << thousandths << " of " << size;
    }
  }
}

TEST(Histogram, RecordingWithACountIsRecordingThatOften) {
  Histogram once;
  once.RecordUs(5'000, 3);
  once.RecordUs(-1, 2);
  Histogram often;
  for (int i = 0; i < 3; ++i) often.RecordUs(5'000);
  for (int i = 0; i < 2; ++i) often.RecordUs(-1);
  EXPECT_EQ(once, often);
}

TEST(Histogram, MergeEqualsOneThatSawEverySample) {
  std::mt19937_64 random(9);
  for (int round = 0; round < 20; ++round) {
    Histogram whole;
    std::vector<Histogram> parts(1 + random() % 8);
    for (int i = 0; i < 2'000; ++i) {
      const int64_t us = random() % 50 == 0 ? -1 : random() % 50 == 0 ? kMax : RandomUs(random);
      whole.RecordUs(us);
      parts[random() % parts.size()].RecordUs(us);
    }
    Histogram forward;
    for (const Histogram& part : parts) forward.Merge(part);
    Histogram backward;
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
      Histogram with_tail = *part;
      with_tail.Merge(backward);
      backward = with_tail;
    }
    ASSERT_EQ(forward, whole);
    ASSERT_EQ(backward, whole);
    ASSERT_EQ(forward.PercentileUs(99.9), whole.PercentileUs(99.9));
  }
}

TEST(Histogram, MergingWithItselfDoubles) {
  Histogram histogram;
  histogram.RecordUs(10);
  histogram.RecordUs(10'000);
  histogram.Merge(histogram);
  EXPECT_EQ(histogram.count(), 4);
  EXPECT_EQ(histogram.sum_us(), 20'020);
}

TEST(Histogram, ClearForgetsEverything) {
  Histogram histogram;
  for (const int64_t us : {int64_t{-1}, int64_t{1}, int64_t{70'000}, kMax}) histogram.RecordUs(us);
  histogram.Clear();
  EXPECT_EQ(histogram, Histogram());
  EXPECT_TRUE(Buckets(histogram).empty());
  histogram.RecordUs(50);
  Histogram fresh;
  fresh.RecordUs(50);
  EXPECT_EQ(histogram, fresh);
}

TEST(Histogram, SumsSaturateInsteadOfWrapping) {
  Histogram histogram;
  histogram.RecordUs(Histogram::kHighestUs, kMax);
  EXPECT_EQ(histogram.sum_us(), kMax);
  EXPECT_EQ(histogram.count(), kMax);
  histogram.RecordUs(1, kMax);
  histogram.Merge(histogram);
  EXPECT_EQ(histogram.count(), kMax);
  EXPECT_EQ(histogram.PercentileUs(100), Histogram::kHighestUs);
  EXPECT_EQ(histogram.PercentileUs(50), 1);
}

TEST(Histogram, EqualityTellsDifferencesApart) {
  Histogram a;
  a.RecordUs(10);
  a.RecordUs(30);
  a.RecordUs(40);
  a.RecordUs(100);
  Histogram b;
  b.RecordUs(10);
  b.RecordUs(20);
  b.RecordUs(50);
  b.RecordUs(100);
  EXPECT_EQ(a.sum_us(), b.sum_us());
  EXPECT_FALSE(a == b);
  Histogram clamped;
  clamped.RecordUs(0);
  Histogram exact;
  exact.RecordUs(1);
  EXPECT_FALSE(clamped == exact);
}

TEST(HistogramAssign, RebuildsWhatWasTakenApart) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 20; ++round) {
    Histogram histogram;
    for (uint64_t i = random() % 3'000; i > 0; --i) {
      histogram.RecordUs(random() % 20 == 0 ? 0 : random() % 20 == 0 ? kMax : RandomUs(random));
    }
    Histogram rebuilt;
    rebuilt.RecordUs(77);
    ASSERT_TRUE(rebuilt.Assign(Buckets(histogram), SummaryOf(histogram)).ok());
    ASSERT_EQ(rebuilt, histogram);
  }
}

// Whatever form either side is in, the sum is that of one histogram that saw every sample.
TEST(HistogramAssign, MergesWithoutRegardToTheForm) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 200; ++round) {
    Histogram merged, seen;
    for (uint64_t parts = 1 + random() % 6; parts > 0; --parts) {
      Histogram part;
      for (uint64_t i = random() % 200; i > 0; --i) {
        const int64_t us = random() % 4 == 0 ? RandomUs(random) : static_cast<int64_t>(random() % 300);
        part.RecordUs(us);
        seen.RecordUs(us);
      }
      Histogram sparse;
      ASSERT_TRUE(sparse.Assign(Buckets(part), SummaryOf(part)).ok());
      ASSERT_EQ(sparse, part);
      merged.Merge(random() % 3 == 0 ? part : sparse);
      if (random() % 8 == 0) merged.ReserveBuckets();
    }
    ASSERT_EQ(merged, seen) << "round " << round;
    ASSERT_EQ(seen, merged);
    ASSERT_EQ(Buckets(merged), Buckets(seen));
    for (const double percentile : {0.0, 50.0, 99.0, 99.9, 100.0}) {
      ASSERT_EQ(merged.PercentileUs(percentile), seen.PercentileUs(percentile));
    }
    merged.Clear();
    ASSERT_EQ(merged, Histogram());
  }
}

TEST(HistogramAssign, CountsBeyond32BitsAreExact) {
  constexpr int64_t kMany = 3'000'000'000;
  Histogram recorded, sparse;
  recorded.RecordUs(5, kMany);
  recorded.RecordUs(70'000);
  ASSERT_TRUE(sparse.Assign(Buckets(recorded), SummaryOf(recorded)).ok());
  Histogram twice = sparse;
  twice.Merge(sparse);
  Histogram with_itself = sparse;
  with_itself.Merge(with_itself);
  recorded.Merge(recorded);
  EXPECT_EQ(twice, recorded);
  EXPECT_EQ(with_itself, recorded);
  EXPECT_EQ(Buckets(twice).front().second, 2u * kMany);
  Histogram again;
  ASSERT_TRUE(again.Assign(Buckets(recorded), SummaryOf(recorded)).ok());
  EXPECT_EQ(again, recorded);
}

TEST(HistogramAssign, RefusesContradictionsAndStaysUntouched) {
  Histogram good;
  good.RecordUs(0);
  good.RecordUs(5'000, 3);
  good.RecordUs(kMax);
  const auto buckets = Buckets(good);
  const auto summary = SummaryOf(good);
  const auto refused = [&](const std::vector<std::pair<int, uint64_t>>& b, const Histogram::Summary& s) {
    Histogram target;
    target.RecordUs(77);
    const Histogram before = target;
    const absl::Status status = target.Assign(b, s);
    EXPECT_EQ(target, before);
    return status.code() == absl::StatusCode::kInvalidArgument;
  };
  const auto with_bucket = [&](int index, uint64_t count) {
    auto changed = buckets;
    changed.emplace_back(index, count);
    return changed;
  };
  EXPECT_TRUE(refused(with_bucket(-1, 1), summary));
  EXPECT_TRUE(refused(with_bucket(Histogram::BucketCount(), 1), summary));
  EXPECT_TRUE(refused(with_bucket(0, 1), summary));  // no sample is 0
  EXPECT_TRUE(refused(with_bucket(Histogram::BucketCount() - 1, 1), summary));
  EXPECT_TRUE(refused(with_bucket(100, (uint64_t{1} << 53) + 1), summary));
  EXPECT_TRUE(refused(with_bucket(100, std::numeric_limits<uint64_t>::max()), summary));
  EXPECT_TRUE(refused(with_bucket(100, uint64_t{1} << 53), summary));  // with the others: too many
  EXPECT_TRUE(refused({}, summary));

  for (const int64_t bad : {int64_t{0}, int64_t{-1}, int64_t{2}, kMax, std::numeric_limits<int64_t>::min()}) {
    auto changed = summary;
    changed.min_us = bad;
    EXPECT_TRUE(refused(buckets, changed)) << "min " << bad;
    changed = summary;
    changed.max_us = bad;
    EXPECT_TRUE(refused(buckets, changed)) << "max " << bad;
    changed = summary;
    changed.sum_us = bad;
    EXPECT_TRUE(refused(buckets, changed)) << "sum " << bad;
    if (bad != 0) {
      changed = summary;
      changed.clamped_low = bad;
      EXPECT_TRUE(refused(buckets, changed)) << "clamped_low " << bad;
      changed = summary;
      changed.clamped_high = bad;
      EXPECT_TRUE(refused(buckets, changed)) << "clamped_high " << bad;
    }
  }
}

TEST(HistogramAssign, AnEmptyOneHasAnEmptySummary) {
  Histogram histogram;
  histogram.RecordUs(3);
  EXPECT_TRUE(histogram.Assign({}, {}).ok());
  EXPECT_EQ(histogram, Histogram());
  EXPECT_FALSE(histogram.Assign({}, {.max_us = 1}).ok());
  EXPECT_FALSE(histogram.Assign({}, {.clamped_low = 1}).ok());
}

TEST(Histogram, CompactedHasTheSameSamplesInLessMemory) {
  Histogram histogram;
  EXPECT_EQ(histogram.Compacted(), histogram);
  for (const int64_t us : std::initializer_list<int64_t>{0, 7, 7, 5'000, 4'000'000'000}) histogram.RecordUs(us);
  const Histogram compacted = histogram.Compacted();
  EXPECT_EQ(compacted, histogram);
  EXPECT_EQ(compacted.Compacted(), histogram);
  EXPECT_GT(histogram.bytes(), 180'000u);
  EXPECT_LT(compacted.bytes(), 30u);
  EXPECT_EQ(compacted.clamped_low(), 1);
  EXPECT_EQ(compacted.PercentileUs(60), histogram.PercentileUs(60));
  histogram.RecordUs(9, int64_t{1} << 40);
  EXPECT_EQ(histogram.Compacted(), histogram) << "where a count does not fit, all buckets are kept";
}

}  // namespace
}  // namespace wsload
