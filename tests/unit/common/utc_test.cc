#include "common/time/utc.h"

#include <gtest/gtest.h>

#include "common/time/clock.h"

namespace wsload {
namespace {

TEST(Utc, IsWhatPeopleRead) {
  EXPECT_EQ(UtcText(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(UtcText(1'700'000'000 * kNsPerSecond + 999), "2023-11-14T22:13:20Z");
  EXPECT_EQ(UtcText(-kNsPerSecond), "1969-12-31T23:59:59Z");
}

}  // namespace
}  // namespace wsload
