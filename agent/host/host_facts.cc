#include "agent/host/host_facts.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

#include "common/util/descriptor_limit.h"
#include "common/util/file.h"

namespace wsload {
namespace {

constexpr size_t kMaxFileBytes = 64 << 10;

/// The number after any blanks, and what follows it in `text`.
std::optional<int64_t> TakeNumber(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

/// The number behind `key` at the beginning of a line.
std::optional<int64_t> NumberOf(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.starts_with(key)) {
      std::string_view rest = line.substr(key.size());
      return TakeNumber(rest);
    }
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return std::nullopt;
}

std::string Content(const std::string& path) {
  const absl::StatusOr<std::string> content = ReadSmallFile(path, kMaxFileBytes);
  return content.ok() ? *content : std::string();
}

int64_t CountPorts(const std::string& path) {
  const std::string content = Content(path);
  std::string_view text = content;
  const auto first = TakeNumber(text);
  const auto last = TakeNumber(text);
  if (!first || !last || *last > 65535 || *first > *last) return 0;
  return *last - *first + 1;
}

int64_t CountEntries(const std::string& directory) {
  std::error_code error;
  int64_t entries = 0;
  for (std::filesystem::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    ++entries;
  }
  return entries;
}

/// What the group may still take: page cache that nobody uses counts as free.
std::optional<int64_t> BytesLeft(const ControlGroup& group) {
  const bool v2 = group.version_2;
  const auto max = LeadingNumber(KernelFile(group.directory + (v2 ? "/memory.max" : "/memory.limit_in_bytes")));
  const auto used = LeadingNumber(KernelFile(group.directory + (v2 ? "/memory.current" : "/memory.usage_in_bytes")));
  if (!max || !used) return std::nullopt;  // "max" when there is none
  const std::string stat = KernelFile(group.directory + "/memory.stat");
  const int64_t idle = ValueIn(stat, v2 ? "inactive_file" : "total_inactive_file").value_or(0);
  // At least something: 0 would mean that it is not known.
  return std::max<int64_t>(1, *max - std::max<int64_t>(0, *used - idle));
}

std::string AddressText(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
  } else if (address->sa_family == AF_INET6) {
    const in6_addr& v6 = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    if (!IN6_IS_ADDR_LINKLOCAL(&v6)) inet_ntop(AF_INET6, &v6, text, sizeof text);
  }
  return text;
}

std::vector<std::string> SourceAddresses() {
  ifaddrs* found = nullptr;
  if (getifaddrs(&found) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> list(found, &freeifaddrs);
  std::vector<std::string> addresses;
  for (const ifaddrs* entry = found; entry != nullptr; entry = entry->ifa_next) {
    const bool usable = (entry->ifa_flags & IFF_UP) != 0 && (entry->ifa_flags & IFF_LOOPBACK) == 0;
    if (entry->ifa_addr == nullptr || !usable) continue;
    if (std::string text = AddressText(entry->ifa_addr); !text.empty()) addresses.push_back(std::move(text));
  }
  return addresses;
}

}  // namespace

int64_t ReadMemoryAvailable(const HostFactPaths& paths) {
  int64_t available = NumberOf(Content(paths.meminfo), "MemAvailable:").value_or(0) * 1024;
  for (const ControlGroup& group : ControlGroupsOf("memory", paths.cgroup)) {
    const auto left = BytesLeft(group);
    if (left) available = available > 0 ? std::min(available, *left) : *left;
  }
  return available;
}

HostFacts ReadHostFacts(const HostFactPaths& paths) {
  const DescriptorLimit limit = ReadDescriptorLimit();
  return {.descriptors_soft = limit.soft,
          .descriptors_hard = limit.hard,
          .descriptors_in_use = CountEntries(paths.open_files),
          .ports = CountPorts(paths.port_range),
          .memory_available_bytes = ReadMemoryAvailable(paths),
          .threads_left = ReadThreadsLeft(paths.threads),
          .source_addresses = SourceAddresses()};
}

}  // namespace wsload
