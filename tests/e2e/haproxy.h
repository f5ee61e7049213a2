// Debian's haproxy before gateways.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/cluster.h"
#include "tests/e2e/listener.h"

namespace wsload::e2e {

/// Of a gateway's URL.
uint16_t PortOf(const std::string& url);

/// On a port that the kernel chose: it inherits the listening socket.
class Haproxy {
 public:
  static bool Installed();

  /// In turn, or by source: who comes from 127.0.0.2 gets the first of them, and so on. `checks`: it looks whether they
  /// are there, and leaves out those that are not, also where a connection finds it first.
  Haproxy(const std::vector<uint16_t>& servers, bool by_source, bool checks = false);
  uint16_t port() const { return listener_.port(); }

 private:
  const TempDir directory_;
  const Listener listener_;
  std::unique_ptr<Process> process_;
};

}  // namespace wsload::e2e
