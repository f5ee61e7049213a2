#include "agent/client/websocket_client.h"

#include <optional>
#include <utility>

#include "common/util/scratch.h"

namespace wsload {
namespace {

constexpr char kCutCause[] = "cut";

/// Close codes by which a server says that it did not accept what it got (RFC 6455 section 7.4.1).
bool IsRefusal(uint16_t code) { return code == 1002 || code == 1003 || (code >= 1007 && code <= 1010); }

}  // namespace

WebSocketClient::WebSocketClient(std::unique_ptr<Connection> connection, ClientGroup& group, int64_t biz_id,
                                 int64_t user_id, int32_t device, const Manners& manners)
    : connection_(std::move(connection)),
      group_(group),
      biz_id_(biz_id),
      user_id_(user_id),
      device_(device),
      acknowledges_(manners.acknowledges),
      breaks_off_(manners.breaks_off) {
  Owner::awkward = manners.awkward;
}

WebSocketClient::~WebSocketClient() {
  group_.Dequeue(*this);
  while (open > 0) group_.pending_.GiveUpOldestOf(*this);
}

void WebSocketClient::Start(int64_t now_ns) {
  if (group_.options_.heartbeat_ns > 0) group_.Enqueue(*this, now_ns + group_.options_.heartbeat_ns);
  connection_->SetObserver(this);
}

WebSocketClient::SendOutcome WebSocketClient::SendUpstream(std::string_view plaintext, int64_t intended_ns,
                                                           int64_t now_ns, uint64_t* sequence, int64_t number) {
  if (stopping_) return SendOutcome::kRefused;
  if (group_.options_.protocol == Protocol::kEcho) {
    group_.wire_.assign(plaintext);
    group_.echo_keys_.Write(group_.pending_.next_sequence(), group_.wire_);
    if (connection_->Send(group_.wire_) == SendResult::kRefused) return SendOutcome::kRefused;
  } else if (!SendSealed(group_.pending_.next_sequence(), plaintext)) {
    return SendOutcome::kRefused;
  }
  const uint64_t opened = group_.pending_.Open(*this, intended_ns, now_ns, number);
  if (sequence != nullptr) *sequence = opened;
  return SendOutcome::kSent;
}

bool WebSocketClient::SendSealed(uint64_t sequence, std::string_view plaintext) {
  const std::string_view key = group_.Key(sequence);
  if (!group_.cipher_->Seal(plaintext, group_.sealed_)) return false;
  group_.codec_->Encode({Command::kUpstreamMessage, key, group_.sealed_}, group_.wire_);
  return connection_->Send(group_.wire_) != SendResult::kRefused;
}

WebSocketClient::SendOutcome WebSocketClient::SendAgain(std::string_view plaintext, int64_t now_ns) {
  PendingAcks::Message message;
  if (stopping_ || !group_.pending_.Oldest(now_ns, message)) return SendOutcome::kRefused;
  if (!SendSealed(message.sequence, plaintext)) return SendOutcome::kRefused;
  group_.pending_.SendOldestAgain(*this, now_ns);
  return SendOutcome::kSent;
}

void WebSocketClient::Stop(int64_t close_timeout_ns) {
  if (stopping_) return;
  stopping_ = true;
  close_timeout_ns_ = close_timeout_ns;
  CloseIfDrained();
}

void WebSocketClient::CloseIfDrained() {
  if (!stopping_ || close_sent_ || open != 0) return;
  close_sent_ = true;
  group_.Dequeue(*this);
  if (breaks_off_) return connection_->Abort(kCutCause);
  connection_->Close(group_.options_.close_code, "", close_timeout_ns_);
}

void WebSocketClient::SendHeartbeat(int64_t now_ns) {
  // The server sends the key back as it came: a gateway in a message, everybody else in a pong (RFC 6455 5.5.3).
  const std::string_view key = group_.HeartbeatKey(now_ns);
  SendResult sent = SendResult::kRefused;
  if (group_.options_.protocol == Protocol::kEcho) {
    sent = connection_->Ping(key);
  } else {
    group_.codec_->Encode({Command::kHeartbeat, key, std::string_view()}, group_.wire_);
    sent = connection_->Send(group_.wire_);
  }
  if (sent == SendResult::kRefused) return;
  ++heartbeats_open_;
  group_.observer_.OnHeartbeatSent(*this);
}

void WebSocketClient::OnPong(Connection&, std::string_view payload, int64_t now_ns) {
  int64_t sent_ns = 0;
  // A pong that answers nothing is allowed, and means nothing.
  if (heartbeats_open_ == 0 || !group_.ParseHeartbeatKey(payload, sent_ns)) return;
  --heartbeats_open_;
  group_.observer_.OnHeartbeatAck(*this, now_ns - sent_ns);
}

void WebSocketClient::OnHeartbeatAnswer(std::string_view key, int64_t now_ns) {
  int64_t sent_ns = 0;
  if (!group_.ParseHeartbeatKey(key, sent_ns)) return group_.observer_.OnUnsolicited(*this);
  if (heartbeats_open_ == 0) return group_.observer_.OnDuplicateAck(*this);
  --heartbeats_open_;
  group_.observer_.OnHeartbeatAck(*this, now_ns - sent_ns);
}

void WebSocketClient::OnMessage(Connection&, std::string_view payload, bool, int64_t now_ns) {
  if (group_.options_.protocol == Protocol::kEcho) {
    OnEcho(payload, now_ns);
  } else {
    MessageView message;
    if (group_.codec_->Decode(payload, message)) {
      OnGatewayMessage(message, now_ns);
    } else {
      group_.observer_.OnUndecodable(*this);
    }
  }
  CloseIfDrained();
}

void WebSocketClient::OnGatewayMessage(const MessageView& message, int64_t now_ns) {
  switch (message.cmd) {
    case Command::kUpstreamAck:
      OnAcknowledgement(message, now_ns);
      return;
    case Command::kRateLimitExceeded: {
      uint64_t sequence = 0;
      const ClientGroup::KeyOwner owner = group_.ParseKey(message.key, sequence);
      if (owner != ClientGroup::KeyOwner::kGroup) return NotOurs(owner);
      return Answered(sequence, UpstreamOutcome::kRateLimited, std::string_view(), now_ns);
    }
    case Command::kHeartbeat:
      return OnHeartbeatAnswer(message.key, now_ns);
    case Command::kDownstreamMessage:
      return OnPush(message, now_ns);
    case Command::kRedirect:
      // Decoded by those who follow it alone: thousands of nodes fit into the smallest of messages.
      if (message.body.size() > MessageCodec::kMaxNodesBytes) return group_.observer_.OnUndecodable(*this);
      return group_.observer_.OnRedirect(*this, message.body);
    default:
      group_.observer_.OnUndecodable(*this);
      return;
  }
}

void WebSocketClient::OnAcknowledgement(const MessageView& message, int64_t now_ns) {
  uint64_t sequence = 0;
  const ClientGroup::KeyOwner owner = group_.ParseKey(message.key, sequence);
  if (owner != ClientGroup::KeyOwner::kGroup) return NotOurs(owner);
  GiveBackScratch(group_.plaintext_, message.body.size());
  if (!group_.cipher_->Open(message.body, group_.plaintext_)) {
    group_.observer_.OnUndecodable(*this);
    Answered(sequence, UpstreamOutcome::kRefused, std::string_view(), now_ns);
    return;
  }
  Answered(sequence, UpstreamOutcome::kAcknowledged, group_.plaintext_, now_ns);
}

void WebSocketClient::NotOurs(ClientGroup::KeyOwner owner) {
  if (owner == ClientGroup::KeyOwner::kRun) {
    group_.observer_.OnBroadcast(*this);
  } else {
    group_.observer_.OnUnsolicited(*this);
  }
}

void WebSocketClient::OnPush(const MessageView& message, int64_t now_ns) {
  // Its key would be sent back: a server must not have megabytes of ours for kilobytes of its own.
  if (message.key.size() > MessageCodec::kMaxKeyBytes) return group_.observer_.OnUndecodable(*this);
  GiveBackScratch(group_.plaintext_, message.body.size());
  const bool readable = group_.cipher_->Open(message.body, group_.plaintext_);
  // Acknowledged all the same: the server repeats a push until it is, and repeats would not read any better.
  group_.key_.assign(message.key);  // the view is the codec's own
  if (acknowledges_) {
    group_.codec_->Encode({Command::kDownstreamAck, group_.key_, std::string_view()}, group_.wire_);
    connection_->Send(group_.wire_);
  }
  if (!readable) return group_.observer_.OnUndecodable(*this);
  group_.observer_.OnPush(*this, group_.plaintext_, group_.pushes_.SeenBefore(user_id_, device_, group_.key_), now_ns);
}

void WebSocketClient::OnEcho(std::string_view payload, int64_t now_ns) {
  if (group_.options_.echo_bytes < kEchoKeyBytes) return OnSmallEcho(payload, now_ns);
  // A server may wrap what it returns, and put several into one frame.
  size_t at = 0;
  std::optional<EchoKeys::Named> message = group_.echo_keys_.Find(payload, at);
  if (!message) return group_.observer_.OnUnsolicited(*this);
  for (; message; message = group_.echo_keys_.Find(payload, at)) {
    const std::string_view behind = payload.substr(at);
    if (IsOfAnother(behind)) {
      group_.observer_.OnPush(*this, behind, /*repeated=*/false, now_ns);
    } else {
      Named(*message, payload, now_ns);
    }
  }
}

bool WebSocketClient::IsOfAnother(std::string_view echoed) const {
  if (!group_.options_.stamps_from_user) return false;
  const std::optional<PushStamp> stamp = group_.stamps_.Find(echoed.substr(0, kPushStampBytes));
  return stamp && stamp->of_this_run && *group_.options_.stamps_from_user + stamp->sender != user_id_;
}

void WebSocketClient::OnSmallEcho(std::string_view payload, int64_t now_ns) {
  const auto size = static_cast<size_t>(group_.options_.echo_bytes);
  if (payload.size() != size) return group_.observer_.OnUnsolicited(*this);
  if (size >= kEchoNamedBytes) {
    const std::optional<EchoKeys::Named> message = group_.echo_keys_.Match(payload);
    return message ? Named(*message, payload, now_ns) : group_.observer_.OnUnsolicited(*this);
  }
  // Others of this run may send the same bytes, so the order has to agree as well; where it does not, nothing that
  // comes later proves anything.
  const bool expected = size > 0 ? open != 0 : open == 1;  // empty messages are all alike
  if (expected && !order_lost_ && group_.echo_keys_.IsMessage(payload, oldest)) {
    return Answered(oldest, UpstreamOutcome::kAcknowledged, payload, now_ns);
  }
  order_lost_ = order_lost_ || EchoKeys::LooksLikeKey(payload);
  group_.observer_.OnUnsolicited(*this);
}

void WebSocketClient::Named(const EchoKeys::Named& message, std::string_view payload, int64_t now_ns) {
  if (!message.own) return group_.observer_.OnBroadcast(*this);
  Answered(message.sequence, UpstreamOutcome::kAcknowledged, payload, now_ns);
}

void WebSocketClient::Answered(uint64_t sequence, UpstreamOutcome outcome, std::string_view body, int64_t now_ns) {
  PendingAcks::Message message;
  switch (group_.pending_.Close(sequence, *this, message)) {
    case PendingAcks::Match::kOpen:
      group_.observer_.OnUpstreamResult(*this, {outcome, sequence, message.intended_ns, message.sent_ns, now_ns, body,
                                                message.attempts, message.awkward});
      return;
    case PendingAcks::Match::kLate:
      group_.observer_.OnLateAck(*this);
      return;
    case PendingAcks::Match::kDuplicate:
      group_.observer_.OnDuplicateAck(*this);
      return;
    case PendingAcks::Match::kForeign:
      group_.observer_.OnBroadcast(*this);
      return;
    case PendingAcks::Match::kUnknown:
      group_.observer_.OnUnsolicited(*this);
      return;
  }
}

void WebSocketClient::OnClosed(Connection&, const CloseInfo& info) {
  stopping_ = true;
  close_sent_ = true;
  group_.Dequeue(*this);
  const auto outcome = IsRefusal(info.code) ? UpstreamOutcome::kRefused : UpstreamOutcome::kConnectionLost;
  PendingAcks::Message message;
  while (group_.pending_.OldestOf(*this, message)) {
    if (outcome == UpstreamOutcome::kConnectionLost && group_.MayBeSentAgain(message)) {
      group_.pending_.OrphanOldestOf(*this);
      continue;
    }
    group_.pending_.GiveUpOldestOf(*this);
    group_.observer_.OnUpstreamResult(*this, {outcome, message.sequence, message.intended_ns, message.sent_ns,
                                              message.sent_ns, std::string_view(), message.attempts, message.awkward});
  }
  group_.observer_.OnClientClosed(*this, info);
}

}  // namespace wsload
