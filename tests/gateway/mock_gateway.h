// The IM gateway's server side as a test oracle: its own epoll server and RFC 6455 framing, nothing of the client's.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "tests/gateway/gateway_options.h"
#include "tests/gateway/ground_truth.h"

namespace wsload::gateway {

/// Serves on its own threads from Start() to Stop().
class MockGateway {
 public:
  /// kInvalidArgument for options that cannot work, kUnavailable when the address cannot be bound; one line each.
  static absl::StatusOr<std::unique_ptr<MockGateway>> Start(GatewayOptions options);

  /// Stop().
  ~MockGateway();

  /// The port it listens on. Any thread.
  uint16_t port() const;

  /// ws://127.0.0.1:PORT/ws, wss:// with TLS. Any thread.
  std::string url() const;

  /// What it saw until now; also after Stop(). Any thread.
  GroundTruth truth() const;

  /// Ends the listener and all connections as options.restart_how says, and listens again on the same port in
  /// options.restart_for_ns; comes back at once. Nothing while it is down already. Any thread.
  void Restart();

  /// Sends close 1001 to all, gives them a second to answer, and leaves. What is still owed counts as unsent. Again:
  /// nothing. One thread.
  void Stop();

 private:
  struct Impl;
  explicit MockGateway(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wsload::gateway
