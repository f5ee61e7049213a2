// One user's established connection to the gateway, from Start() to its close:
// upstream messages and their acknowledgements, heartbeats, pushes, redirects, graceful stop.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "agent/client/client_group.h"
#include "agent/client/pending_acks.h"
#include "agent/websocket/connection.h"

namespace wsload {

/// What a client does otherwise than it ought to.
struct Manners {
  bool awkward = false;      ///< it does anything otherwise: its messages are known as such
  bool acknowledges = true;  ///< what is pushed to it
  bool breaks_off = false;   ///< in place of a close handshake
};

/// One thread: the loop's. Dialling is not its business; it takes the connection as it is.
class WebSocketClient final : private ConnectionObserver, private PendingAcks::Owner {
 public:
  /// `device`: which of the user's connections it is, where one has several.
  WebSocketClient(std::unique_ptr<Connection> connection, ClientGroup& group, int64_t biz_id, int64_t user_id,
                  int32_t device = 0, const Manners& manners = {});
  /// Without upcalls: open messages of a client deleted before OnClientClosed are forgotten.
  ~WebSocketClient();

  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;

  /// Begins the message loop: upcalls may come from now on, the first heartbeat one interval later.
  void Start(int64_t now_ns);

  enum class SendOutcome {
    kSent,
    kRefused,  ///< the connection did not take it: closing, closed, or too much is queued; nothing is open for it
  };

  /// Sends one upstream message whose (unencrypted) body is `plaintext`, as MessageCodec::EncodeText makes it (echo
  /// protocol: the message itself, its beginning replaced by its key). Its end arrives as
  /// OnUpstreamResult, with *sequence* naming it. Several may be open. `number`: whatever the caller knows it by.
  SendOutcome SendUpstream(std::string_view plaintext, int64_t intended_ns, int64_t now_ns,
                           uint64_t* sequence = nullptr, int64_t number = 0);

  /// From within ClientObserver::OnUnanswered() alone: sends that message again, with the key that it had.
  SendOutcome SendAgain(std::string_view plaintext, int64_t now_ns);

  /// Graceful: no new messages; once what is open has ended (at the latest by the response timeout), the RFC 6455 close
  /// handshake, bounded by `close_timeout_ns`, or with Manners::breaks_off none; OnClientClosed follows. Idempotent.
  void Stop(int64_t close_timeout_ns);

  /// At once, without a handshake; OnClientClosed follows.
  void Abort(std::string_view cause) { connection_->Abort(cause); }

  bool stopping() const { return stopping_; }
  bool awkward() const { return Owner::awkward; }
  uint32_t open_messages() const { return open; }
  int64_t biz_id() const { return biz_id_; }
  int64_t user_id() const { return user_id_; }

  /// For whoever keeps clients in an array: the place, kept here so that removal costs nothing.
  uint32_t slot = 0;

 private:
  friend class ClientGroup;

  void OnMessage(Connection& connection, std::string_view payload, bool binary, int64_t now_ns) override;
  void OnPong(Connection& connection, std::string_view payload, int64_t now_ns) override;
  void OnClosed(Connection& connection, const CloseInfo& info) override;

  void OnGatewayMessage(const MessageView& message, int64_t now_ns);
  void OnAcknowledgement(const MessageView& message, int64_t now_ns);
  void OnPush(const MessageView& message, int64_t now_ns);
  void OnHeartbeatAnswer(std::string_view key, int64_t now_ns);
  void OnEcho(std::string_view payload, int64_t now_ns);
  /// Whether `echoed`, which follows a message's key, is stamped by another client of this run.
  bool IsOfAnother(std::string_view echoed) const;
  void OnSmallEcho(std::string_view payload, int64_t now_ns);
  void Named(const EchoKeys::Named& message, std::string_view payload, int64_t now_ns);
  /// `key` is another's than this group's.
  void NotOurs(ClientGroup::KeyOwner owner);
  /// Of the gateway's protocol; false: the connection did not take it.
  bool SendSealed(uint64_t sequence, std::string_view plaintext);
  void Answered(uint64_t sequence, UpstreamOutcome outcome, std::string_view body, int64_t now_ns);
  void SendHeartbeat(int64_t now_ns);
  void CloseIfDrained();

  std::unique_ptr<Connection> connection_;
  ClientGroup& group_;
  const int64_t biz_id_;
  const int64_t user_id_;
  const int32_t device_;
  // Links of the group's heartbeat queue.
  WebSocketClient* heartbeat_previous_ = nullptr;
  WebSocketClient* heartbeat_next_ = nullptr;
  int64_t heartbeat_due_ns_ = 0;
  int64_t close_timeout_ns_ = 0;
  uint32_t heartbeats_open_ = 0;
  const bool acknowledges_;
  const bool breaks_off_;
  bool heartbeat_queued_ = false;
  bool stopping_ = false;
  bool close_sent_ = false;
  /// Something of this connection was given up: of messages too small for a key nobody knows any more which one an
  /// answer answers.
  bool order_lost_ = false;
};

}  // namespace wsload
