// The control groups that this process is in: what a container may use is said there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsload {

/// Where the kernel tells it; tests have files of their own.
struct CgroupPaths {
  std::string groups = "/proc/self/cgroup";
  std::string mounts = "/proc/self/mountinfo";
};

struct ControlGroup {
  std::string directory;
  bool version_2 = false;  ///< which decides what its files are called
};

/// The own group and all above it that can be seen from here, of the hierarchy that has `controller` ("cpu", "memory"):
/// each bounds those below. Both versions can be mounted at once; the controller's files are in one of them.
std::vector<ControlGroup> ControlGroupsOf(std::string_view controller, const CgroupPaths& paths = {});

/// A file of the kernel's; empty when there is none.
std::string KernelFile(const std::string& path);

/// The whole number that `text` begins with.
std::optional<int64_t> LeadingNumber(std::string_view text);

/// The number behind `key` in a file of "key number" lines.
std::optional<int64_t> ValueIn(std::string_view text, std::string_view key);

}  // namespace wsload
