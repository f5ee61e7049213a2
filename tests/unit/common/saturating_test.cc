#include "common/util/saturating.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace wsload {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(SaturatingTest, SumsAndProductsThatFitAreExact) {
  EXPECT_EQ(SaturatingAdd<int64_t>(2, 3), 5);
  EXPECT_EQ(SaturatingAdd(kMax - 1, int64_t{1}), kMax);
  EXPECT_EQ(SaturatingMultiply<int64_t>(6, 7), 42);
  EXPECT_EQ(SaturatingMultiply(kMax, int64_t{0}), 0);
  EXPECT_EQ(SaturatingMultiply(kMax, int64_t{1}), kMax);
}

TEST(SaturatingTest, WhatIsTooLargeIsTheLargest) {
  EXPECT_EQ(SaturatingAdd(kMax, int64_t{1}), kMax);
  EXPECT_EQ(SaturatingAdd(kMax, kMax), kMax);
  EXPECT_EQ(SaturatingMultiply(kMax / 2 + 1, int64_t{2}), kMax);
  EXPECT_EQ(SaturatingMultiply(kMax, kMax), kMax);
  EXPECT_EQ(SaturatingAdd(std::numeric_limits<uint64_t>::max(), uint64_t{1}), std::numeric_limits<uint64_t>::max());
}

}  // namespace
}  // namespace wsload
