// How often a comparison is wrong, and how often it finds what is there: over many simulated pairs of sides.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string_view>

#include "controller/compare/comparison.h"
#include "tests/unit/controller/simulated_runs.h"

namespace wsload {
namespace {

constexpr int kRunsASide = 5;

struct Rates {
  int different = 0;  ///< comparisons in which any metric is worse or better
  // Of response p99 alone.
  int worse = 0;
  int better = 0;
  int same = 0;
  int by_p = 0;     ///< its own p is small enough
  int by_holm = 0;  ///< likewise after Holm
  int by_step_down = 0;
};

void Add(const MetricComparison& p99, Rates& rates) {
  rates.worse += p99.answer == Answer::kWorse ? 1 : 0;
  rates.better += p99.answer == Answer::kBetter ? 1 : 0;
  rates.same += p99.answer == Answer::kSame ? 1 : 0;
  rates.by_p += *p99.p <= kSignificance ? 1 : 0;
  rates.by_holm += *p99.p_holm <= kSignificance ? 1 : 0;
  rates.by_step_down += *p99.p_adjusted <= kSignificance ? 1 : 0;
}

/// Seeds `first` and so on.
Rates CompareOften(const SimulatedServer& a, const SimulatedServer& b, int first, int pairs) {
  Rates rates;
  for (int pair = first; pair < first + pairs; ++pair) {
    std::mt19937_64 random(static_cast<uint64_t>(pair) + 1);
    std::vector<RunSample> side_a = SimulateSide(a, kRunsASide, 0, random);
    std::vector<RunSample> side_b = SimulateSide(b, kRunsASide, 1, random);
    const Comparison comparison = Compare(std::move(side_a), std::move(side_b), {});
    if (Has(comparison, Answer::kWorse) || Has(comparison, Answer::kBetter)) ++rates.different;
    for (const MetricComparison& metric : comparison.metrics) {
      if (metric.metric->name == std::string_view("response_us_p99")) Add(metric, rates);
    }
  }
  return rates;
}

TEST(CompareRates, WithoutAChangeAtMostOneInTwentyIsCalledDifferent) {
  int different = 0;
  for (int pair = 0; pair < 200; ++pair) {
    const SimulatedServer same{.autocorrelation = std::array{0.0, 0.7, 0.9}[pair % 3],
                               .run_spread = pair % 2 == 0 ? 0.05 : 0};
    different += CompareOften(same, same, pair, 1).different;
  }
  EXPECT_LE(different, 10);
  RecordProperty("different", different);
}

TEST(CompareRates, AChangeOfATenthIsFound) {
  const SimulatedServer before{.run_spread = 0};
  SimulatedServer after = before;
  after.level_us *= 1.1;
  const Rates rates = CompareOften(before, after, 0, 50);
  EXPECT_GE(rates.different, 45);
  EXPECT_GE(rates.worse, 35) << "p99 of 3,000 messages a run";
  EXPECT_EQ(rates.better, 0);
}

// The table of docs/compare.md; with --gtest_also_run_disabled_tests, it takes minutes.
TEST(CompareRates, DISABLED_Table) {
  constexpr int kPairs = 100;
  for (const double change : {1.0, 1.1}) {
    for (const double autocorrelation : {0.0, 0.7, 0.9}) {
      for (const double run_spread : {0.0, 0.05}) {
        const SimulatedServer before{.autocorrelation = autocorrelation, .run_spread = run_spread};
        SimulatedServer after = before;
        after.level_us *= change;
        const Rates rates = CompareOften(before, after, 0, kPairs);
        printf(
            "change %.2f, autocorrelation %.1f, run to run %.2f: any metric different %d; p99 worse %d, better %d, "
            "same %d; p <= 0.05: own %d, Holm %d, step-down %d\n",
            change, autocorrelation, run_spread, rates.different, rates.worse, rates.better, rates.same, rates.by_p,
            rates.by_holm, rates.by_step_down);
        fflush(stdout);
      }
    }
  }
}

}  // namespace
}  // namespace wsload
