// What the connections of one loop share, so that an idle one owns no buffer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "agent/websocket/connection.h"
#include "agent/websocket/dialer.h"
#include "agent/websocket/frame_processor.h"
#include "agent/websocket/known_secrets.h"
#include "common/loop/asio_event_loop.h"

namespace wsload {

/// Held by the dialer and by every connection. The loop outlives it. One thread.
struct Transport {
  static constexpr size_t kReadBytes = 64 << 10;

  Transport(AsioEventLoop& event_loop, const DialOptions& options)
      : loop(event_loop),
        queue_timeout_ns(options.queue_timeout_ns),
        secrets(options.url, options.headers),
        frames(options.memory) {}

  AsioEventLoop& loop;
  const int64_t queue_timeout_ns;
  const KnownSecrets secrets;
  FrameContext frames;
  Traffic traffic;  ///< of all connections
  /// What was just read from a socket, until the next read; the padding is there to be read over.
  std::array<uint8_t, kReadBytes + Connection::kReadPadding> read_buffer;
};

}  // namespace wsload
