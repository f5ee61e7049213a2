// An IP address with a port, as the system's calls take it.
#pragma once

#include <sys/socket.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace wsload {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  /// An IPv4 or IPv6 literal without brackets; nothing for anything else, names and zones ("fe80::1%eth0") included.
  static std::optional<SocketAddress> FromLiteral(const std::string& literal, uint16_t port);
  /// What a system call gave: an AF_INET or AF_INET6 address of `size` bytes.
  static SocketAddress FromSystem(const sockaddr* address, socklen_t size);

  int family() const { return storage.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  uint16_t port() const;
  void set_port(uint16_t port);
  /// "127.0.0.1", "::1", "fe80::1%eth0".
  std::string Literal() const;
  /// "127.0.0.1:9002", "[::1]:9002".
  std::string ToString() const;

  /// IPv4 first, then by the address's bytes, then by port: the same order everywhere.
  friend std::strong_ordering operator<=>(const SocketAddress& a, const SocketAddress& b);
  friend bool operator==(const SocketAddress& a, const SocketAddress& b) { return (a <=> b) == 0; }
};

}  // namespace wsload
