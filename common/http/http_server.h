// A small HTTP server for figures.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/net/host_port.h"

namespace wsload {

/// An HTTP server with a loop and thread of its own, without TLS: whoever reaches it reads, and can do nothing else.
/// Connections are few and short; where there are too many, the oldest gives way.
class HttpServer {
 public:
  /// The answer to what a client has sent so far; empty while the request's end is not there. On the server's thread.
  using Answerer = std::function<std::string(std::string_view received)>;

  /// kUnavailable: why the address cannot be listened on, without the mend.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Listen(const HostPort& address, Answerer answer);
  ~HttpServer();

  /// As given to Listen(), with the port that was chosen for port 0.
  const HostPort& address() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wsload
