// A small HTTP server for figures, and for those who watch them change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "common/net/host_port.h"

namespace wsload {

/// What a client gets.
struct HttpReply {
  HttpReply(std::string all) : bytes(std::move(all)) {}

  std::string bytes;       ///< empty while the request's end is not there
  bool is_stream = false;  ///< the connection then stays open for what Broadcast() says
};

/// An HTTP server with a loop and thread of its own, without TLS. Connections are few and short; where there are too
/// many, the oldest gives way. Streams stay: at most kMaxStreams of them, and one whose client reads so slowly that
/// kMaxWaitingBytes wait for it is closed.
class HttpServer {
 public:
  static constexpr size_t kMaxStreams = 16;
  static constexpr size_t kMaxWaitingBytes = 8 << 20;

  /// The reply to what a client has sent so far. On the server's thread.
  using Answerer = std::function<HttpReply(std::string_view received)>;

  /// kUnavailable: why the address cannot be listened on, without the mend.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Listen(const HostPort& address, Answerer answer);
  /// Closes all connections. Work that was posted and has not run is dropped.
  ~HttpServer();

  /// As given to Listen(), with the port that was chosen for port 0.
  const HostPort& address() const;

  /// Runs `work` on the server's thread, where answers are made. Any thread.
  void Post(std::function<void()> work);

  /// To every stream, behind what still waits for it. On the server's thread.
  void Broadcast(std::shared_ptr<const std::string> text);
  /// Closes each stream once it has all that waits for it. On the server's thread.
  void EndStreams();
  /// On the server's thread.
  size_t streams() const;

  /// Waits until no connection has anything left to get, `timeout_ns` at most. Any other thread.
  void AwaitIdle(int64_t timeout_ns);

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wsload
