// Whether the addresses that a run shall come from are this host's.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/net/socket_address.h"
#include "common/net/source_list.h"

namespace wsload {

/// Those of `sources` that no connection can be made from here, found by binding a socket to each; nothing is sent.
std::vector<SocketAddress> ForeignAddresses(const std::vector<SocketAddress>& sources);

/// "10.0.0.5, 10.0.0.6 and 3 more"
std::string ListAddresses(const std::vector<SocketAddress>& addresses);

/// OK, or kInvalidArgument with one line that says how to mend it.
absl::Status CheckSources(const SourceList& sources);

}  // namespace wsload
