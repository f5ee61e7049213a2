// From a URL to an established connection: resolve, connect, TLS, HTTP
// upgrade (RFC 6455 section 4), under one deadline.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/websocket/connection.h"
#include "common/net/ws_url.h"

namespace wsload {

/// What all dials of a run share.
struct DialOptions {
  WsUrl url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string subprotocol;
  bool compress = false;  ///< offer permessage-deflate (RFC 7692)
  std::string ca_pem;     ///< empty: the system's certificates
  bool insecure_skip_verify = false;
  int64_t timeout_ns = 0;
  int64_t max_message_bytes = 16 << 20;
};

struct DialResult {
  /// Null when the dial failed.
  std::unique_ptr<Connection> connection;
  /// When it failed, a short stable name for counting: "resolve", "refused", "unreachable", "timeout", "reset", "tls",
  /// "tls_certificate", "http_403" (any status but 101), "not_websocket", "bad_upgrade", "no_descriptors", "no_ports",
  /// "canceled", "other".
  std::string cause;
  /// One line for people: what happened and, where one is known, the mend.
  std::string detail;
  /// TCP start (after the name was resolved) and the 101 response, on the loop's clock.
  int64_t started_ns = 0;
  int64_t finished_ns = 0;
};

using DialCallback = std::function<void(DialResult)>;

/// One loop's thread.
class Dialer {
 public:
  /// Dials under way are given up; their callbacks do not come.
  virtual ~Dialer() = default;

  /// `token_name`/`token_value` go into the query (none when the name is empty). The callback comes exactly once, from
  /// the loop, not inside this call.
  virtual void Dial(const std::string& token_name, const std::string& token_value, DialCallback done) = 0;

  /// Gives up the dials under way: their callbacks come with cause "canceled".
  virtual void CancelAll() = 0;
};

}  // namespace wsload
