#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <string_view>

#include "common/util/status.h"
#include "controller/compare/block_bootstrap.h"
#include "controller/compare/comparison.h"
#include "controller/compare/permutation.h"
#include "controller/compare/sides.h"
#include "tests/unit/controller/sample_result.h"
#include "tests/unit/controller/simulated_runs.h"

namespace wsload {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(BlockBootstrap, BlocksAreAsLongAsTheDependenceAsks) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  const auto length_of = [&](double autocorrelation, size_t n) {
    std::vector<double> series(n);
    double level = 0;
    for (double& value : series) value = level = autocorrelation * level + normal(random);
    return BlockLength(series);
  };
  EXPECT_LT(length_of(0, 2'000), 4);
  // Of an AR(1) series the rule's limit is known: (2 G^2 / D n)^(1/3) with G / g(0) = 2 r / (1 - r^2).
  const double expected = std::cbrt(std::pow(2 * 0.7 / (1 - 0.49), 2) * 5'000);
  EXPECT_NEAR(length_of(0.7, 5'000), expected, expected / 3);
  EXPECT_GT(length_of(0.95, 2'000), length_of(0.7, 2'000));
  EXPECT_LE(length_of(0.99, 30), 10) << "never more than a third";
  EXPECT_EQ(BlockLength(std::vector<double>(100, 5.0)), 1);
  EXPECT_EQ(BlockLength({}), 1);
}

TEST(BlockBootstrap, ARepeatableDrawOfAsManyPlaces) {
  RandomNumbers random(7, 0);
  std::vector<uint32_t> times(50);
  std::vector<double> sums(50);
  for (int draw = 0; draw < 4'000; ++draw) {
    DrawBlocks(5, random, times);
    EXPECT_EQ(std::accumulate(times.begin(), times.end(), 0u), 50u);
    for (size_t i = 0; i < times.size(); ++i) sums[i] += times[i];
  }
  for (const double sum : sums) EXPECT_NEAR(sum / 4'000, 1, 0.15) << "no place is preferred";
  RandomNumbers one(9, 3);
  RandomNumbers same(9, 3);
  std::vector<uint32_t> other(50);
  DrawBlocks(5, one, times);
  DrawBlocks(5, same, other);
  EXPECT_EQ(times, other);
}

TEST(Permutation, CountsTheWaysThatDifferAsMuch) {
  // Five apart from five: of 252 ways only this one and its mirror image.
  const ValuesByRun apart = {1, 2, 3, 4, 5, 11, 12, 13, 14, 15};
  const ValuesByRun alike(10, 3.0);
  const PermutationTest test = TestByPermutation({apart, alike}, 5, 1);
  EXPECT_TRUE(test.exact);
  EXPECT_EQ(test.ways, 252u);
  EXPECT_DOUBLE_EQ(test.p[0], 2.0 / 252);
  EXPECT_DOUBLE_EQ(test.p_adjusted[0], 2.0 / 252);
  EXPECT_DOUBLE_EQ(test.p[1], 1);
  // By hand: {1, 2} from {3, 4} differ by 2, as do two of the six ways.
  EXPECT_DOUBLE_EQ(TestByPermutation({{1, 2, 3, 4}}, 2, 1).p[0], 2.0 / 6);
  EXPECT_DOUBLE_EQ(TestByPermutation({{1, 3, 2, 4}}, 2, 1).p[0], 4.0 / 6);
}

TEST(Permutation, MetricsThatTellOneStoryCountAsOne) {
  const ValuesByRun apart = {1, 2, 3, 4, 5, 11, 12, 13, 14, 15};
  const PermutationTest test = TestByPermutation(std::vector<ValuesByRun>(10, apart), 5, 1);
  EXPECT_THAT(test.p_adjusted, Each(2.0 / 252));
  EXPECT_THAT(HolmAdjusted(test.p), Each(20.0 / 252)) << "which no difference could ever get under 0.05";
}

TEST(Permutation, AdjustedIsNeverLessThanItsOwn) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  for (int repeat = 0; repeat < 20; ++repeat) {
    std::vector<ValuesByRun> metrics(4, ValuesByRun(8));
    for (ValuesByRun& metric : metrics) {
      for (double& value : metric) value = normal(random);
    }
    const PermutationTest test = TestByPermutation(metrics, 4, 1);
    const std::vector<double> holm = HolmAdjusted(test.p);
    for (size_t i = 0; i < metrics.size(); ++i) {
      EXPECT_GE(test.p_adjusted[i], test.p[i]);
      EXPECT_GE(holm[i], test.p[i]);
    }
  }
}

TEST(Permutation, TooManyWaysAreDrawnByLot) {
  std::mt19937_64 random(6);
  std::normal_distribution<double> normal;
  ValuesByRun values(30);
  for (size_t i = 0; i < values.size(); ++i) values[i] = normal(random) + (i < 15 ? 0 : 3);
  const PermutationTest test = TestByPermutation({values}, 15, 1);
  EXPECT_FALSE(test.exact);
  EXPECT_GT(test.p[0], 0);
  EXPECT_LT(test.p[0], 0.001);
}

TEST(Permutation, HolmsStepsByHand) {
  EXPECT_THAT(HolmAdjusted({0.01, 0.04, 0.03, 0.005}), ElementsAre(0.03, 0.06, 0.06, 0.02));
  EXPECT_THAT(HolmAdjusted({}), IsEmpty());
  EXPECT_DOUBLE_EQ(LeastP(5, 5), 2.0 / 252);
  EXPECT_DOUBLE_EQ(LeastP(4, 4), 2.0 / 70);
  EXPECT_DOUBLE_EQ(LeastP(3, 3), 0.1);
  EXPECT_DOUBLE_EQ(LeastP(1, 1), 1);
}

const MetricComparison& Metric(const Comparison& comparison, std::string_view name) {
  for (const MetricComparison& metric : comparison.metrics) {
    if (metric.metric->name == name) return metric;
  }
  ADD_FAILURE() << name;
  return comparison.metrics.front();
}

std::vector<std::string> Remarks(const Comparison& comparison) {
  std::vector<std::string> lines;
  for (const Statement& remark : comparison.remarks) lines.push_back(StatementText(Language::kEnglish, remark));
  return lines;
}

Comparison CompareServers(const SimulatedServer& a, const SimulatedServer& b, int runs, uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  std::vector<RunSample> side_a = SimulateSide(a, runs, 0, random);
  return Compare(std::move(side_a), SimulateSide(b, runs, 1, random), {});
}

SimulatedServer Slower(SimulatedServer server, double by) {
  server.level_us *= by;
  return server;
}

constexpr SimulatedServer kQuiet{.autocorrelation = 0.3, .second_spread = 0.02, .run_spread = 0.005};

TEST(Compare, FourAnswers) {
  const Comparison slower = CompareServers(kQuiet, Slower(kQuiet, 1.2), 5);
  EXPECT_EQ(Metric(slower, "response_us_p50").answer, Answer::kWorse);
  EXPECT_NEAR(Metric(slower, "response_us_p50").ratio, 1.2, 0.02);
  EXPECT_LT(Metric(slower, "response_us_p50").interval->low, 1.2);
  EXPECT_GT(Metric(slower, "response_us_p50").interval->high, 1.2);
  EXPECT_EQ(Metric(slower, "success_ratio").answer, Answer::kSame);
  EXPECT_THAT(Remarks(slower), IsEmpty());
  EXPECT_EQ(Metric(CompareServers(Slower(kQuiet, 1.2), kQuiet, 5), "service_us_p50").answer, Answer::kBetter);
  EXPECT_EQ(Metric(CompareServers(kQuiet, kQuiet, 5), "service_us_p50").answer, Answer::kSame);
  const SimulatedServer uneven{.run_spread = 0.2};
  const MetricComparison undecided = Metric(CompareServers(uneven, uneven, 5), "response_us_p50");
  EXPECT_EQ(undecided.answer, Answer::kUndecided);
  EXPECT_TRUE(undecided.remark.has_value()) << "how many runs would do";
}

TEST(Compare, TheSameRunsAndSeedGiveTheSameAnswer) {
  const MetricComparison one = Metric(CompareServers(kQuiet, kQuiet, 4), "response_us_p99");
  const MetricComparison again = Metric(CompareServers(kQuiet, kQuiet, 4), "response_us_p99");
  EXPECT_EQ(one.interval->low, again.interval->low);
  EXPECT_EQ(one.p_adjusted, again.p_adjusted);
}

TEST(Compare, OneRunASideIsNeverJudged) {
  const Comparison pair = CompareServers(kQuiet, Slower(kQuiet, 2), 1);
  for (const MetricComparison& metric : pair.metrics) {
    EXPECT_TRUE(metric.answer == Answer::kNotJudged || metric.answer == Answer::kNotCompared);
    EXPECT_FALSE(metric.p.has_value());
  }
  EXPECT_NEAR(Metric(pair, "response_us_p50").ratio, 2, 0.1);
  EXPECT_TRUE(Metric(pair, "response_us_p50").interval.has_value());
  EXPECT_THAT(Remarks(pair),
              ElementsAre("within these two runs; how much runs differ anyway is not known: use -repeat=5"));
}

TEST(Compare, TooFewRunsAreToldSoAndCallNothingDifferent) {
  const Comparison three = CompareServers(kQuiet, Slower(kQuiet, 2), 3);
  EXPECT_FALSE(Has(three, Answer::kWorse));
  EXPECT_EQ(Metric(three, "response_us_p50").answer, Answer::kUndecided);
  EXPECT_THAT(Remarks(three), ElementsAre(HasSubstr("3 and 3 runs differ by chance at least 10 % of the time")));
  EXPECT_EQ(Metric(CompareServers(kQuiet, Slower(kQuiet, 2), 4), "response_us_p50").answer, Answer::kWorse);
}

TEST(Compare, APercentileNeedsTenSamplesAboveIt) {
  SimulatedServer small = kQuiet;
  small.messages_per_s = 15;  // 900 in all
  const Comparison comparison = CompareServers(small, small, 4);
  EXPECT_EQ(Metric(comparison, "response_us_p99").answer, Answer::kNotCompared);
  EXPECT_EQ(StatementText(Language::kEnglish, *Metric(comparison, "response_us_p99").remark),
            "only 9 samples above it in run 0, 10 are needed");
  EXPECT_NE(Metric(comparison, "response_us_p90").answer, Answer::kNotCompared);
}

TEST(Compare, SidesOneAfterTheOtherGetARemark) {
  std::mt19937_64 random(1);
  std::vector<RunSample> a = SimulateSide(kQuiet, 4, 0, random);
  std::vector<RunSample> b = SimulateSide(kQuiet, 4, 100, random);
  EXPECT_THAT(Remarks(Compare(a, b, {})), ElementsAre(HasSubstr("take turns, A B A B")));
}

TEST(Compare, WithoutIntervalsTheRunsAloneTell) {
  std::mt19937_64 random(1);
  std::vector<RunSample> a = SimulateSide(kQuiet, 4, 0, random);
  std::vector<RunSample> b = SimulateSide(kQuiet, 4, 1, random);
  for (auto* side : {&a, &b}) {
    for (RunSample& run : *side) run.deviations.clear();
  }
  const Comparison comparison = Compare(a, b, {});
  EXPECT_TRUE(Metric(comparison, "response_us_p50").interval.has_value());
  EXPECT_EQ(comparison.remarks.size(), 8u);
  EXPECT_FALSE(Metric(Compare({a[0]}, {b[0]}, {}), "response_us_p50").interval.has_value());
}

ArchivedRun Kept(const std::string& dir) {
  return {.dir = dir, .stored = {.result = PerfectResult(), .wsload_version = "1"}};
}

TEST(Sides, WhatIsNotValidIsNamedAndLeftOut) {
  std::vector<ArchivedRun> a = {Kept("a1"), Kept("a2"), Kept("a3")};
  a[0].stored.result.verdict = Verdict::kGeneratorLimited;
  a[1].stored.result.interrupted = true;
  const absl::StatusOr<Sides> sides = ChooseRuns(a, {Kept("b1")}, false);
  ASSERT_TRUE(sides.ok()) << sides.status();
  ASSERT_EQ(sides->a.size(), 1u);
  ASSERT_EQ(sides->remarks.size(), 2u);
  EXPECT_EQ(StatementText(Language::kEnglish, sides->remarks[0]), "a1 is left out: GENERATOR_LIMITED");
  EXPECT_EQ(StatementText(Language::kEnglish, sides->remarks[1]), "a2 is left out: interrupted");
  const absl::Status none = ChooseRuns({a[0]}, {Kept("b1")}, false).status();
  EXPECT_EQ(none.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Text(none),
            "compare: a1 is left out: GENERATOR_LIMITED; no run is left on side A: repeat what was measured");
}

TEST(Sides, AClosedLoopDoesNotCompareWithAnOpenOne) {
  std::vector<ArchivedRun> b = {Kept("b1")};
  b[0].stored.result.plan.model = LoadModel::kClosed;
  for (const bool force : {false, true}) {
    EXPECT_EQ(Text(ChooseRuns({Kept("a1")}, b, force).status()),
              "compare: a1 and b1 are runs of another -model each: a closed loop sends a slow server less, and has no "
              "response time; nothing of them compares");
  }
}

TEST(Sides, DifferentPlansAreListedAndRefused) {
  std::vector<ArchivedRun> b = {Kept("b1"), Kept("b2")};
  b[1].stored.result.plan.mps = 900;
  b[1].stored.result.plan.duration_ns = 90 * kNsPerSecond;
  const absl::Status refused = ChooseRuns({Kept("a1")}, b, false).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Text(refused),
      "compare: the runs had different loads; mps is 100 in a1 and 900 in b2; duration_ns is 2s in a1 and 1m30s in "
      "b2; compare runs of one plan, or add -force");
  const absl::StatusOr<Sides> forced = ChooseRuns({Kept("a1")}, b, true);
  ASSERT_TRUE(forced.ok());
  EXPECT_EQ(forced->remarks.size(), 2u);
  b[1] = Kept("b2");
  b[1].stored.result.plan.server = *ServerUrl::Parse("ws://other/ws");
  const absl::StatusOr<Sides> servers = ChooseRuns({Kept("a1")}, b, false);
  ASSERT_TRUE(servers.ok()) << "the server is what is compared";
  EXPECT_THAT(StatementText(Language::kEnglish, servers->remarks[0]), HasSubstr("and ws://other/ws in b2"));
}

}  // namespace
}  // namespace wsload
