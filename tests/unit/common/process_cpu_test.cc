#include "common/time/process_cpu.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wsload {
namespace {

TEST(ProcessCpu, OnlyGrows) {
  const int64_t before_us = ProcessCpuUs(::getpid());
  EXPECT_GE(before_us, 0);
  // Works until the clock has moved: a microsecond of this process's own time.
  while (ProcessCpuUs(::getpid()) == before_us) continue;
  EXPECT_GT(ProcessCpuUs(::getpid()), before_us);
}

TEST(ProcessCpu, OfNobodyIsNone) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(ProcessCpuUs(child), 0);
}

}  // namespace
}  // namespace wsload
