#include "agent/client/websocket_client.h"

#include <utility>

namespace wsload {
namespace {

/// Close codes by which a server says that it did not accept what it got (RFC 6455 section 7.4.1).
bool IsRefusal(uint16_t code) { return code == 1002 || code == 1003 || (code >= 1007 && code <= 1010); }

}  // namespace

WebSocketClient::WebSocketClient(std::unique_ptr<Connection> connection, ClientGroup& group, int64_t biz_id,
                                 int64_t user_id)
    : connection_(std::move(connection)), group_(group), biz_id_(biz_id), user_id_(user_id) {}

WebSocketClient::~WebSocketClient() {
  group_.Dequeue(*this);
  PendingAcks::Message message;
  while (group_.pending_.GiveUpOldest(*this, message)) {
  }
}

void WebSocketClient::Start(int64_t now_ns) {
  // Echo servers return what they get; a heartbeat would come back as a message nobody sent.
  if (group_.options_.heartbeat_ns > 0 && group_.options_.protocol == Protocol::kGateway) {
    group_.Enqueue(*this, now_ns + group_.options_.heartbeat_ns);
  }
  connection_->SetObserver(this);
}

WebSocketClient::SendOutcome WebSocketClient::SendUpstream(std::string_view plaintext, int64_t intended_ns,
                                                           int64_t now_ns, uint64_t* sequence) {
  if (stopping_) return SendOutcome::kRefused;
  const std::string_view key = group_.Key(group_.pending_.next_sequence());
  if (group_.options_.protocol == Protocol::kEcho) {
    group_.wire_.assign(plaintext);
    if (key.size() < plaintext.size()) {
      group_.wire_.replace(0, key.size(), key);
      group_.wire_[key.size()] = ' ';
    }
  } else {
    if (!group_.cipher_->Seal(plaintext, group_.sealed_)) return SendOutcome::kRefused;
    group_.codec_->Encode({Command::kUpstreamMessage, key, group_.sealed_}, group_.wire_);
  }
  if (connection_->Send(group_.wire_) == SendResult::kRefused) return SendOutcome::kRefused;
  const uint64_t opened = group_.pending_.Open(*this, intended_ns, now_ns);
  if (sequence != nullptr) *sequence = opened;
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
  connection_->Close(group_.options_.close_code, "", close_timeout_ns_);
}

void WebSocketClient::SendHeartbeat() {
  // The server sends the key back as it came. Its first letter keeps it apart from the keys of messages.
  group_.key_ = "h-";
  group_.key_ += group_.options_.key_prefix;
  group_.key_ += std::to_string(++group_.heartbeats_sent_);
  group_.codec_->Encode({Command::kHeartbeat, group_.key_, std::string_view()}, group_.wire_);
  if (connection_->Send(group_.wire_) != SendResult::kRefused) group_.observer_.OnHeartbeatSent(*this);
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
      if (group_.ParseKey(message.key, sequence)) {
        Answered(sequence, UpstreamOutcome::kRateLimited, std::string_view(), now_ns);
      } else {
        group_.observer_.OnUndecodable(*this);
      }
      return;
    }
    case Command::kHeartbeat:
      group_.observer_.OnHeartbeatAck(*this);
      return;
    case Command::kDownstreamMessage: {
      const bool readable = group_.cipher_->Open(message.body, group_.plaintext_);
      // Acknowledged all the same: the server repeats a push until it is, and repeats would not read any better.
      group_.key_.assign(message.key);  // the view is the codec's own
      group_.codec_->Encode({Command::kDownstreamAck, group_.key_, std::string_view()}, group_.wire_);
      connection_->Send(group_.wire_);
      if (!readable) {
        group_.observer_.OnUndecodable(*this);
        return;
      }
      group_.observer_.OnPush(*this, group_.plaintext_, now_ns);
      return;
    }
    case Command::kRedirect: {
      auto nodes = group_.codec_->DecodeNodes(message.body);
      if (nodes.ok()) {
        group_.observer_.OnRedirect(*this, *nodes);
      } else {
        group_.observer_.OnUndecodable(*this);
      }
      return;
    }
    default:
      group_.observer_.OnUndecodable(*this);
      return;
  }
}

void WebSocketClient::OnAcknowledgement(const MessageView& message, int64_t now_ns) {
  uint64_t sequence = 0;
  if (!group_.ParseKey(message.key, sequence)) {
    group_.observer_.OnUndecodable(*this);
    return;
  }
  if (!group_.cipher_->Open(message.body, group_.plaintext_)) {
    group_.observer_.OnUndecodable(*this);
    Answered(sequence, UpstreamOutcome::kRefused, std::string_view(), now_ns);
    return;
  }
  Answered(sequence, UpstreamOutcome::kAcknowledged, group_.plaintext_, now_ns);
}

void WebSocketClient::OnEcho(std::string_view payload, int64_t now_ns) {
  uint64_t sequence = 0;
  if (const size_t space = payload.find(' ');
      space != std::string_view::npos && group_.ParseKey(payload.substr(0, space), sequence)) {
    Answered(sequence, UpstreamOutcome::kAcknowledged, payload, now_ns);
  } else if (open != 0) {
    // Too short for a key, or rewritten by the server: answers come in the order of the questions.
    Answered(oldest, UpstreamOutcome::kAcknowledged, payload, now_ns);
  } else {
    group_.observer_.OnUndecodable(*this);
  }
}

void WebSocketClient::Answered(uint64_t sequence, UpstreamOutcome outcome, std::string_view body, int64_t now_ns) {
  PendingAcks::Message message;
  switch (group_.pending_.Close(sequence, *this, message)) {
    case PendingAcks::Match::kOpen:
      group_.observer_.OnUpstreamResult(*this, {outcome, sequence, message.intended_ns, message.sent_ns, now_ns, body});
      return;
    case PendingAcks::Match::kLate:
      group_.observer_.OnLateAck(*this);
      return;
    case PendingAcks::Match::kDuplicate:
      group_.observer_.OnDuplicateAck(*this);
      return;
    case PendingAcks::Match::kUnknown:
      group_.observer_.OnUndecodable(*this);
      return;
  }
}

void WebSocketClient::OnClosed(Connection&, const CloseInfo& info) {
  stopping_ = true;
  close_sent_ = true;
  group_.Dequeue(*this);
  const auto outcome = IsRefusal(info.code) ? UpstreamOutcome::kRefused : UpstreamOutcome::kConnectionLost;
  PendingAcks::Message message;
  while (group_.pending_.GiveUpOldest(*this, message)) {
    group_.observer_.OnUpstreamResult(
        *this, {outcome, message.sequence, message.intended_ns, message.sent_ns, message.sent_ns, std::string_view()});
  }
  group_.observer_.OnClientClosed(*this, info);
}

}  // namespace wsload
