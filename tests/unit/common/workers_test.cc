#include "common/plan/workers.h"

#include <gtest/gtest.h>

namespace wsload {
namespace {

TEST(Workers, TheAgentsOutrankThePlansAndBothTheCores) {
  EXPECT_EQ(WorkersFor(3, 2, 8), 3);
  EXPECT_EQ(WorkersFor(0, 2, 8), 2);
  EXPECT_EQ(WorkersFor(0, 0, 8), 8);
  EXPECT_EQ(WorkersFor(0, 0, 0), 1);
}

}  // namespace
}  // namespace wsload
