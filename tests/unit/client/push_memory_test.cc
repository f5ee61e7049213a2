#include "agent/client/push_memory.h"

#include <gtest/gtest.h>

#include <string>

namespace wsload {
namespace {

TEST(PushMemory, KnowsWhatAConnectionHadBefore) {
  PushMemory memory;
  EXPECT_FALSE(memory.SeenBefore(1, "a"));
  EXPECT_FALSE(memory.SeenBefore(2, "a")) << "another connection's";
  EXPECT_FALSE(memory.SeenBefore(1, "b"));
  EXPECT_TRUE(memory.SeenBefore(1, "a"));
  EXPECT_TRUE(memory.SeenBefore(2, "a"));
  EXPECT_TRUE(memory.SeenBefore(1, "a")) << "and again";
}

TEST(PushMemory, ForgetsRatherThanInventsRepeats) {
  PushMemory memory;
  for (int i = 0; i < 500'000; ++i) EXPECT_FALSE(memory.SeenBefore(i % 100, std::to_string(i)));
}

}  // namespace
}  // namespace wsload
