#include "common/net/authority.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr size_t kMaxHostLength = 253;  // RFC 1035 section 2.3.4, less the root's dot

bool IsIpv6Literal(const std::string& text) {
  in6_addr address;
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

absl::StatusOr<uint16_t> ParsePort(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return LocalInvalidArgument({"the port must be a number from 1 to 65535", "端口必须是 1 至 65535 的数字"});
  }
  return port;
}

}  // namespace

absl::StatusOr<Authority> ParseAuthority(std::string_view text) {
  if (text.find('@') != std::string_view::npos)
    return LocalInvalidArgument({"a user name has no place here", "这里不能有用户名"});
  Authority authority;
  std::string_view rest;
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos)
      return LocalInvalidArgument({"the IPv6 address lacks its ']'", "IPv6 地址缺少 ']'"});
    authority.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
    // inet_pton stops at a zero byte, which is a control character.
    if (HasControlCharacter(authority.host) || !IsIpv6Literal(authority.host)) {
      return LocalInvalidArgument({"what stands in brackets is no IPv6 address", "方括号中不是 IPv6 地址"});
    }
    if (!rest.empty() && rest[0] != ':')
      return LocalInvalidArgument({"only a port may follow the ']'", "']' 之后只能是端口"});
  } else {
    const size_t colon = text.find(':');
    authority.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    if (rest.find(':', 1) != std::string_view::npos) {
      return LocalInvalidArgument({"more than one ':'; an IPv6 address needs brackets, as in [::1]:9002",
                                   "有多个 ':'；IPv6 地址需要方括号，如 [::1]:9002"});
    }
    if (authority.host.empty()) return LocalInvalidArgument({"the host is missing", "缺少主机"});
    if (authority.host.size() > kMaxHostLength)
      return LocalInvalidArgument({"the host is over {} characters", "主机名超过 {} 个字符"}, kMaxHostLength);
    if (!std::all_of(authority.host.begin(), authority.host.end(), [](char c) { return IsUrlUnreserved(c); })) {
      return LocalInvalidArgument(
          {"the host may have letters, digits, '.', '-' and '_' only", "主机名只能有字母、数字、'.'、'-' 和 '_'"});
    }
  }
  if (!rest.empty()) {
    auto port = ParsePort(rest.substr(1));
    if (!port.ok()) return port.status();
    authority.port = *port;
  }
  return authority;
}

std::string BracketedHost(std::string_view host) {
  return host.find(':') == std::string_view::npos ? std::string(host) : fmt::format("[{}]", host);
}

}  // namespace wsload
