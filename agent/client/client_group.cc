#include "agent/client/client_group.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "agent/client/websocket_client.h"
#include "common/util/status.h"

namespace wsload {
namespace {

/// Keeps the keys of heartbeats apart from those of messages.
constexpr std::string_view kHeartbeatMark = "h-";

/// Messages sent again in one turn of the loop before it looks at its sockets.
constexpr int kTimeoutsPerTurn = 256;

bool ParseHex(std::string_view text, uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ClientGroup>> ClientGroup::New(ClientGroupOptions options, ClientObserver& observer) {
  auto cipher = NewBodyCipher(options.cipher, options.cipher_key);
  if (!cipher.ok()) return cipher.status();
  std::unique_ptr<ClientGroup> group(new ClientGroup(std::move(options), observer));
  group->cipher_ = *std::move(cipher);
  return group;
}

ClientGroup::ClientGroup(ClientGroupOptions options, ClientObserver& observer)
    : options_(std::move(options)),
      observer_(observer),
      run_prefix_(options_.name.run_id + "-"),
      key_prefix_(run_prefix_ + std::to_string(options_.name.agent) + "-" + std::to_string(options_.name.worker) + "-"),
      echo_keys_(options_.name.run_id, options_.name.agent, options_.name.worker),
      stamps_(options_.name.run_id, options_.name.agent, options_.name.worker),
      codec_(NewMessageCodec(options_.serializer)) {}

ClientGroup::~ClientGroup() = default;

int64_t ClientGroup::NextDeadlineNs() const {
  int64_t deadline_ns = std::numeric_limits<int64_t>::max();
  if (pending_.open() != 0) deadline_ns = pending_.oldest_sent_ns() + options_.resp_timeout_ns;
  if (heartbeats_.first != nullptr) deadline_ns = std::min(deadline_ns, heartbeats_.first->heartbeat_due_ns_);
  return deadline_ns;
}

void ClientGroup::OnTimer(int64_t now_ns) {
  PendingAcks::Message message;
  for (int left = options_.retries == 0 ? std::numeric_limits<int>::max() : kTimeoutsPerTurn; left > 0; --left) {
    if (!pending_.Oldest(now_ns - options_.resp_timeout_ns, message)) break;
    TimeOut(message, now_ns);
  }
  while (heartbeats_.first != nullptr && heartbeats_.first->heartbeat_due_ns_ <= now_ns) {
    WebSocketClient& client = *heartbeats_.first;
    Dequeue(client);
    if (client.close_sent_) continue;
    client.SendHeartbeat(now_ns);
    Enqueue(client, now_ns + options_.heartbeat_ns);
  }
}

void ClientGroup::TimeOut(const PendingAcks::Message& message, int64_t now_ns) {
  auto* const client = static_cast<WebSocketClient*>(message.owner);
  if (!SentAgain(message, now_ns)) {
    pending_.ExpireOldest();
    UpstreamResult result{client == nullptr ? UpstreamOutcome::kConnectionLost : UpstreamOutcome::kTimeout,
                          message.sequence,
                          message.intended_ns,
                          message.sent_ns,
                          now_ns,
                          std::string_view(),
                          message.attempts,
                          message.awkward};
    if (client == nullptr) return observer_.OnOrphanResult(result);
    observer_.OnUpstreamResult(*client, result);
    client->order_lost_ = true;
  }
  if (client != nullptr) client->CloseIfDrained();
}

bool ClientGroup::SentAgain(const PendingAcks::Message& message, int64_t now_ns) {
  if (!MayBeSentAgain(message)) return false;
  const uint64_t before = pending_.next_sequence();
  if (!observer_.OnUnanswered(
          {static_cast<WebSocketClient*>(message.owner), message.intended_ns, message.number, message.awkward})) {
    return false;
  }
  if (pending_.next_sequence() == before) pending_.KeepOldest(now_ns);
  return true;
}

std::string_view ClientGroup::WriteKey(std::string_view mark, uint64_t number) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, number, 16).ptr;
  key_.assign(mark);
  key_.append(key_prefix_);
  key_.append(digits, end);
  return key_;
}

std::string_view ClientGroup::Key(uint64_t sequence) { return WriteKey({}, sequence); }

ClientGroup::KeyOwner ClientGroup::ParseKey(std::string_view key, uint64_t& sequence) const {
  if (!key.starts_with(key_prefix_)) return key.starts_with(run_prefix_) ? KeyOwner::kRun : KeyOwner::kStranger;
  return ParseHex(key.substr(key_prefix_.size()), sequence) ? KeyOwner::kGroup : KeyOwner::kStranger;
}

std::string_view ClientGroup::HeartbeatKey(int64_t sent_ns) {
  return WriteKey(kHeartbeatMark, static_cast<uint64_t>(sent_ns));
}

bool ClientGroup::ParseHeartbeatKey(std::string_view key, int64_t& sent_ns) const {
  uint64_t sent = 0;
  if (!key.starts_with(kHeartbeatMark) || !key.substr(kHeartbeatMark.size()).starts_with(key_prefix_) ||
      !ParseHex(key.substr(kHeartbeatMark.size() + key_prefix_.size()), sent)) {
    return false;
  }
  sent_ns = static_cast<int64_t>(sent);
  return true;
}

void ClientGroup::Enqueue(WebSocketClient& client, int64_t due_ns) {
  client.heartbeat_due_ns_ = due_ns;
  client.heartbeat_previous_ = heartbeats_.last;
  client.heartbeat_next_ = nullptr;
  client.heartbeat_queued_ = true;
  (heartbeats_.last == nullptr ? heartbeats_.first : heartbeats_.last->heartbeat_next_) = &client;
  heartbeats_.last = &client;
}

void ClientGroup::Dequeue(WebSocketClient& client) {
  if (!client.heartbeat_queued_) return;
  client.heartbeat_queued_ = false;
  (client.heartbeat_previous_ == nullptr ? heartbeats_.first : client.heartbeat_previous_->heartbeat_next_) =
      client.heartbeat_next_;
  (client.heartbeat_next_ == nullptr ? heartbeats_.last : client.heartbeat_next_->heartbeat_previous_) =
      client.heartbeat_previous_;
}

}  // namespace wsload
