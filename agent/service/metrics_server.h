// The agent's figures at GET /metrics.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/net/host_port.h"

namespace wsload {

/// An HTTP server with a loop and thread of its own, without TLS: whoever reaches it reads, and can do nothing else.
/// Connections are few and short; where there are too many, the oldest gives way.
class MetricsServer {
 public:
  /// `figures` gives the text of a scrape, on the server's thread. kUnavailable: one line that says why the address
  /// cannot be listened on.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Listen(const HostPort& address,
                                                               std::function<std::string()> figures);
  ~MetricsServer();

  /// As given to Listen(), with the port that was chosen for port 0.
  const HostPort& address() const;

 private:
  class Impl;
  explicit MetricsServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wsload
