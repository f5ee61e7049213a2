// What all clients of one event loop share: codec, cipher, buffers, the open
// messages and the heartbeat queue. An idle client costs none of these.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/client/body_cipher.h"
#include "agent/client/echo_keys.h"
#include "agent/client/message_codec.h"
#include "agent/client/pending_acks.h"
#include "agent/client/push_memory.h"
#include "agent/client/push_stamp.h"
#include "agent/websocket/connection.h"
#include "common/plan/run_plan.h"

namespace wsload {

class WebSocketClient;

/// How one upstream message ended.
enum class UpstreamOutcome {
  kAcknowledged,
  kTimeout,         ///< no answer within the response timeout, counted from the actual send, the last one
  kRateLimited,     ///< the server answered RATE_LIMIT_EXCEEDED
  kConnectionLost,  ///< the connection ended first
  kRefused,  ///< the acknowledgement could not be decrypted, or the server closed for a policy or protocol reason
};

struct UpstreamResult {
  UpstreamOutcome outcome = UpstreamOutcome::kAcknowledged;
  uint64_t sequence = 0;  ///< as SendUpstream() gave it
  int64_t intended_ns = 0;
  int64_t sent_ns = 0;  ///< the last time before its end
  int64_t ended_ns = 0;
  std::string_view body;  ///< decrypted body of an acknowledgement; dies with the call
  int32_t attempts = 1;   ///< times that it was sent
  bool awkward = false;   ///< by a client that behaves badly, the first time
};

/// A message that has waited for its answer as long as it may, and may be sent again.
struct Unanswered {
  WebSocketClient* client = nullptr;  ///< that sent it last; null: its connection was lost
  int64_t intended_ns = 0;
  int64_t number = 0;    ///< as SendUpstream() was told
  bool awkward = false;  ///< as UpstreamResult has it
};

/// Upcalls of a group's clients, on the loop's thread.
class ClientObserver {
 public:
  virtual void OnUpstreamResult(WebSocketClient& client, const UpstreamResult& result) = 0;
  /// WebSocketClient::SendAgain() of any client of the group sends it again, before this returns. True, and it was not:
  /// it waits as long once more, as another connection may open meanwhile. False: it ends.
  virtual bool OnUnanswered(const Unanswered&) { return false; }
  /// As OnUpstreamResult(), of a message whose connection was lost before.
  virtual void OnOrphanResult(const UpstreamResult&) {}
  virtual void OnLateAck(WebSocketClient& client) = 0;
  virtual void OnDuplicateAck(WebSocketClient& client) = 0;
  virtual void OnHeartbeatSent(WebSocketClient& client) = 0;
  /// `round_trip_ns` after the heartbeat that it answers.
  virtual void OnHeartbeatAck(WebSocketClient& client, int64_t round_trip_ns) = 0;
  /// A downstream message; its acknowledgement is on its way. `plaintext` dies with the call. `repeated`: this
  /// connection had it before.
  virtual void OnPush(WebSocketClient& client, std::string_view plaintext, bool repeated, int64_t now_ns) = 0;
  /// `body`: the nodes, for MessageCodec::DecodeNodes(), at most kMaxNodesBytes; dies with the call.
  virtual void OnRedirect(WebSocketClient& client, std::string_view body) = 0;
  /// A frame that names no message of this run: pushed, or the answer to nothing.
  virtual void OnUnsolicited(WebSocketClient& client) = 0;
  /// A frame that names a message which another connection of this run sent.
  virtual void OnBroadcast(WebSocketClient& client) = 0;
  /// A frame that is no message of this protocol, or whose body does not decrypt.
  virtual void OnUndecodable(WebSocketClient& client) = 0;
  /// Exactly once, the last upcall: what was open has ended before it. The client may be deleted here.
  virtual void OnClientClosed(WebSocketClient& client, const CloseInfo& info) = 0;

 protected:
  ~ClientObserver() = default;
};

/// Makes message keys unique for the server.
struct GroupName {
  /// Different for every run that ever talks to the server: ASCII, no quotes or backslashes.
  std::string run_id;
  // Together different for every group of the run.
  int32_t agent = 0;
  int32_t worker = 0;
};

struct ClientGroupOptions {
  Protocol protocol = Protocol::kGateway;
  Serializer serializer = Serializer::kJson;
  CipherKind cipher = CipherKind::kAesGcm;
  std::string cipher_key;
  int64_t echo_bytes = 0;       ///< of the echo protocol: the least of a message; below kEchoKeyBytes all have it
  int64_t heartbeat_ns = 0;     ///< 0: none
  int64_t resp_timeout_ns = 0;  ///< > 0
  int32_t retries = 0;          ///< how often a message may be sent again, not with the echo protocol
  GroupName name = {};
  /// Of the user who is sender 0 in the stamps of echoed messages: one that another client sent is a push. None: there
  /// are no stamps.
  std::optional<int64_t> stamps_from_user = {};
  uint16_t close_code = 1000;  ///< of the close frame that ends a connection; 1005: none in it
};

/// One thread: the loop's. Must outlive its clients.
class ClientGroup {
 public:
  /// kInvalidArgument: a key that does not fit the cipher.
  static absl::StatusOr<std::unique_ptr<ClientGroup>> New(ClientGroupOptions options, ClientObserver& observer);
  ~ClientGroup();

  /// When OnTimer() has something to do: the next response timeout or heartbeat. INT64_MAX: nothing.
  int64_t NextDeadlineNs() const;

  /// Ends what timed out, sends heartbeats that are due.
  void OnTimer(int64_t now_ns);

  /// Upstream messages that wait for their end.
  uint64_t open_messages() const { return pending_.open(); }

  const MessageCodec& codec() const { return *codec_; }

 private:
  friend class WebSocketClient;

  /// Sent again, or at its end.
  void TimeOut(const PendingAcks::Message& message, int64_t now_ns);
  bool SentAgain(const PendingAcks::Message& message, int64_t now_ns);
  bool MayBeSentAgain(const PendingAcks::Message& message) const { return message.rounds <= options_.retries; }

  struct HeartbeatQueue {
    WebSocketClient* first = nullptr;
    WebSocketClient* last = nullptr;
  };

  ClientGroup(ClientGroupOptions options, ClientObserver& observer);

  /// Whose message a key names.
  enum class KeyOwner { kGroup, kRun, kStranger };

  /// `mark`, prefix and `number`, in the key buffer.
  std::string_view WriteKey(std::string_view mark, uint64_t number);
  /// Writes the key of `sequence` into the key buffer.
  std::string_view Key(uint64_t sequence);
  /// Fills `sequence` when the key is one of this group's.
  KeyOwner ParseKey(std::string_view key, uint64_t& sequence) const;
  /// Likewise, of a heartbeat: it carries the time at which it left.
  std::string_view HeartbeatKey(int64_t sent_ns);
  bool ParseHeartbeatKey(std::string_view key, int64_t& sent_ns) const;
  void Enqueue(WebSocketClient& client, int64_t due_ns);
  void Dequeue(WebSocketClient& client);

  ClientGroupOptions options_;
  ClientObserver& observer_;
  const std::string run_prefix_;  ///< of every gateway key of the run
  const std::string key_prefix_;  ///< of every gateway key of this group
  const EchoKeys echo_keys_;
  const PushStamps stamps_;
  std::unique_ptr<MessageCodec> codec_;
  std::unique_ptr<BodyCipher> cipher_;
  PendingAcks pending_;
  HeartbeatQueue heartbeats_;  ///< in the order they are due, since the interval is the same for all
  PushMemory pushes_;
  // Scratch, grown once and kept.
  std::string key_;
  std::string sealed_;
  std::string wire_;
  std::string plaintext_;
};

}  // namespace wsload
