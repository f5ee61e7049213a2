// The agent's figures at GET /metrics.
#pragma once

#include <prometheus/collectable.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/net/host_port.h"

namespace wsload {

/// kInvalidArgument for an IPv6 address where the HTTP library was built without IPv6, as Debian's is.
absl::Status CheckMetricsAddress(const HostPort& address);

/// An HTTP server with threads of its own, without TLS: whoever reaches it reads, and can do nothing else.
class MetricsServer {
 public:
  /// kUnavailable: one line that says why the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Listen(const HostPort& address,
                                                               std::shared_ptr<prometheus::Collectable> figures);
  ~MetricsServer();

  /// As given to Listen(), with the port that was chosen for port 0.
  const HostPort& address() const;

 private:
  class Impl;
  explicit MetricsServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wsload
