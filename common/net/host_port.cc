#include "common/net/host_port.h"

#include <arpa/inet.h>

#include "common/net/authority.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {

std::string HostPort::ToString() const { return fmt::format("{}:{}", BracketedHost(host), port); }

bool HostPort::IsLoopback() const {
  if (AsciiLower(host) == "localhost") return true;
  if (in_addr v4; inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  if (in6_addr v6; inet_pton(AF_INET6, host.c_str(), &v6) == 1) {
    return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
  }
  return false;
}

absl::StatusOr<HostPort> ParseHostPort(std::string_view text, bool allow_port_zero) {
  constexpr LocalText kExample = {"write host:port, for example 127.0.0.1:7400", "请写 host:port，例如 127.0.0.1:7400"};
  auto authority = ParseAuthority(text);
  if (!authority.ok()) return LocalInvalidArgument({"{}; {}", "{}；{}"}, authority.status(), kExample);
  if (!authority->port.has_value()) return LocalInvalidArgument({"the port is missing; {}", "缺少端口；{}"}, kExample);
  if (*authority->port == 0 && !allow_port_zero) {
    return LocalInvalidArgument({"the port must be a number from 1 to 65535; {}", "端口必须是 1 至 65535 的数字；{}"},
                                kExample);
  }
  return HostPort{.host = authority->host, .port = *authority->port};
}

}  // namespace wsload
