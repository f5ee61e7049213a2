// From a URL to an established connection: resolve, connect, TLS, HTTP
// upgrade (RFC 6455 section 4), under one deadline.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "agent/websocket/connection.h"
#include "agent/websocket/memory_budget.h"
#include "common/net/header_list.h"
#include "common/net/host_port.h"
#include "common/net/source_list.h"
#include "common/net/subprotocol_list.h"
#include "common/net/ws_url.h"
#include "common/plan/compression.h"
#include "common/plan/slice.h"
#include "common/util/local_text.h"

namespace wsload {

/// What all dials of a run share.
struct DialOptions {
  WsUrl url;
  HeaderList headers;
  SubprotocolList subprotocol;
  Compression compress = Compression::kOff;  ///< what to offer of permessage-deflate (RFC 7692)
  /// Most bits of the window that a connection's own compressor has: ContextWindowBits() of its messages.
  uint8_t context_window_bits = 15;
  std::string ca_pem;  ///< empty: the system's certificates
  bool insecure_skip_verify = false;
  int64_t timeout_ns = 0;
  int64_t max_message_bytes = 16 << 20;
  /// Of an agent's messages on their way, over all its dialers; null: without a bound.
  std::shared_ptr<MemoryBudget> memory = nullptr;
  /// What has waited so long to be written is given up and leaves the queue; 0: nothing does.
  int64_t queue_timeout_ns = 0;
  /// Behind "wsload/<version>" in the User-Agent that is sent unless a header is; " (check)" for a connection that no
  /// user of a run makes.
  std::string_view user_agent_note = {};
  /// The clients of the run that this agent dials, over all its dialers: what an even spread over addresses goes by.
  Progression clients;
  /// The addresses of this host to dial from; none: as the kernel chooses.
  SourceList sources;
};

struct DialResult {
  /// Null when the dial failed.
  std::unique_ptr<Connection> connection;
  /// When it failed, a short stable name for counting: "resolve", "refused", "unreachable", "timeout", "reset", "tls",
  /// "tls_certificate", "http_403" (any status but 101), "not_websocket", "bad_upgrade", "no_descriptors", "no_ports",
  /// "source_address" (not one of this host), "canceled", "other".
  std::string cause;
  /// One line for people: what happened and, where one is known, the mend.
  LocalString detail;
  /// What was agreed of permessage-deflate: see DeflateName(). Empty: nothing.
  std::string compression;
  /// TCP start (after the name was resolved) and the 101 response, on the loop's clock.
  int64_t started_ns = 0;
  int64_t finished_ns = 0;
};

/// Bytes of the WebSocket layer: frames; not TCP or TLS overhead, not the HTTP upgrade.
struct Traffic {
  int64_t bytes_sent = 0;
  int64_t bytes_received = 0;
};

using DialCallback = std::function<void(DialResult)>;

/// One loop's thread.
class Dialer {
 public:
  /// Dials under way are given up; their callbacks do not come.
  virtual ~Dialer() = default;

  /// The number `client` >= 0 of the run decides over the addresses: see Routes. `token_name`/`token_value` go into the
  /// query (none when the name is empty). The callback comes exactly once, from the loop, not inside this call.
  virtual void Dial(int64_t client, const std::string& token_name, const std::string& token_value,
                    DialCallback done) = 0;

  /// Likewise, at another server than the options' (host without brackets), with all else as they say; TLS wants a
  /// certificate for this host. Of kMostPlaces different ones at most: beyond that the cause is "other".
  virtual void DialAt(const HostPort& server, int64_t client, const std::string& token_name,
                      const std::string& token_value, DialCallback done) = 0;
  static constexpr size_t kMostPlaces = 1'000;

  /// Gives up the dials under way: their callbacks come with cause "canceled".
  virtual void CancelAll() = 0;

  /// Of all connections that came from this dialer, those that are gone included. One sum: a loop over them would cost
  /// a run with many idle connections more than they do.
  virtual Traffic traffic() const = 0;
};

}  // namespace wsload
