#include "agent/host/control_group.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/util/file.h"

namespace wsload {
namespace {

constexpr size_t kMaxKernelFileBytes = 1 << 20;
constexpr int kMaxDepth = 64;

bool Lists(std::string_view list, std::string_view entry) {
  const std::vector<std::string_view> entries = SplitKernelText(list, ',');
  return std::find(entries.begin(), entries.end(), entry) != entries.end();
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
std::optional<Mount> FindMount(std::string_view mounts, std::string_view controller, bool version_2) {
  std::optional<Mount> found;
  for (const std::string_view line : SplitKernelText(mounts, '\n')) {
    const size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    const std::vector<std::string_view> before = SplitKernelText(line.substr(0, dash), ' ');
    const std::vector<std::string_view> after = SplitKernelText(line.substr(dash + 3), ' ');
    if (before.size() < 5 || after.size() < 3) continue;
    const bool is_it = version_2 ? after[0] == "cgroup2" : after[0] == "cgroup" && Lists(after[2], controller);
    if (is_it) found = Mount{Unescaped(before[4]), Unescaped(before[3])};
  }
  return found;
}

/// cgroups(7): "4:cpu,cpuacct:/path", version 2 "0::/path".
std::optional<std::string> FindGroup(std::string_view groups, std::string_view controller, bool version_2) {
  for (const std::string_view line : SplitKernelText(groups, '\n')) {
    const size_t first = line.find(':');
    const size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const bool is_it = version_2 ? controllers.empty() && line.starts_with("0:") : Lists(controllers, controller);
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

}  // namespace

std::string KernelFile(const std::string& path) {
  const absl::StatusOr<std::string> content = ReadSmallFile(path, kMaxKernelFileBytes);
  return content.ok() ? *content : std::string();
}

std::vector<std::string_view> SplitKernelText(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<int64_t> LeadingNumber(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

std::vector<std::string> GroupDirectories(const CgroupPaths& paths, std::string_view controller, bool version_2) {
  const std::optional<Mount> mount = FindMount(KernelFile(paths.mounts), controller, version_2);
  const std::optional<std::string> group = FindGroup(KernelFile(paths.groups), controller, version_2);
  if (!mount || !group) return {};
  std::vector<std::string> directories;
  std::string below = BelowMount(*group, mount->root);
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    directories.push_back(mount->point + below);
    if (below.empty()) break;
    below.resize(below.rfind('/'));
  }
  return directories;
}

}  // namespace wsload
