// Who is at the other end of a connection, as gRPC and the kernel name him.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/net/socket_address.h"

namespace wsload {

/// Of "ipv4:10.0.0.7:52011" or "ipv6:%5Bfd00::7%5D:52011", as gRPC names peers; nothing for anything else.
std::optional<SocketAddress> PeerAddress(std::string_view peer);

/// The same address, an IPv4 one that came over an IPv6 socket as such.
SocketAddress WithoutMapping(const SocketAddress& address);

/// What counts as one place to come from: of an IPv4 peer the address; of an IPv6 peer the first 64 bits, as a host has
/// all addresses of its network.
std::string NetworkOf(const SocketAddress& peer);
/// Likewise, of a peer as gRPC names it. Anything but an address: one place for all.
std::string NetworkOf(std::string_view peer);

}  // namespace wsload
