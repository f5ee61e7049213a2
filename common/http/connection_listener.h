// Listening sockets. gRPC's own listener stops for good once accept() fails, as it does when the process
// has no descriptors left: a crowd of strangers, or a load at the limit, would make the agent unreachable until it is
// started again. This one waits a moment and goes on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "common/loop/asio_event_loop.h"
#include "common/net/host_port.h"
#include "common/net/socket_address.h"
#include "common/util/rate_bound.h"

namespace wsload {

/// All on the loop's thread, or before the loop runs.
class ConnectionListener {
 public:
  /// Takes a connection, non-blocking and close-on-exec, with TCP_NODELAY.
  using Taker = std::function<void(int fd, const SocketAddress& peer)>;

  /// `user_timeout_ms`: TCP_USER_TIMEOUT of the connections. `make_room` is asked to end a connection when there is no
  /// descriptor for a further one; null: nobody is.
  ConnectionListener(AsioEventLoop& loop, int user_timeout_ms, Taker take, std::function<void()> make_room = nullptr);
  /// Closes the listening sockets.
  ~ConnectionListener();
  ConnectionListener(const ConnectionListener&) = delete;
  ConnectionListener& operator=(const ConnectionListener&) = delete;

  /// Listens on every address of `address.host`, all with one port; port 0 is replaced by the one that was chosen. The
  /// IPv4 wildcard stands for IPv6 too, where there is any. kUnavailable: why not.
  absl::Status Open(HostPort& address);

 private:
  class Socket;

  /// On one address, with the port of `address`, which is set to the one that was chosen.
  absl::Status Listen(SocketAddress bound, HostPort& address);
  void AcceptAll(Socket& socket);
  void Pause(int error);

  AsioEventLoop& loop_;
  const int user_timeout_ms_;
  const Taker take_;
  const std::function<void()> make_room_;
  std::vector<std::unique_ptr<Socket>> sockets_;
  std::unique_ptr<Timer> resume_;
  RateBound log_lines_{3, 60 * kNsPerSecond};
};

}  // namespace wsload
