// The client as a library for programs with threads: dial, then a client whose
// calls block. The load engine uses WebSocketClient itself instead.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/client/message_codec.h"
#include "agent/websocket/dialer.h"
#include "common/plan/run_plan.h"

namespace wsload {

/// An upgraded connection with the event loop it lives on; made by DialWebSocket(), owned by a client.
class EstablishedConnection;

struct EstablishedConnectionDeleter {
  void operator()(EstablishedConnection* connection) const;
};
using EstablishedConnectionPtr = std::unique_ptr<EstablishedConnection, EstablishedConnectionDeleter>;

/// Connects and upgrades; blocks until that is done or failed. `token` goes into the query as `token_param`
/// (none when empty). `options.url` is filled from `server`; a timeout of 0 means 10 s.
/// kInvalidArgument: the URL or a certificate; kUnavailable: the dial failed, with its cause and detail.
absl::StatusOr<EstablishedConnectionPtr> DialWebSocket(std::string_view server, const std::string& token,
                                                       DialOptions options = {},
                                                       const std::string& token_param = "token");

struct SyncClientOptions {
  Serializer serializer = Serializer::kJson;
  CipherKind cipher = CipherKind::kAesGcm;
  std::string cipher_key = kDemoCipherKey;
  std::chrono::nanoseconds heartbeat = std::chrono::seconds(30);  ///< zero: none
  std::chrono::nanoseconds response_timeout = std::chrono::seconds(1);
  /// Upcalls from the message loop's thread; may be empty.
  std::function<void(std::string_view text)> on_push;
  std::function<void(const std::vector<RedirectNode>&)> on_redirect;
  std::function<void()> on_heartbeat_ack;
};

/// The life of one established connection. Calls from any thread but the one inside Start(), unless said otherwise.
class SyncWebSocketClient {
 public:
  ~SyncWebSocketClient();

  /// Runs the message loop on the calling thread: heartbeats, acknowledgements of pushes, answers to
  /// SendUpstreamMessage. Once only. Returns OK after Stop(); kCancelled / kDeadlineExceeded after the graceful stop
  /// that `stop` / `timeout` brought about; kUnavailable when the connection ended by itself, with the reason.
  absl::Status Start(std::stop_token stop = {}, std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max());

  /// Sends one message and waits for its acknowledgement; several threads may wait at once. Waits for Start() to be
  /// called, no longer than the response timeout.
  /// kDeadlineExceeded: no acknowledgement in time; kResourceExhausted: rate limited by the server; kUnavailable: the
  /// connection ended or is stopping; kFailedPrecondition: refused, or Start() was not called.
  absl::StatusOr<OnReceiveResponse> SendUpstreamMessage(std::string_view text);

  /// Graceful: waits for what is open, does the close handshake, returns when Start() has (or could) no longer do
  /// anything.
  void Stop();

 private:
  friend absl::StatusOr<std::unique_ptr<SyncWebSocketClient>> NewWebSocketClient(EstablishedConnectionPtr connection,
                                                                                 int64_t biz_id, int64_t user_id,
                                                                                 SyncClientOptions options);
  class Impl;
  explicit SyncWebSocketClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// kInvalidArgument: a key that does not fit the cipher.
absl::StatusOr<std::unique_ptr<SyncWebSocketClient>> NewWebSocketClient(EstablishedConnectionPtr connection,
                                                                        int64_t biz_id, int64_t user_id,
                                                                        SyncClientOptions options = {});

}  // namespace wsload
