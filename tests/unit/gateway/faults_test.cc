#include "tests/gateway/faults.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "common/time/clock.h"
#include "common/util/status.h"

namespace wsload::gateway {
namespace {

TEST(ExactShare, HasHitTheFloorOfTheShareAfterEveryEvent) {
  const struct {
    double share;
    int64_t numerator, denominator;
  } cases[] = {{0, 0, 1},   {0.1, 1, 10}, {0.29, 29, 100},
               {0.5, 1, 2}, {0.7, 7, 10}, {0.999999999, 999999999, 1000000000},
               {1, 1, 1}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.share);
    ExactShare share(c.share);
    int64_t hits = 0;
    for (int64_t n = 1; n <= 10'000; ++n) {
      hits += share.Next() ? 1 : 0;
      ASSERT_EQ(hits, n * c.numerator / c.denominator) << "after " << n;
    }
  }
}

TEST(DelaySpec, ReadsAllForms) {
  EXPECT_EQ(*ParseDelaySpec("0"), DelaySpec());
  EXPECT_EQ(*ParseDelaySpec("20ms"), (DelaySpec{DelaySpec::Kind::kConstant, 20 * kNsPerMs, 0}));
  EXPECT_EQ(*ParseDelaySpec("exp:5ms"), (DelaySpec{DelaySpec::Kind::kExponential, 5 * kNsPerMs, 0}));
  EXPECT_EQ(*ParseDelaySpec("uniform:1ms-9ms"), (DelaySpec{DelaySpec::Kind::kUniform, kNsPerMs, 9 * kNsPerMs}));
}

TEST(DelaySpec, SaysWhatIsWanted) {
  for (const char* text :
       {"", "5", "-1ms", "2h", "inf", "exp:", "exp:x", "uniform:1ms", "uniform:9ms-1ms", "uniform:-", "normal:1ms"}) {
    const auto spec = ParseDelaySpec(text);
    ASSERT_FALSE(spec.ok()) << text;
    EXPECT_TRUE(Text(spec.status()).starts_with("want ")) << text;
  }
}

TEST(DelayModel, ConstantIsExact) {
  DelayModel model({DelaySpec::Kind::kConstant, 20'000'001, 0}, 1);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(model.NextNs(), 20'000'001);
}

TEST(DelayModel, ExponentialHasItsMeanAndMedian) {
  DelayModel model({DelaySpec::Kind::kExponential, 5 * kNsPerMs, 0}, 7);
  constexpr int kDraws = 200'000;
  double sum = 0;
  int below_median = 0;
  for (int i = 0; i < kDraws; ++i) {
    const int64_t delay_ns = model.NextNs();
    ASSERT_GE(delay_ns, 0);
    sum += static_cast<double>(delay_ns);
    below_median += static_cast<double>(delay_ns) < 5e6 * std::log(2.0) ? 1 : 0;
  }
  EXPECT_NEAR(sum / kDraws, 5e6, 5e4);
  EXPECT_NEAR(below_median, kDraws / 2, kDraws / 100);
}

TEST(DelayModel, UniformStaysInsideAndRepeatsWithItsSeed) {
  const DelaySpec spec{DelaySpec::Kind::kUniform, kNsPerMs, 9 * kNsPerMs};
  DelayModel a(spec, 3), b(spec, 3), other(spec, 4);
  double sum = 0;
  bool differs = false;
  for (int i = 0; i < 100'000; ++i) {
    const int64_t delay_ns = a.NextNs();
    ASSERT_GE(delay_ns, kNsPerMs);
    ASSERT_LE(delay_ns, 9 * kNsPerMs);
    ASSERT_EQ(delay_ns, b.NextNs());
    differs |= delay_ns != other.NextNs();
    sum += static_cast<double>(delay_ns);
  }
  EXPECT_NEAR(sum / 100'000, 5e6, 5e4);
  EXPECT_TRUE(differs);
}

TEST(StallClock, StallsInTheMiddleOfEachPeriod) {
  const StallClock clock(10 * kNsPerSecond, kNsPerSecond);
  const int64_t origin = 123'456'789;
  const auto end = [&](int64_t offset_ns) {
    const int64_t at = clock.StallEndNs(origin, origin + offset_ns);
    return at == 0 ? 0 : at - origin;
  };
  EXPECT_EQ(clock.StallEndNs(origin, 0), 0);
  EXPECT_EQ(end(0), 0);
  EXPECT_EQ(end(4'499'999'999), 0);
  EXPECT_EQ(end(4'500'000'000), 5'500'000'000);
  EXPECT_EQ(end(5'499'999'999), 5'500'000'000);
  EXPECT_EQ(end(5'500'000'000), 0);
  EXPECT_EQ(end(24'500'000'001), 25'500'000'000);
}

TEST(StallClock, NeverStallsWithoutAPeriod) {
  EXPECT_EQ(StallClock(0, 0).StallEndNs(0, 5), 0);
  EXPECT_EQ(StallClock(10, 0).StallEndNs(0, 5), 0);
}

TEST(TokenBucket, GivesTheBurstThenTheRateExactly) {
  TokenBucket bucket(3, 5);
  const int64_t start = 1'000'000'007;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(bucket.Take(start)) << i;
  EXPECT_FALSE(bucket.Take(start));
  EXPECT_FALSE(bucket.Take(start + 333'333'333));  // a third of a second is not quite over
  EXPECT_TRUE(bucket.Take(start + 333'333'334));
  EXPECT_FALSE(bucket.Take(start + 333'333'335));
}

TEST(TokenBucket, NeverGivesMoreThanBurstAndRate) {
  TokenBucket bucket(10'000, 20'000);
  int64_t taken = 0;
  for (int64_t now_ns = 0; now_ns <= 3 * kNsPerSecond; now_ns += 50'000) taken += bucket.Take(now_ns) ? 1 : 0;
  EXPECT_EQ(taken, 50'000);  // 20,000 a second are asked for, for 3 s, and one at the end
  TokenBucket rested(10'000, 20'000);
  rested.Take(0);
  taken = 0;
  while (rested.Take(1'000'000 * kNsPerSecond)) ++taken;
  EXPECT_EQ(taken, 20'000);
}

}  // namespace
}  // namespace wsload::gateway
