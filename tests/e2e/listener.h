// A listening socket on a loopback port that the kernel chose, for programs of others that take one over.
#pragma once

#include <cstdint>

namespace wsload::e2e {

class Listener {
 public:
  /// Throws std::runtime_error when there is no port. Children inherit the socket.
  Listener();
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int fd() const { return fd_; }
  uint16_t port() const { return port_; }

 private:
  int fd_ = -1;
  uint16_t port_ = 0;
};

}  // namespace wsload::e2e
