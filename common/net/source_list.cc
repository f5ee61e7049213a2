#include "common/net/source_list.h"

#include <netinet/in.h>

#include <algorithm>
#include <span>
#include <utility>

#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr size_t kMaxAddresses = 4096;
constexpr size_t kMaxBytes = 64 * 1024;
constexpr size_t kMaxEntryLength = 100;
constexpr LocalText kListExample = {"for example 10.0.0.5,127.0.0.2-127.0.0.9", "例如 10.0.0.5,127.0.0.2-127.0.0.9"};

/// In network order.
std::span<uint8_t> Bytes(SocketAddress& address) {
  if (address.family() == AF_INET6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
    return {v6.sin6_addr.s6_addr, sizeof v6.sin6_addr};
  }
  auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
  return {reinterpret_cast<uint8_t*>(&v4.sin_addr), sizeof v4.sin_addr};
}

void Increment(SocketAddress& address) {
  const std::span<uint8_t> bytes = Bytes(address);
  for (size_t i = bytes.size(); i-- > 0 && ++bytes[i] == 0;) {
  }
}

/// Connections come from one host's own address.
bool IsSource(SocketAddress address) {
  const std::span<uint8_t> bytes = Bytes(address);
  if (address.family() == AF_INET) return bytes[0] != 0 && bytes[0] < 224;
  const bool unspecified = std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
  return !unspecified && bytes[0] != 0xff;
}

absl::Status Append(std::string_view entry, std::vector<SocketAddress>& list) {
  const std::string shown = Shown(entry, kMaxEntryLength);
  const size_t dash = entry.find('-');
  const auto first = SocketAddress::FromLiteral(std::string(entry.substr(0, dash)), 0);
  const auto last =
      dash == std::string_view::npos ? first : SocketAddress::FromLiteral(std::string(entry.substr(dash + 1)), 0);
  if (!first || !last) {
    return LocalInvalidArgument(
        {"\"{}\" is no IP address and no range first-last; {}", "\"{}\" 不是 IP 地址，也不是 首-尾 形式的范围；{}"},
        shown, kListExample);
  }
  if (first->family() != last->family()) {
    return LocalInvalidArgument(
        {"\"{}\": a range cannot go from IPv4 to IPv6; write two", "\"{}\"：范围不能从 IPv4 到 IPv6；请写成两个"},
        shown);
  }
  if (*last < *first)
    return LocalInvalidArgument(
        {"\"{}\": the range's end comes before its beginning; turn it around", "\"{}\"：范围的末尾在开头之前；请调换"},
        shown);
  for (SocketAddress address = *first;; Increment(address)) {
    if (!IsSource(address)) {
      return LocalInvalidArgument(
          {"\"{}\": no connection can come from {}; leave it out", "\"{}\"：不能从 {} 发起连接；请去掉它"}, shown,
          address.Literal());
    }
    if (list.size() == kMaxAddresses) {
      return LocalInvalidArgument(
          {"\"{}\": that makes more than {} addresses; give fewer", "\"{}\"：地址超过 {} 个；请减少"}, shown,
          kMaxAddresses);
    }
    list.push_back(address);
    if (address == *last) return absl::OkStatus();
  }
}

}  // namespace

absl::StatusOr<SourceList> SourceList::Parse(std::string_view text) {
  SourceList parsed;
  if (text.empty()) return parsed;
  if (text.size() > kMaxBytes) {
    return LocalInvalidArgument(
        {"over {} bytes; write ranges, as in 10.0.0.5-10.0.0.9", "超过 {} 字节；请写成范围，如 10.0.0.5-10.0.0.9"},
        kMaxBytes);
  }
  std::vector<SocketAddress> list;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    if (absl::Status status = Append(text.substr(begin, comma - begin), list); !status.ok()) return status;
    begin = comma + 1;
  }
  std::vector<SocketAddress> sorted = list;
  std::sort(sorted.begin(), sorted.end());
  if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end()) {
    return LocalInvalidArgument({"{} is listed twice; once is enough", "{} 列出了两次；一次即可"}, twice->Literal());
  }
  parsed.text_ = text;
  parsed.addresses_ = std::make_shared<const std::vector<SocketAddress>>(std::move(list));
  return parsed;
}

}  // namespace wsload
