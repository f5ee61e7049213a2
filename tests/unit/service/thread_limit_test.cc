#include "agent/host/thread_limit.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace wsload {
namespace {

class ThreadLimitTest : public ::testing::Test {
 protected:
  ThreadLimitTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "wsload-threads-XXXXXX";
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    paths_ = {.groups = {.groups = root_ + "/cgroup", .mounts = root_ + "/mountinfo"}, .processes = root_ + "/proc"};
  }
  ~ThreadLimitTest() override { std::filesystem::remove_all(root_); }

  void Write(const std::string& path, const std::string& content) const {
    const std::filesystem::path file = root_ + "/" + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << content;
  }

  ThreadLimitPaths paths_;
  std::string root_;
};

TEST_F(ThreadLimitTest, Version2TakesTheLeastOfAllGroupsAbove) {
  Write("mountinfo", "31 23 0:28 / " + root_ + "/v2 rw - cgroup2 cgroup2 rw\n");
  Write("cgroup", "0::/a/b\n");
  Write("v2/a/b/pids.max", "max\n");
  Write("v2/a/b/pids.current", "5\n");
  Write("v2/a/pids.max", "100\n");
  Write("v2/a/pids.current", "60\n");
  EXPECT_EQ(ReadThreadsLeft(paths_), 40);
  Write("v2/a/b/pids.max", "20\n");
  EXPECT_EQ(ReadThreadsLeft(paths_), 15);
  Write("v2/a/b/pids.max", "3\n");
  EXPECT_EQ(ReadThreadsLeft(paths_), 1) << "none, and not: no bound";
}

TEST_F(ThreadLimitTest, Version1HasAHierarchyOfItsOwn) {
  Write("mountinfo", "32 31 0:29 / " + root_ + "/cpu rw - cgroup cgroup rw,cpu\n33 31 0:30 / " + root_ +
                         "/pids rw - cgroup cgroup rw,pids\n");
  Write("cgroup", "5:cpu:/x\n8:pids:/a\n");
  Write("pids/a/pids.max", "30\n");
  Write("pids/a/pids.current", "10\n");
  EXPECT_EQ(ReadThreadsLeft(paths_), 20);
}

}  // namespace
}  // namespace wsload
