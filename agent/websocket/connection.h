// An established WebSocket connection (RFC 6455), seen from above: messages
// out, messages and one end in. Sockets, TLS and frames are below this line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wsload {

class Connection;

/// Why and how a connection ended.
struct CloseInfo {
  enum class Kind {
    kCleanByUs,    ///< our Close(), answered by the peer's close frame
    kCleanByPeer,  ///< the peer's close frame came first and was answered
    kBroken,       ///< no close handshake: reset, end of stream, TLS error, protocol error, timeout of our Close()
  };
  Kind kind = Kind::kBroken;
  /// The peer's close code (RFC 6455 7.4), 1005 when its frame had none, 1006 when no close frame came.
  uint16_t code = 1006;
  /// The peer's reason, or what broke: one line, printable.
  std::string reason;
  /// Short stable name for counting: "closed_1001", "reset", "eof", "protocol_error", "message_too_big",
  /// "close_timeout", ...
  std::string cause;
};

/// Upcalls come on the connection's loop thread, never from inside a call down into the connection.
class ConnectionObserver {
 public:
  /// One whole data message, inflated. At least kReadPadding bytes behind the end of `payload` may be read (their value
  /// means nothing); the view dies with the call. `now_ns`: the loop's clock when the bytes had been read.
  /// The observer may Close() or Abort() the connection here, not delete it.
  virtual void OnMessage(Connection& connection, std::string_view payload, bool binary, int64_t now_ns) = 0;

  /// A pong (RFC 6455 5.5.3), asked for or not; the view dies with the call. As OnMessage otherwise.
  virtual void OnPong(Connection&, std::string_view /*payload*/, int64_t /*now_ns*/) {}

  /// Exactly once, the last upcall; the observer may delete the connection here.
  virtual void OnClosed(Connection& connection, const CloseInfo& info) = 0;

 protected:
  ~ConnectionObserver() = default;
};

enum class SendResult {
  kSent,     ///< the kernel has all of it
  kQueued,   ///< the kernel refused some; it is kept and will be written as soon as there is room
  kRefused,  ///< not taken: closing, closed, or more than kMaxQueuedBytes already wait
};

/// One thread: the loop's.
class Connection {
 public:
  static constexpr size_t kReadPadding = 64;
  static constexpr size_t kMaxQueuedBytes = 4u << 20;

  /// Aborts when still open; no upcall.
  virtual ~Connection() = default;

  /// Upcalls go to `observer` from now on; it outlives the connection. Nothing is read before the first call.
  virtual void SetObserver(ConnectionObserver* observer) = 0;

  /// One binary message in one frame.
  virtual SendResult Send(std::string_view payload) = 0;

  /// One text message in one frame; `payload` is UTF-8.
  virtual SendResult SendText(std::string_view payload) = 0;

  /// A ping with at most 125 bytes of payload, which the peer's pong brings back.
  virtual SendResult Ping(std::string_view payload) = 0;

  /// Starts the close handshake; OnClosed follows, at the latest `timeout_ns` later. Again: no effect.
  virtual void Close(uint16_t code, std::string_view reason, int64_t timeout_ns) = 0;

  // What peers that behave badly do; before SetObserver(), and for good. Connections without a socket may do neither.
  /// Reads no more than so many bytes a second, and has little room for more, so that what the server writes piles up
  /// on its side.
  virtual void ReadSlowly(int64_t /*bytes_per_s*/) {}
  /// The frames of messages leave in two pieces, with so much time between; what is sent meanwhile waits, and leaves
  /// behind the second one.
  virtual void SplitFrames(int64_t /*pause_ns*/) {}

  /// Ends at once, without a handshake; OnClosed follows from the loop.
  virtual void Abort(std::string_view cause) = 0;
};

}  // namespace wsload
