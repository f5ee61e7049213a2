// A listening socket.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/net/host_port.h"
#include "tests/gateway/file_descriptor.h"

namespace wsload::gateway {

/// Also where connections of an earlier listener still linger. kUnavailable with one line about -listen.
absl::StatusOr<FileDescriptor> Listen(const HostPort& address);

/// 0: it is not bound.
uint16_t BoundPort(const FileDescriptor& listener);

}  // namespace wsload::gateway
