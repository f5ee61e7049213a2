#include "agent/host/process_usage.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace wsload {
namespace {

TEST(ProcessUsage, ReadsPagesAsBytes) {
  const std::string path = testing::TempDir() + "/statm-" + std::to_string(getpid());
  std::ofstream(path) << "5000 123 45 6 0 7 0\n";
  EXPECT_EQ(ReadProcessUsage(path).resident_bytes, 123 * sysconf(_SC_PAGESIZE));
  std::ofstream(path) << "5000";
  EXPECT_EQ(ReadProcessUsage(path).resident_bytes, 0);
  std::remove(path.c_str());
  EXPECT_EQ(ReadProcessUsage(path).resident_bytes, 0);
}

TEST(ProcessUsage, OfThisProcess) {
  const ProcessUsage before = ReadProcessUsage();
  EXPECT_GT(before.resident_bytes, 1 << 20);
  EXPECT_GE(before.cpu_us, 0);
  EXPECT_GE(ReadProcessUsage().cpu_us, before.cpu_us);
}

}  // namespace
}  // namespace wsload
