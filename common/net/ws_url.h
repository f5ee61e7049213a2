// ws:// and wss:// URLs (RFC 6455 section 3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/net/host_port.h"

namespace wsload {

struct WsUrl {
  bool secure = false;
  std::string host;  ///< without the brackets of an IPv6 address
  uint16_t port = 80;
  std::string path = "/";  ///< begins with '/'
  std::string query;       ///< without '?'
  std::string user_info;   ///< "user:password" for HTTP's Basic authentication, unescaped; secret. Empty: none

  HostPort address() const { return {host, port}; }
  /// Value of the Host header: the port only when it is not the scheme's own.
  std::string HostHeader() const;
  /// The query has a parameter of that name, however its characters are encoded.
  bool HasParameter(std::string_view name) const;
  /// Path and query as a request target, with `name=value` appended to the query when `name` is not empty;
  /// the value is percent-encoded.
  std::string Target(std::string_view name = {}, std::string_view value = {}) const;
};

/// `text` with %41 as A; a '%' that begins no escape stays.
std::string PercentDecoded(std::string_view text);

/// Takes what browsers, Node's ws and curl take alike: upper-case schemes, user:password@, names in any script (as
/// punycode), an empty path or port, "." and ".." (resolved), and characters that must be escaped (escaped).
/// kInvalidArgument with one line (what is wrong, and how it should look; nothing of the URL itself); never throws.
absl::StatusOr<WsUrl> ParseWsUrl(std::string_view text);

}  // namespace wsload
