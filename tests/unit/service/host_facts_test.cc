#include "agent/host/host_facts.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace wsload {
namespace {

class HostFactsTest : public ::testing::Test {
 protected:
  HostFactsTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "wsload-facts-XXXXXX";
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    group_ = root_ + "/cgroup";
    paths_ = {.port_range = root_ + "/ports",
              .meminfo = root_ + "/meminfo",
              .open_files = root_ + "/fd",
              .cgroup = {.groups = root_ + "/groups", .mounts = root_ + "/mounts"}};
    std::filesystem::create_directories(paths_.open_files);
    std::filesystem::create_directories(group_ + "/inner");
  }
  ~HostFactsTest() override { std::filesystem::remove_all(root_); }

  static void Write(const std::string& path, const std::string& content) { std::ofstream(path) << content; }

  HostFactPaths paths_;
  std::string root_;
  std::string group_;
};

constexpr char kMeminfo[] =
    "MemTotal:       16000000 kB\nMemFree:         1000000 kB\nMemAvailable:    8000000 kB\nBuffers: 1 kB\n";

TEST_F(HostFactsTest, AreReadAsTheKernelWritesThem) {
  Write(paths_.port_range, "32768\t60999\n");
  Write(paths_.meminfo, kMeminfo);
  for (const char* fd : {"0", "1", "2", "17"}) Write(paths_.open_files + "/" + fd, "");
  const HostFacts facts = ReadHostFacts(paths_);
  EXPECT_EQ(facts.ports, 28232);
  EXPECT_EQ(facts.memory_available_bytes, int64_t{8'000'000} * 1024);
  EXPECT_EQ(facts.descriptors_in_use, 4);
}

TEST_F(HostFactsTest, WhatIsNotThereOrNotUnderstoodIsZero) {
  HostFacts facts = ReadHostFacts(paths_);
  EXPECT_EQ(facts.ports, 0);
  EXPECT_EQ(facts.memory_available_bytes, 0);
  for (const char* range : {"", "x", "1000", "2000 1000", "1 70000", "-5 7", "99999999999999999999 1"}) {
    Write(paths_.port_range, range);
    EXPECT_EQ(ReadHostFacts(paths_).ports, 0) << range;
  }
  for (const char* meminfo : {"MemTotal: 5 kB\n", "MemAvailable:\n", "MemAvailable: lots\n", "xMemAvailable: 5 kB"}) {
    Write(paths_.meminfo, meminfo);
    EXPECT_EQ(ReadHostFacts(paths_).memory_available_bytes, 0) << meminfo;
  }
}

TEST_F(HostFactsTest, AControlGroupBoundsTheMemory) {
  Write(paths_.cgroup.groups, "0::/inner\n");
  Write(paths_.cgroup.mounts, "31 23 0:28 / " + group_ + " rw - cgroup2 cgroup2 rw\n");
  Write(paths_.meminfo, kMeminfo);
  Write(group_ + "/memory.max", "1000000\n");
  Write(group_ + "/memory.current", "700000\n");
  EXPECT_EQ(ReadHostFacts(paths_).memory_available_bytes, 300000);
  Write(group_ + "/memory.stat", "anon 400000\nfile 300000\ninactive_file 200000\n");
  EXPECT_EQ(ReadHostFacts(paths_).memory_available_bytes, 500000) << "idle page cache can be had";
  Write(group_ + "/memory.current", "1500000\n");
  EXPECT_EQ(ReadHostFacts(paths_).memory_available_bytes, 1);
  Write(group_ + "/memory.max", "max\n");
  EXPECT_EQ(ReadHostFacts(paths_).memory_available_bytes, int64_t{8'000'000} * 1024);
  Write(group_ + "/memory.max", "9000000000000\n");
  EXPECT_EQ(ReadHostFacts(paths_).memory_available_bytes, int64_t{8'000'000} * 1024) << "the host has less";
}

TEST_F(HostFactsTest, AControlGroupOfVersionOneDoesAsWell) {
  Write(paths_.meminfo, kMeminfo);
  Write(paths_.cgroup.groups, "5:memory:/inner\n0::/\n");
  Write(paths_.cgroup.mounts, "32 31 0:29 / " + group_ + " rw - cgroup cgroup rw,memory\n");
  Write(group_ + "/memory.limit_in_bytes", "9223372036854771712\n");
  Write(group_ + "/memory.usage_in_bytes", "700000\n");
  EXPECT_EQ(ReadMemoryAvailable(paths_), int64_t{8'000'000} * 1024) << "no limit";
  Write(group_ + "/inner/memory.limit_in_bytes", "1000000\n");
  Write(group_ + "/inner/memory.usage_in_bytes", "700000\n");
  Write(group_ + "/inner/memory.stat", "inactive_file 1\ntotal_inactive_file 200000\n");
  EXPECT_EQ(ReadMemoryAvailable(paths_), 500000);
}

TEST(HostFacts, OfThisHostMakeSense) {
  const HostFacts facts = ReadHostFacts();
  EXPECT_GT(facts.ports, 0);
  EXPECT_GT(facts.memory_available_bytes, 0);
  EXPECT_GE(facts.descriptors_in_use, 3);
  const auto& addresses = facts.source_addresses;
  EXPECT_EQ(std::count(addresses.begin(), addresses.end(), "127.0.0.1"), 0);
  EXPECT_EQ(std::count(addresses.begin(), addresses.end(), ""), 0);
}

}  // namespace
}  // namespace wsload
