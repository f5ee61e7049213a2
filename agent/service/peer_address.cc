#include "agent/service/peer_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>
#include <cstring>

namespace wsload {
namespace {

constexpr std::string_view kIpv4 = "ipv4:";
constexpr std::string_view kIpv6 = "ipv6:";
constexpr char kElsewhere[] = "elsewhere";
constexpr size_t kNetworkBytes = 8;

/// "%5B::1%5D" or "[::1]" without the brackets and a zone.
std::string_view WithoutBrackets(std::string_view text) {
  for (const std::string_view bracket : {"[", "%5B"}) {
    if (text.starts_with(bracket)) text.remove_prefix(bracket.size());
  }
  return text.substr(0, text.find_first_of("]%"));
}

}  // namespace

std::optional<SocketAddress> PeerAddress(std::string_view peer) {
  const bool ipv6 = peer.starts_with(kIpv6);
  if (!ipv6 && !peer.starts_with(kIpv4)) return std::nullopt;
  peer.remove_prefix(kIpv4.size());
  const size_t colon = peer.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  uint16_t port = 0;
  const std::string_view port_text = peer.substr(colon + 1);
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc() || end != port_text.data() + port_text.size()) return std::nullopt;
  const std::string_view host = peer.substr(0, colon);
  const auto address = SocketAddress::FromLiteral(std::string(ipv6 ? WithoutBrackets(host) : host), port);
  if (!address || (address->family() == AF_INET6) != ipv6) return std::nullopt;
  return WithoutMapping(*address);
}

SocketAddress WithoutMapping(const SocketAddress& address) {
  if (address.family() != AF_INET6) return address;
  const in6_addr& bytes = reinterpret_cast<const sockaddr_in6&>(address.storage).sin6_addr;
  if (!IN6_IS_ADDR_V4MAPPED(&bytes)) return address;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(address.port());
  std::memcpy(&v4.sin_addr, &bytes.s6_addr[12], sizeof v4.sin_addr);
  return SocketAddress::FromSystem(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
}

std::string NetworkOf(const SocketAddress& peer) {
  SocketAddress address = WithoutMapping(peer);
  if (address.family() != AF_INET6) return address.Literal();
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
  std::memset(&v6.sin6_addr.s6_addr[kNetworkBytes], 0, sizeof v6.sin6_addr.s6_addr - kNetworkBytes);
  v6.sin6_scope_id = 0;
  return address.Literal() + "/64";
}

std::string NetworkOf(std::string_view peer) {
  const std::optional<SocketAddress> address = PeerAddress(peer);
  return address ? NetworkOf(*address) : kElsewhere;
}

}  // namespace wsload
