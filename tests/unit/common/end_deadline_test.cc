#include "common/plan/end_deadline.h"

#include <gtest/gtest.h>

#include <limits>

namespace wsload {
namespace {

TEST(EndDeadlineTest, IsAGraceAfterTheDrainWithoutProgress) {
  EXPECT_EQ(EndDeadline(1'000, 50, 0).due_ns(), 1'050);
  EXPECT_EQ(EndDeadline(1'000, 50, 7).due_ns(), 1'050) << "connections count only while they are being closed";
}

TEST(EndDeadlineTest, ProgressMovesItOnAndNeverBack) {
  EndDeadline deadline(1'000, 50, 7, 100);
  deadline.OnProgress(900);
  EXPECT_EQ(deadline.due_ns(), 1'050);
  deadline.OnProgress(1'040);
  EXPECT_EQ(deadline.due_ns(), 1'090);
  deadline.OnProgress(1'020);
  EXPECT_EQ(deadline.due_ns(), 1'090);
}

TEST(EndDeadlineTest, NoProgressMovesItBeyondTheTimeThatAllConnectionsTake) {
  EndDeadline deadline(1'000, 50, 7, 100);
  deadline.OnProgress(1'720);
  EXPECT_EQ(deadline.due_ns(), 1'750);
  deadline.OnProgress(5'000);
  EXPECT_EQ(deadline.due_ns(), 1'750);
}

TEST(EndDeadlineTest, TenMillisecondsAConnectionUnlessSaidOtherwise) {
  EndDeadline deadline(0, 1, 3);
  deadline.OnProgress(kNsPerSecond);
  EXPECT_EQ(deadline.due_ns(), 30 * kNsPerMs + 1);
}

TEST(EndDeadlineTest, AnyNumberOfConnectionsDoesNotOverflow) {
  EndDeadline deadline(1'000, 50, std::numeric_limits<int64_t>::max());
  deadline.OnProgress(int64_t{1} << 61);
  EXPECT_EQ(deadline.due_ns(), (int64_t{1} << 61) + 50);
}

TEST(EndDeadlineDeathTest, NothingIsNegative) {
  EXPECT_DEATH(EndDeadline(0, -1, 1), "an end is awaited for -1 ns");
  EXPECT_DEATH(EndDeadline(0, 1, -1), "each of -1 clients");
}

}  // namespace
}  // namespace wsload
