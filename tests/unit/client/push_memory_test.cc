#include "agent/client/push_memory.h"

#include <gtest/gtest.h>

#include <string>

namespace wsload {
namespace {

TEST(PushMemory, KnowsWhatAConnectionHadBefore) {
  PushMemory memory;
  EXPECT_FALSE(memory.SeenBefore(1, 0, "a"));
  EXPECT_FALSE(memory.SeenBefore(2, 0, "a")) << "another connection's";
  EXPECT_FALSE(memory.SeenBefore(1, 1, "a")) << "the same user's other device";
  EXPECT_FALSE(memory.SeenBefore(1, 0, "b"));
  EXPECT_TRUE(memory.SeenBefore(1, 0, "a"));
  EXPECT_TRUE(memory.SeenBefore(2, 0, "a"));
  EXPECT_TRUE(memory.SeenBefore(1, 0, "a")) << "and again";
}

TEST(PushMemory, ForgetsRatherThanInventsRepeats) {
  PushMemory memory;
  for (int i = 0; i < 500'000; ++i) EXPECT_FALSE(memory.SeenBefore(i % 100, i % 3, std::to_string(i)));
}

}  // namespace
}  // namespace wsload
