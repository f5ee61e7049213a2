// Carries connections on from another loopback address: for tests, another host.
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
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  uint16_t port() const { return port_; }

 private:
  void Accept();
  int Connect() const;

  const std::string source_;
  const uint16_t to_port_;
  int listen_fd_ = -1;
  uint16_t port_ = 0;
  std::vector<int> open_;              ///< the acceptor's until it has ended
  std::vector<std::thread> carriers_;  ///< the same; two for each connection
  std::thread acceptor_;
};

}  // namespace wsload
