#include "common/net/authority.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "common/util/status.h"
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
    return InvalidArgument("the port must be a number from 1 to 65535");
  }
  return port;
}

}  // namespace

absl::StatusOr<Authority> ParseAuthority(std::string_view text) {
  if (text.find('@') != std::string_view::npos) return InvalidArgument("a user name has no place here");
  Authority authority;
  std::string_view rest;
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return InvalidArgument("the IPv6 address lacks its ']'");
    authority.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
    // inet_pton stops at a zero byte, which is a control character.
    if (HasControlCharacter(authority.host) || !IsIpv6Literal(authority.host)) {
      return InvalidArgument("what stands in brackets is no IPv6 address");
    }
    if (!rest.empty() && rest[0] != ':') return InvalidArgument("only a port may follow the ']'");
  } else {
    const size_t colon = text.find(':');
    authority.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    if (rest.find(':', 1) != std::string_view::npos) {
      return InvalidArgument("more than one ':'; an IPv6 address needs brackets, as in [::1]:9002");
    }
    if (authority.host.empty()) return InvalidArgument("the host is missing");
    if (authority.host.size() > kMaxHostLength)
      return InvalidArgument("the host is over {} characters", kMaxHostLength);
    if (!std::all_of(authority.host.begin(), authority.host.end(), [](char c) { return IsUrlUnreserved(c); })) {
      return InvalidArgument("the host may have letters, digits, '.', '-' and '_' only");
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
