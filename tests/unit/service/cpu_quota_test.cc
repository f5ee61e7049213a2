#include "agent/host/cpu_quota.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace wsload {
namespace {

class CpuQuotaTest : public ::testing::Test {
 protected:
  CpuQuotaTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "wsload-quota-XXXXXX";
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    paths_ = {.groups = root_ + "/cgroup", .mounts = root_ + "/mountinfo"};
  }
  ~CpuQuotaTest() override { std::filesystem::remove_all(root_); }

  void Write(const std::string& path, const std::string& content) const {
    const std::filesystem::path file = root_ + "/" + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << content;
  }
  /// The mount table, with "@" for the directory of this test.
  void Mounts(std::string lines) const {
    for (size_t at = 0; (at = lines.find('@')) != std::string::npos;) lines.replace(at, 1, root_);
    Write("mountinfo", lines);
  }
  CpuQuota Read() const { return ReadCpuQuota(paths_); }

  CgroupPaths paths_;
  std::string root_;
};

constexpr char kV2[] =
    "22 1 0:20 / /proc rw - proc proc rw\n"
    "31 23 0:28 / @/v2 rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr char kV1[] =
    "31 23 0:28 / @/v1 rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / @/v1/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
    "33 31 0:30 / @/v1/cpuset rw,relatime - cgroup cgroup rw,cpuset\n"
    "41 31 0:38 / @/v1/unified rw,relatime - cgroup2 cgroup2 rw\n";

TEST_F(CpuQuotaTest, NoneWhereNothingIsToldOrNothingIsBound) {
  EXPECT_EQ(Read().cores, 0);
  Mounts(kV2);
  Write("cgroup", "0::/a\n");
  EXPECT_EQ(Read().cores, 0);
  for (const char* unbound : {"max 100000\n", "", "max", "0 100000\n", "-1 100000\n", "x y\n", "5\n", "5 0\n"}) {
    Write("v2/a/cpu.max", unbound);
    EXPECT_EQ(Read().cores, 0) << unbound;
  }
}

TEST_F(CpuQuotaTest, Version2WithWhatItHeldUp) {
  Mounts(kV2);
  Write("cgroup", "0::/a/b\n");
  Write("v2/a/b/cpu.max", "30000 100000\n");
  Write("v2/a/b/cpu.stat", "usage_usec 99\nnr_periods 5\nnr_throttled 3\nthrottled_usec 2100000\n");
  EXPECT_DOUBLE_EQ(Read().cores, 0.3);
  EXPECT_EQ(Read().throttled_us, 2'100'000);
}

TEST_F(CpuQuotaTest, AGroupAboveBindsToo) {
  Mounts(kV2);
  Write("cgroup", "0::/a/b\n");
  Write("v2/a/b/cpu.max", "400000 100000\n");
  Write("v2/a/b/cpu.stat", "throttled_usec 5\n");
  Write("v2/a/cpu.max", "150000 100000\n");
  Write("v2/a/cpu.stat", "throttled_usec 700\n");
  EXPECT_DOUBLE_EQ(Read().cores, 1.5);
  EXPECT_EQ(Read().throttled_us, 700);
}

TEST_F(CpuQuotaTest, Version1BesideAnEmptyVersion2) {
  Mounts(kV1);
  Write("cgroup", "9:name=systemd:/\n3:cpuset:/other\n2:cpu,cpuacct:/hbugs\n0::/\n");
  Write("v1/cpu,cpuacct/hbugs/cpu.cfs_quota_us", "30000\n");
  Write("v1/cpu,cpuacct/hbugs/cpu.cfs_period_us", "100000\n");
  Write("v1/cpu,cpuacct/hbugs/cpu.stat", "nr_periods 21\nnr_throttled 20\nthrottled_time 342114926\n");
  Write("v1/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  Write("v1/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_DOUBLE_EQ(Read().cores, 0.3);
  EXPECT_EQ(Read().throttled_us, 342'114);
}

TEST_F(CpuQuotaTest, WhereAContainerSeesItsOwnGroupAlone) {
  // Version 1 without a namespace: the container's group is mounted, under the host's name for it.
  Mounts("32 31 0:29 /docker/c1 @/mine rw - cgroup cgroup rw,cpu\n");
  Write("mine/cpu.cfs_quota_us", "50000\n");
  Write("mine/cpu.cfs_period_us", "100000\n");
  for (const char* group : {"2:cpu:/docker/c1\n", "2:cpu:/\n", "2:cpu:/docker/c10\n", "2:cpu:/../..\n", "2:cpu:x\n"}) {
    Write("cgroup", group);
    EXPECT_DOUBLE_EQ(Read().cores, 0.5) << group;
  }
  Write("mine/inner/cpu.cfs_quota_us", "20000\n");
  Write("mine/inner/cpu.cfs_period_us", "100000\n");
  Write("cgroup", "2:cpu:/docker/c1/inner\n");
  EXPECT_DOUBLE_EQ(Read().cores, 0.2);
}

TEST_F(CpuQuotaTest, PathsWithBlanksAreReadAsTheKernelWritesThem) {
  Mounts("31 23 0:28 / @/a\\040b rw - cgroup2 cgroup2 rw\n");
  Write("cgroup", "0::/\n");
  Write("a b/cpu.max", "200000 100000\n");
  EXPECT_DOUBLE_EQ(Read().cores, 2);
}

TEST(UsableCores, AreAsManyAsTheQuotaPaysFor) {
  EXPECT_EQ(UsableCores(8, {}), 8);
  EXPECT_EQ(UsableCores(8, {.cores = 0.3}), 1);
  EXPECT_EQ(UsableCores(8, {.cores = 1}), 1);
  EXPECT_EQ(UsableCores(8, {.cores = 2.5}), 3);
  EXPECT_EQ(UsableCores(2, {.cores = 64}), 2);
  EXPECT_EQ(UsableCores(2, {.cores = 1e300}), 2);
  EXPECT_EQ(UsableCores(0, {}), 1);
}

TEST(CpuQuota, OfThisHostMakesSense) {
  const CpuQuota quota = ReadCpuQuota();
  EXPECT_GE(quota.cores, 0);
  EXPECT_GE(quota.throttled_us, 0);
}

}  // namespace
}  // namespace wsload
