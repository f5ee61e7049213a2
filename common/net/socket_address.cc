#include "common/net/socket_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "common/net/authority.h"

namespace wsload {
namespace {

const sockaddr_in& V4(const SocketAddress& address) { return reinterpret_cast<const sockaddr_in&>(address.storage); }
const sockaddr_in6& V6(const SocketAddress& address) { return reinterpret_cast<const sockaddr_in6&>(address.storage); }

/// "%eth0" for an address that counts on one interface only, as link-local ones do.
std::string Zone(const SocketAddress& address) {
  const uint32_t scope = V6(address).sin6_scope_id;
  if (scope == 0) return {};
  char name[IF_NAMESIZE];
  return if_indextoname(scope, name) != nullptr ? fmt::format("%{}", name) : fmt::format("%{}", scope);
}

}  // namespace

std::optional<SocketAddress> SocketAddress::FromLiteral(const std::string& literal, uint16_t port) {
  // inet_pton() stops at a zero byte.
  if (literal.find('\0') != std::string::npos) return std::nullopt;
  SocketAddress address;
  if (auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
      inet_pton(AF_INET, literal.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.size = sizeof *v4;
    return address;
  }
  if (auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
      inet_pton(AF_INET6, literal.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.size = sizeof *v6;
    return address;
  }
  return std::nullopt;
}

SocketAddress SocketAddress::FromSystem(const sockaddr* address, socklen_t size) {
  SocketAddress result;
  result.size = std::min<socklen_t>(size, sizeof result.storage);
  std::memcpy(&result.storage, address, result.size);
  return result;
}

uint16_t SocketAddress::port() const { return ntohs(family() == AF_INET6 ? V6(*this).sin6_port : V4(*this).sin_port); }

void SocketAddress::set_port(uint16_t port) {
  if (family() == AF_INET6) {
    reinterpret_cast<sockaddr_in6&>(storage).sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in&>(storage).sin_port = htons(port);
  }
}

std::string SocketAddress::Literal() const {
  char text[INET6_ADDRSTRLEN] = "?";
  if (family() == AF_INET6) {
    inet_ntop(AF_INET6, &V6(*this).sin6_addr, text, sizeof text);
    return text + Zone(*this);
  }
  inet_ntop(AF_INET, &V4(*this).sin_addr, text, sizeof text);
  return text;
}

std::string SocketAddress::ToString() const { return fmt::format("{}:{}", BracketedHost(Literal()), port()); }

std::strong_ordering operator<=>(const SocketAddress& a, const SocketAddress& b) {
  if (a.family() != b.family())
    return a.family() == AF_INET6 ? std::strong_ordering::greater : a.family() <=> b.family();
  const int bytes = a.family() == AF_INET6 ? std::memcmp(&V6(a).sin6_addr, &V6(b).sin6_addr, sizeof V6(a).sin6_addr)
                                           : std::memcmp(&V4(a).sin_addr, &V4(b).sin_addr, sizeof V4(a).sin_addr);
  if (bytes != 0) return bytes <=> 0;
  return a.port() <=> b.port();
}

}  // namespace wsload
