#include "common/schedule/poisson_points.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace wsload {
namespace {

Measure Messages(int64_t count) { return static_cast<Measure>(count) * kMeasurePerMessage; }

std::vector<double> Positions(const PoissonPoints& points) {
  std::vector<double> positions;
  PoissonPoints::Cursor cursor(points);
  for (int64_t i = 0; i < points.count(); ++i) {
    positions.push_back(static_cast<double>(cursor.At(i)) / static_cast<double>(kMeasurePerMessage));
  }
  return positions;
}

/// Kolmogorov's distribution: the chance of a greatest distance from the hypothesis as large as that of `sorted`, whose
/// values are evenly from [0, 1) by the hypothesis.
double KolmogorovP(const std::vector<double>& sorted) {
  const auto n = static_cast<double>(sorted.size());
  double distance = 0;
  for (size_t i = 0; i < sorted.size(); ++i) {
    distance = std::max(distance, std::abs(sorted[i] - static_cast<double>(i) / n));
    distance = std::max(distance, std::abs(static_cast<double>(i + 1) / n - sorted[i]));
  }
  const double lambda = (std::sqrt(n) + 0.12 + 0.11 / std::sqrt(n)) * distance;
  double p = 0;
  for (int k = 1; k <= 100; ++k) p += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * lambda * lambda);
  return std::clamp(p, 0.0, 1.0);
}

double ExponentialP(const std::vector<double>& positions) {
  std::vector<double> gaps;
  for (size_t i = 1; i < positions.size(); ++i) gaps.push_back(-std::expm1(positions[i - 1] - positions[i]));
  std::sort(gaps.begin(), gaps.end());
  return KolmogorovP(gaps);
}

TEST(PoissonPoints, GapsAreExponential) {
  int unlikely = 0;
  for (uint64_t seed = 0; seed < 12; ++seed) {
    const double p = ExponentialP(Positions(PoissonPoints(seed, Messages(50'000))));
    EXPECT_GT(p, 0.001) << seed;
    unlikely += p < 0.1 ? 1 : 0;
  }
  EXPECT_LE(unlikely, 4);
}

TEST(PoissonPoints, TheTestKnowsWhatIsNotExponential) {
  std::vector<double> even;
  for (int i = 0; i < 1'000; ++i) even.push_back(i);
  EXPECT_LT(ExponentialP(even), 1e-6);
  std::vector<double> faster = Positions(PoissonPoints(1, Messages(50'000)));
  for (double& position : faster) position *= 0.95;
  EXPECT_LT(ExponentialP(faster), 1e-6);
}

TEST(PoissonPoints, CountsScatterAsTheirMean) {
  const PoissonPoints points(7, Messages(4'000'000));
  for (const int64_t width : {1, 10, 256, 1'000, 4'096, 6'144, 100'000}) {
    const int64_t windows = std::min<int64_t>(4'000'000 / width, 3'000);
    double sum = 0;
    double squares = 0;
    for (int64_t i = 0; i < windows; ++i) {
      const auto count =
          static_cast<double>(points.CountBefore(Messages((i + 1) * width)) - points.CountBefore(Messages(i * width)));
      sum += count;
      squares += count * count;
    }
    const auto n = static_cast<double>(windows);
    const double mean = sum / n;
    EXPECT_NEAR(mean, static_cast<double>(width), 4 * std::sqrt(static_cast<double>(width) / n)) << width;
    const double dispersion = (squares / n - mean * mean) / mean * n / (n - 1);
    EXPECT_NEAR(dispersion, 1, 4 * std::sqrt(2 / (n - 1)) + 2 / std::sqrt(n * static_cast<double>(width))) << width;
  }
}

TEST(PoissonPoints, SeedsAndNeighboursAreIndependent) {
  // The counts of the same window under seeds that follow each other, and of windows that follow each other.
  constexpr int kSeeds = 2'000;
  std::vector<double> first;
  std::vector<double> second;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const PoissonPoints points(seed, Messages(8'192));
    first.push_back(static_cast<double>(points.CountBefore(Messages(4'096)) - 4'096) / 64);
    second.push_back(static_cast<double>(points.count() - points.CountBefore(Messages(4'096)) - 4'096) / 64);
  }
  double of_seeds = 0;
  double of_windows = 0;
  for (int i = 0; i < kSeeds; ++i) {
    of_seeds += first[static_cast<size_t>(i)] * first[static_cast<size_t>((i + 1) % kSeeds)] / kSeeds;
    of_windows += first[static_cast<size_t>(i)] * second[static_cast<size_t>(i)] / kSeeds;
  }
  EXPECT_NEAR(of_seeds, 0, 4 / std::sqrt(kSeeds));
  EXPECT_NEAR(of_windows, 0, 4 / std::sqrt(kSeeds));
}

TEST(PoissonPoints, AreFoundWithoutWalkingThere) {
  const PoissonPoints points(3, Messages(1'000'000));
  PoissonPoints::Cursor walking(points);
  std::vector<Measure> all;
  for (int64_t i = 0; i < points.count(); ++i) {
    all.push_back(walking.At(i));
    ASSERT_TRUE(i == 0 || all[static_cast<size_t>(i)] >= all[static_cast<size_t>(i - 1)]) << i;
  }
  for (const int64_t stride : {2, 7, 17, 97, 1'000, 4'099, 1'234'567}) {
    PoissonPoints::Cursor striding(points);
    for (int64_t i = stride / 2; i < points.count(); i += stride) {
      ASSERT_EQ(striding.At(i), all[static_cast<size_t>(i)]) << stride << " " << i;
    }
  }
  for (size_t i = 0; i < all.size(); i += 997) {
    ASSERT_EQ(points.CountBefore(all[i]), std::lower_bound(all.begin(), all.end(), all[i]) - all.begin());
    ASSERT_EQ(points.CountBefore(all[i] + 1), std::upper_bound(all.begin(), all.end(), all[i]) - all.begin());
  }
  EXPECT_EQ(points.CountBefore(0), 0);
  EXPECT_EQ(points.CountBefore(Messages(1'000'000)), points.count());
}

TEST(PoissonPoints, AShorterProcessIsTheBeginningOfALongerOne) {
  const PoissonPoints longer(5, Messages(100'000));
  for (const int64_t end : {0, 1, 100, 4'095, 4'096, 4'097, 50'000}) {
    const PoissonPoints shorter(5, Messages(end));
    ASSERT_EQ(shorter.count(), longer.CountBefore(Messages(end)));
    PoissonPoints::Cursor a(shorter);
    PoissonPoints::Cursor b(longer);
    for (int64_t i = 0; i < shorter.count(); ++i) ASSERT_EQ(a.At(i), b.At(i));
  }
}

}  // namespace
}  // namespace wsload
