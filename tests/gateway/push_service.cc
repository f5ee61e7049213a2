#include "tests/gateway/push_service.h"

#include <fmt/format.h>

#include <charconv>

#include "common/util/int128.h"

namespace wsload::gateway {

// Keys are unique per biz_id, also when several gateways serve it: the time tells them apart.
PushService::PushService(ThreadState& state, MessageChannel& channel)
    : state_(state), channel_(channel), key_prefix_(fmt::format("push-{:x}-", state.clock.UnixNs())) {}

void PushService::OnConnected(int64_t now_ns) {
  if (started_ || state_.options.push_per_s <= 0) return;
  started_ = true;
  start_ns_ = now_ns;
  ArmNext();
}

void PushService::ArmNext() {
  const int64_t number = sequence_++ * state_.options.threads + state_.index + 1;
  const Int128 offset_ns = static_cast<Int128>(number) * kNsPerSecond / state_.options.push_per_s;
  state_.timers.Add(start_ns_ + static_cast<int64_t>(offset_ns), TimerKind::kPush);
}

void PushService::OnPushDue(int64_t now_ns) {
  ArmNext();
  Connection* connection = state_.connections.NextOpen(cursor_);
  if (connection == nullptr) return;
  const int64_t number = state_.shared.NextPushNumber();
  const Push push{connection->id(), state_.clock.UnixNs(), 0};
  Send(*connection, number, push);
  ++state_.truth.messages.pushes_sent;
  if (state_.options.push_repeats <= 0 || open_.size() >= kMaxOpen) return;
  open_.emplace(number, push);
  state_.timers.Add(now_ns + state_.options.push_repeat_ns, TimerKind::kPushRepeat, static_cast<uint64_t>(number));
}

void PushService::OnRepeatDue(int64_t number, int64_t now_ns) {
  const auto found = open_.find(number);
  if (found == open_.end()) return;
  Push& push = found->second;
  Connection* connection = state_.connections.Find(push.connection);
  if (connection == nullptr || !connection->open()) {
    open_.erase(found);
    return;
  }
  Send(*connection, number, push);
  ++state_.truth.messages.push_repeats;
  if (++push.repeats >= state_.options.push_repeats) {
    open_.erase(found);
    return;
  }
  state_.timers.Add(now_ns + state_.options.push_repeat_ns, TimerKind::kPushRepeat, static_cast<uint64_t>(number));
}

bool PushService::OnAcknowledged(const Connection& connection, std::string_view key) {
  if (!key.starts_with(key_prefix_)) return false;
  key.remove_prefix(key_prefix_.size());
  int64_t number = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
  if (error != std::errc() || end != key.data() + key.size()) return false;
  const auto found = open_.find(number);
  if (found == open_.end() || found->second.connection != connection.id()) return false;
  open_.erase(found);
  return true;
}

void PushService::Send(Connection& connection, int64_t number, const Push& push) {
  const std::string key = key_prefix_ + std::to_string(number);
  const std::string text = fmt::format("push {} sent_unix_ns={}", number, push.sent_unix_ns);
  channel_.SendSealed(connection, Command::kDownstreamMessage, key, channel_.codec().EncodeText(text));
  state_.MarkDirty(connection);
}

}  // namespace wsload::gateway
