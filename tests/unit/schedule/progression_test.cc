#include "common/schedule/progression.h"

#include <gtest/gtest.h>

#include <limits>

namespace wsload {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(Progression, PartTakesEveryNthTerm) {
  const Progression whole{.first = 10, .stride = 3, .count = 5};  // 10 13 16 19 22
  EXPECT_EQ(whole.Part(0, 2), (Progression{10, 6, 3}));
  EXPECT_EQ(whole.Part(1, 2), (Progression{13, 6, 2}));
  EXPECT_EQ(whole.Part(0, 1), whole);
  EXPECT_EQ(whole.Part(4, 5), (Progression{22, 15, 1}));
  EXPECT_EQ(whole.Part(5, 7).count, 0);
}

TEST(Progression, PartStaysInRangeAtTheLimits) {
  const Progression edge{.first = kMax - 1, .stride = 1, .count = 2};
  EXPECT_EQ(edge.Part(1, 2), (Progression{kMax, 2, 1}));
  EXPECT_EQ(edge.Part(2, 3).count, 0);
  const Progression wide{.first = 0, .stride = kMax, .count = 2};
  EXPECT_EQ(wide.Part(1, 3), (Progression{kMax, kMax, 1}));
  EXPECT_EQ((Progression{0, 1, kMax}.Part(0, kMax)), (Progression{0, kMax, 1}));
}

TEST(Progression, CountsItsTermsBelowALimit) {
  const Progression some{.first = 10, .stride = 3, .count = 5};  // 10 13 16 19 22
  for (int64_t limit = -3; limit < 30; ++limit) {
    int64_t below = 0;
    for (int64_t k = 0; k < some.count; ++k) below += some.At(k) < limit ? 1 : 0;
    EXPECT_EQ(some.CountBelow(limit), below) << limit;
  }
  EXPECT_EQ((Progression{5, 1, 0}.CountBelow(kMax)), 0);
  EXPECT_EQ((Progression{0, kMax, 1}.CountBelow(kMax)), 1);
  EXPECT_EQ((Progression{0, 1, kMax}.CountBelow(kMax)), kMax);
}

}  // namespace
}  // namespace wsload
