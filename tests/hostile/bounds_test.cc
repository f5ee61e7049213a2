#include "tests/hostile/bounds.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/process.h"

namespace wsload::hostile {
namespace {

TEST(Bounds, TellWhatAProcessUses) {
  const Use use = UseOf(getpid());
  EXPECT_GT(use.rss_bytes, 1 << 20);
  EXPECT_GE(use.peak_rss_bytes, use.rss_bytes);
  EXPECT_GE(use.threads, 1);
  EXPECT_GE(use.descriptors, 3);
}

TEST(Bounds, AMemoryLimitEndsWhoGoesBeyond) {
  const MemoryLimit limit(64 << 20);
  if (!limit.made()) GTEST_SKIP() << "no control group can be made here";
  std::vector<std::string> command = limit.host().command;
  for (const char* word : {"/bin/sh", "-c", "head -c 200000000 /dev/zero | tail -c 190000000 > /dev/null"}) {
    command.emplace_back(word);
  }
  Process greedy(command);
  EXPECT_NE(greedy.Wait(std::chrono::seconds(20)), 0);
}

}  // namespace
}  // namespace wsload::hostile
