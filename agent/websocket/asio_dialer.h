// The dialer of real connections.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "agent/websocket/dialer.h"
#include "common/loop/asio_event_loop.h"

namespace wsload {

/// A dialer on `loop`, which outlives it and its connections (they may outlive the dialer). The server's name is looked
/// up once, with the first dial. kInvalidArgument, with one line: an option that
/// cannot work, like a CA that is no certificate. Loop's thread, or before the loop runs.
absl::StatusOr<std::unique_ptr<Dialer>> NewDialer(AsioEventLoop& loop, const DialOptions& options);

}  // namespace wsload
