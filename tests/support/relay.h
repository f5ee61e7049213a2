// Carries connections on, from another loopback address or to one of several servers: for tests, another host or a
// balancer.
#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace wsload {

/// Every connection to 127.0.0.1:port() goes on to 127.0.0.1:`to_port`, where it arrives from `source` ("127.0.0.2").
class Relay {
 public:
  /// Throws std::runtime_error when there is no such address to come from.
  Relay(std::string source, uint16_t to_port);
  /// How a balancer chooses: the next one, or by the last number of the client's address.
  enum class Choice { kInTurn, kBySource };
  /// Each of them to one of `to_ports`, or to the first one after it that takes it.
  Relay(std::string source, std::vector<uint16_t> to_ports, Choice choice);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  uint16_t port() const { return port_; }

 private:
  void Accept();
  /// -1: nobody takes it.
  int Connect(size_t first);
  int ConnectTo(uint16_t port) const;

  const std::string source_;
  const std::vector<uint16_t> to_ports_;
  const Choice choice_;
  size_t turn_ = 0;
  int listen_fd_ = -1;
  uint16_t port_ = 0;
  std::vector<int> open_;              ///< the acceptor's until it has ended
  std::vector<std::thread> carriers_;  ///< the same; two for each connection
  std::thread acceptor_;
};

}  // namespace wsload
