// Asks an agent on this host whether it serves: what a container's health check runs.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "common/net/host_port.h"

namespace wsload {

/// One call of gRPC's health protocol to an agent that listens on `listen` (a wildcard address: over loopback).
/// kUnavailable with one line when there is no answer within `timeout_ns`, or when the agent drains. Blocks. With `tls`
/// it is enough that the agent answers a handshake: it has no reason to trust who has its own certificate only.
absl::Status CheckHealth(const HostPort& listen, bool tls, int64_t timeout_ns);

}  // namespace wsload
