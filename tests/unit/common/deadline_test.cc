#include "common/time/deadline.h"

#include <gtest/gtest.h>

namespace wsload {
namespace {

class FixedClock final : public Clock {
 public:
  int64_t MonoNs() const override { return 5; }
  int64_t UnixNs() const override { return 1'700'000'000 * kNsPerSecond; }
};

TEST(Deadline, IsOnTheWallClock) {
  const FixedClock clock;
  const auto deadline = DeadlineAfter(clock, 1'500 * kNsPerMs);
  EXPECT_EQ(std::chrono::duration_cast<std::chrono::milliseconds>(deadline.time_since_epoch()).count(),
            1'700'000'001'500);
}

}  // namespace
}  // namespace wsload
