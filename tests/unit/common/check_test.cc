#include "common/util/check.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "common/plan/slice.h"
#include "common/stats/histogram.h"

namespace wsload {
namespace {

TEST(CheckTest, NothingHappensWhenItHolds) {
  int evaluated = 0;
  const auto figure = [&] { return ++evaluated; };
  WSLOAD_CHECK(1 + 1 == 2, "{} is not two", figure());
  WSLOAD_DCHECK(1 + 1 == 2, "{} is not two", figure());
  EXPECT_EQ(evaluated, 0) << "the figures are for the line alone";
}

TEST(CheckDeathTest, SaysWhatDidNotHoldWithTheFiguresAndThePlace) {
  const int open = 3;
  EXPECT_DEATH(WSLOAD_CHECK(open == 0, "{} of {} messages have no end", open, 7),
               "^common_test: internal error: 3 of 7 messages have no end \\(open == 0 does not hold, "
               "tests/unit/common/check_test.cc:[0-9]+\\); please report this line\n$");
}

TEST(CheckDeathTest, ALineThatIsTooLongIsCut) {
  EXPECT_DEATH(WSLOAD_CHECK(false, "{}", std::string(5'000, 'x')), "internal error: x{900}");
}

TEST(CheckDeathTest, WhatWasPrintedBeforeIsNotLost) {
  // Death tests see stderr: let both be one.
  EXPECT_DEATH(
      {
        dup2(STDERR_FILENO, STDOUT_FILENO);
        std::setvbuf(stdout, nullptr, _IOFBF, 4096);
        std::printf("half a report\n");
        WSLOAD_CHECK(false, "the end");
      },
      "half a report\ncommon_test: internal error: the end");
}

TEST(CheckDeathTest, DebugChecksAreArmedUnlessTheBuildSaysOtherwise) {
#ifdef WSLOAD_NO_DCHECKS
  WSLOAD_DCHECK(false, "not looked at");
#else
  EXPECT_DEATH(WSLOAD_DCHECK(false, "looked at"), "internal error: looked at");
#endif
}

TEST(PreconditionDeathTest, AProgressionHasItsPartsOnly) {
  const Progression whole{.first = 0, .stride = 1, .count = 10};
  EXPECT_DEATH(whole.Part(3, 3), "part 3 of 3");
  EXPECT_DEATH(whole.Part(-1, 3), "part -1 of 3");
  EXPECT_DEATH(Divide(Slice(), 0), "divided into 0 parts");
}

#ifndef WSLOAD_NO_DCHECKS
TEST(PreconditionDeathTest, AHistogramHasItsRangeOnly) {
  EXPECT_DEATH(Histogram::BucketIndex(-1), "-1 us has no bucket");
  const int64_t last_us = Histogram::HighestInBucketUs(Histogram::BucketCount() - 1);
  EXPECT_DEATH(Histogram::BucketIndex(last_us + 1), "has no bucket");
  EXPECT_DEATH(Histogram::LowestInBucketUs(Histogram::BucketCount()), "bucket [0-9]+ of [0-9]+");
}
#endif

}  // namespace
}  // namespace wsload
