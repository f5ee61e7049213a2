// The agent on the network: sessions behind a gRPC port.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/service/server_security.h"
#include "agent/session/agent_session.h"
#include "common/net/host_port.h"
#include "common/util/local_text.h"

namespace wsload {

/// One session per stream, all on one loop and thread of the server's own, sharing one RunSlot. Beside them it
/// answers health checks, and nothing else. Messages, streams, calls, connections and write queues are bounded; a peer
/// that goes beyond loses its stream or connection.
class GrpcAgentServer {
 public:
  /// `config.slot` is replaced by the server's own. kUnavailable: one line that says why the address cannot be
  /// listened on.
  static absl::StatusOr<std::unique_ptr<GrpcAgentServer>> Listen(AgentConfig config, const HostPort& address,
                                                                 const ServerSecurity& security = {});

  /// Breaks the streams and stops their loads at once.
  ~GrpcAgentServer();

  /// As given to Listen(), with the port that was chosen for port 0.
  const HostPort& address() const;

  /// Of calls that come from now on; for servers whose `security` had a token. Any thread.
  void SetToken(std::string token);

  /// Takes no more runs, lets the one under way stop, drain and report; returns when all streams have ended or
  /// `timeout_ns` is over. Blocks the caller.
  void Drain(const LocalString& reason, int64_t timeout_ns);

 private:
  class Impl;
  explicit GrpcAgentServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wsload
