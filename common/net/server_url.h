// -server: parsed once, and carried together with its text.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/net/ws_url.h"

namespace wsload {

/// A ws:// or wss:// URL as it was written, and what it says. Always a valid one.
class ServerUrl {
 public:
  /// ws://localhost:9002/ws, the original client's default.
  ServerUrl() = default;

  /// kInvalidArgument: as ParseWsUrl().
  static absl::StatusOr<ServerUrl> Parse(std::string_view text);

  const std::string& text() const { return text_; }
  const WsUrl& url() const { return url_; }

  friend bool operator==(const ServerUrl& a, const ServerUrl& b) { return a.text_ == b.text_; }

 private:
  std::string text_ = "ws://localhost:9002/ws";
  WsUrl url_{.host = "localhost", .port = 9002, .path = "/ws"};
};

}  // namespace wsload
