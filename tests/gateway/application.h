// The gateway protocol of one thread: who may come in, and what is answered when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/client/user_token.h"
#include "tests/gateway/connection.h"
#include "tests/gateway/forwarder.h"
#include "tests/gateway/message_channel.h"
#include "tests/gateway/push_service.h"
#include "tests/gateway/thread_state.h"

namespace wsload::gateway {

class Application final : public ConnectionHandler {
 public:
  Application(ThreadState& state, MessageChannel channel);

  HandshakeReply OnRequest(Connection& connection, const HttpRequest& request, int body_status,
                           int64_t now_ns) override;
  void OnBadRequest(Connection& connection, int status) override;
  void OnMessage(Connection& connection, Opcode opcode, std::string_view message, int64_t receipt_ns) override;
  void OnLeaving(Connection& connection) override;

  /// Any timer but the server loop's own. Marks dirty what it writes to.
  void OnTimer(const Timer& timer, int64_t now_ns);

  bool has_pushes() const { return forwarder_.has_pushes(); }
  /// A bounded number of the pushes that others sent; marks dirty what it writes to. True: there is more to do.
  bool DeliverPushes(int64_t now_ns) { return forwarder_.Deliver(now_ns); }

  /// Connections that asked for GET /stats since the last call.
  std::vector<uint64_t> TakeStatsRequests();

  /// The thread ends: what is still owed becomes unsent.
  void GiveUpPending();

 private:
  struct PendingAck {
    std::string key;
    bool repeated = false;  ///< answers a duplicate
  };

  /// Its answer is written and put off until its turn.
  struct WaitingHandshake {
    HandshakeReply reply;
    bool auto_close = false;
  };

  HandshakeReply Refuse(int status, std::string_view reason);
  std::optional<HandshakeReply> Admit(const HttpRequest& request, Session& session);
  HandshakeReply Accept(Connection& connection, const HttpRequest& request, int64_t now_ns);
  void StartSession(Connection& connection, bool auto_close, int64_t now_ns);
  void ArmOnce(int64_t now_ns);
  void OnHandshakeTurn(const Timer& timer, int64_t now_ns);
  void OnUpstream(Connection& connection, const MessageView& message, int64_t receipt_ns);
  void Answer(Connection& connection, std::string_view key, const SharedState::Judgement& judgement,
              int64_t receipt_ns);
  void Acknowledge(Connection& connection, std::string_view key, bool repeated, int64_t done_ns, int64_t receipt_ns);
  void SendAck(Connection& connection, std::string_view key, bool repeated);
  void OnAckDue(const Timer& timer);
  void OnIdleCheck(Connection& connection, int64_t now_ns);
  void RedirectAll(int64_t now_ns);
  void Undecodable(Connection& connection, CloseCode code, std::string_view reason);

  ThreadState& state_;
  GroundTruth::Messages& messages_;
  MessageChannel channel_;
  UserToken tokens_;
  DelayModel delay_;
  PushService pushes_;
  Forwarder forwarder_;
  std::vector<PendingAck> pending_acks_;  ///< by slot: their strings keep their memory
  std::vector<uint32_t> free_acks_;
  std::vector<uint64_t> stats_requests_;
  std::unordered_map<uint64_t, WaitingHandshake> waiting_handshakes_;  ///< by connection
  bool redirect_armed_ = false;
};

}  // namespace wsload::gateway
