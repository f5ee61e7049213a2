// The control groups of this process, and small files of the kernel's. A container with limits runs in such a group.
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

/// The own group and all above it that can be seen from here, the own one first: of version 2, or of version 1's
/// hierarchy with `controller`. Both versions can be mounted at once; a controller is in one of them.
std::vector<std::string> GroupDirectories(const CgroupPaths& paths, std::string_view controller, bool version_2);

/// All of it; empty when it cannot be read.
std::string KernelFile(const std::string& path);

std::vector<std::string_view> SplitKernelText(std::string_view text, char separator);

/// The whole number that `text` begins with.
std::optional<int64_t> LeadingNumber(std::string_view text);

}  // namespace wsload
