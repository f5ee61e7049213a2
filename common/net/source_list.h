// -local-addrs: the addresses that connections are made from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/net/socket_address.h"

namespace wsload {

/// "127.0.0.2-127.0.0.9,10.0.0.5,fd00::1-fd00::9": IPv4 and IPv6 addresses and ranges with both ends in them, in the
/// order written; at most 4096 in all, none twice, none that no connection comes from (0.0.0.0, multicast). Ports are
/// 0. An empty text: none. kInvalidArgument: a line about the entry, without the flag's name.
absl::StatusOr<std::vector<SocketAddress>> ParseSourceList(std::string_view text);

}  // namespace wsload
