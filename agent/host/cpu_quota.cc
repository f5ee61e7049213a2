#include "agent/host/cpu_quota.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "common/util/file.h"

namespace wsload {
namespace {

constexpr size_t kMaxKernelFileBytes = 1 << 20;
constexpr int kMaxDepth = 64;

std::string KernelFile(const std::string& path) {
  const absl::StatusOr<std::string> content = ReadSmallFile(path, kMaxKernelFileBytes);
  return content.ok() ? *content : std::string();
}

std::vector<std::string_view> SplitAt(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool Lists(std::string_view list, std::string_view entry) {
  const std::vector<std::string_view> entries = SplitAt(list, ',');
  return std::find(entries.begin(), entries.end(), entry) != entries.end();
}

/// The whole number that `text` begins with.
std::optional<int64_t> LeadingNumber(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

/// The number behind `key` in a file of "key number" lines.
std::optional<int64_t> ValueIn(std::string_view text, std::string_view key) {
  for (const std::string_view line : SplitAt(text, '\n')) {
    if (line.starts_with(key) && line.substr(key.size()).starts_with(' ')) {
      return LeadingNumber(line.substr(key.size() + 1));
    }
  }
  return std::nullopt;
}

/// The kernel writes blanks in paths as \040.
std::string Unescaped(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '\\' && i + 3 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 4, value, 8).ptr == text.data() + i + 4) {
      plain.push_back(static_cast<char>(value));
      i += 3;
    } else {
      plain.push_back(text[i]);
    }
  }
  return plain;
}

/// Where a hierarchy of groups is mounted, and which of its groups is there.
struct Mount {
  std::string point;
  std::string root;
};

/// proc(5): "31 23 0:28 /root /point options [...] - type source options". A later one lies over an earlier one.
std::optional<Mount> FindMount(std::string_view mounts, bool version_2) {
  std::optional<Mount> found;
  for (const std::string_view line : SplitAt(mounts, '\n')) {
    const size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    const std::vector<std::string_view> before = SplitAt(line.substr(0, dash), ' ');
    const std::vector<std::string_view> after = SplitAt(line.substr(dash + 3), ' ');
    if (before.size() < 5 || after.size() < 3) continue;
    const bool is_it = version_2 ? after[0] == "cgroup2" : after[0] == "cgroup" && Lists(after[2], "cpu");
    if (is_it) found = Mount{Unescaped(before[4]), Unescaped(before[3])};
  }
  return found;
}

/// cgroups(7): "4:cpu,cpuacct:/path", version 2 "0::/path".
std::optional<std::string> FindGroup(std::string_view groups, bool version_2) {
  for (const std::string_view line : SplitAt(groups, '\n')) {
    const size_t first = line.find(':');
    const size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const bool is_it = version_2 ? controllers.empty() && line.starts_with("0:") : Lists(controllers, "cpu");
    if (is_it) return std::string(line.substr(second + 1));
  }
  return std::nullopt;
}

/// The group's path below the mount point: "", or "/a/b".
std::string BelowMount(const std::string& group, const std::string& root) {
  std::string_view path = group;
  if (root != "/") {
    // A namespace shows the group's own path otherwise than the mount does: then what is mounted is what there is.
    if (!path.starts_with(root) || (path.size() > root.size() && path[root.size()] != '/')) return {};
    path.remove_prefix(root.size());
  }
  while (path.ends_with('/')) path.remove_suffix(1);
  const bool is_below = path.starts_with('/') && path.find("/..") == std::string_view::npos;
  return is_below ? std::string(path) : std::string();
}

/// Of one group; no quota: 0.
double CoresOf(const std::string& directory, bool version_2) {
  std::optional<int64_t> quota_us;
  std::optional<int64_t> period_us;
  if (version_2) {
    const std::string text = KernelFile(directory + "/cpu.max");
    const std::vector<std::string_view> parts = SplitAt(text, ' ');
    quota_us = LeadingNumber(parts[0]);  // "max" when there is none
    if (parts.size() > 1) period_us = LeadingNumber(parts[1]);
  } else {
    quota_us = LeadingNumber(KernelFile(directory + "/cpu.cfs_quota_us"));  // -1 when there is none
    period_us = LeadingNumber(KernelFile(directory + "/cpu.cfs_period_us"));
  }
  if (quota_us.value_or(0) <= 0 || period_us.value_or(0) <= 0) return 0;
  return static_cast<double>(*quota_us) / static_cast<double>(*period_us);
}

int64_t ThrottledUsOf(const std::string& directory, bool version_2) {
  const std::string text = KernelFile(directory + "/cpu.stat");
  const int64_t told = ValueIn(text, version_2 ? "throttled_usec" : "throttled_time").value_or(0);
  return std::max<int64_t>(0, version_2 ? told : told / 1000);
}

/// Of the group and all above it, up to the mount point.
CpuQuota QuotaIn(const std::string& groups, const std::string& mounts, bool version_2) {
  CpuQuota quota;
  const std::optional<Mount> mount = FindMount(mounts, version_2);
  const std::optional<std::string> group = FindGroup(groups, version_2);
  if (!mount || !group) return quota;
  std::string below = BelowMount(*group, mount->root);
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    const std::string directory = mount->point + below;
    if (const double cores = CoresOf(directory, version_2); cores > 0) {
      quota.cores = quota.cores > 0 ? std::min(quota.cores, cores) : cores;
      // A group is held up with those above it: the longest is all of it.
      quota.throttled_us = std::max(quota.throttled_us, ThrottledUsOf(directory, version_2));
    }
    if (below.empty()) break;
    below.resize(below.rfind('/'));
  }
  return quota;
}

}  // namespace

CpuQuota ReadCpuQuota(const CgroupPaths& paths) {
  const std::string groups = KernelFile(paths.groups);
  const std::string mounts = KernelFile(paths.mounts);
  CpuQuota tightest;
  // Both can be mounted at once; the processor controller is in one of them.
  for (const bool version_2 : {true, false}) {
    const CpuQuota quota = QuotaIn(groups, mounts, version_2);
    if (quota.cores > 0 && (tightest.cores == 0 || quota.cores < tightest.cores)) tightest = quota;
  }
  return tightest;
}

int UsableCores(int cores, const CpuQuota& quota) {
  if (quota.cores <= 0) return std::max(1, cores);
  const double begun = std::min(std::ceil(quota.cores), static_cast<double>(std::numeric_limits<int>::max()));
  return std::clamp(static_cast<int>(begun), 1, std::max(1, cores));
}

}  // namespace wsload
