#include "tests/gateway/forwarder.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace wsload::gateway {
namespace {

constexpr std::string_view kForwardedPrefix = "forwarded-", kPostedPrefix = "posted-";

}  // namespace

bool PostPush(SharedState& shared, GroundTruth::Delivery& counts, Push push) {
  ++counts.messages;
  // Unique per biz_id, also when several gateways serve it: the time tells them apart.
  push.key = fmt::format("{}{:x}-{}", push.origin == SealedPush::Origin::kForwarded ? kForwardedPrefix : kPostedPrefix,
                         shared.since_unix_ns(), shared.NextPushNumber());
  if (shared.exchange().Post(std::make_shared<const Push>(std::move(push)))) return true;
  ++counts.overflowed;
  return false;
}

Forwarder::Forwarder(ThreadState& state, MessageChannel& channel)
    : state_(state),
      channel_(channel),
      faulty_(state.options.push_loss + state.options.push_duplicate + state.options.push_reorder > 0),
      audience_(state.options.forward, state.options.first_user_id),
      seated_(state.options.forward.to != ForwardSpec::To::kNobody),
      held_(state.options.push_reorder_hold_ns) {}

GroundTruth::Delivery& Forwarder::CountsOf(SealedPush::Origin origin) {
  return origin == SealedPush::Origin::kForwarded ? state_.truth.forwards : state_.truth.posted;
}

void Forwarder::OnConnected(const Connection& connection) {
  if (seated_) audience_.Join(connection.id(), connection.session.user_id);
}

void Forwarder::OnLeaving(const Connection& connection) {
  audience_.Leave(connection.id());
  const ReorderBuffer::Dropped dropped = held_.Drop(connection.id());
  state_.truth.forwards.held -= dropped.forwarded;
  state_.truth.forwards.unsent += dropped.forwarded;
  state_.truth.posted.held -= dropped.posted;
  state_.truth.posted.unsent += dropped.posted;
}

void Forwarder::OnUpstream(const Connection& connection, int64_t number, Opcode opcode, std::string_view content) {
  const GatewayOptions& options = state_.options;
  if (options.forward.to == ForwardSpec::To::kNobody) return;
  const int64_t user = connection.session.user_id;
  Push push;
  push.origin = SealedPush::Origin::kForwarded;
  push.to = Push::To::kRoom;
  push.room = RoomOf(options.forward, options.first_user_id, user);
  push.sender = user;
  push.number = number;
  push.opcode = opcode;
  push.content = content;
  PostPush(state_.shared, state_.truth.forwards, std::move(push));
}

bool Forwarder::OnAcknowledged(std::string_view key) {
  if (key.starts_with(kForwardedPrefix)) {
    ++state_.truth.forwards.acks;
    return true;
  }
  if (!key.starts_with(kPostedPrefix)) return false;
  ++state_.truth.posted.acks;
  return true;
}

// --- to this thread's connections

bool Forwarder::Deliver(int64_t now_ns) {
  for (int i = 0; i < kPushesPerTurn; ++i) {
    if (next_member_ < members_.size()) {
      PushTo(members_[next_member_++], now_ns);
    } else if (!TakeNext()) {
      return false;
    }
  }
  return true;
}

void Forwarder::SeatAll() {
  seated_ = true;
  for (const uint64_t id : state_.connections.Ids()) {
    const Connection& connection = *state_.connections.Find(id);
    if (connection.open() && connection.session.user != nullptr) audience_.Join(id, connection.session.user_id);
  }
}

bool Forwarder::TakeNext() {
  members_.clear();
  next_member_ = 0;
  push_ = state_.shared.exchange().Take(state_.index);
  if (push_ == nullptr) return false;
  if (!seated_) SeatAll();
  // A list of its own: who leaves in between is still in it, and then unsent.
  switch (push_->to) {
    case Push::To::kRoom:
      audience_.OfRoom(push_->room, push_->sender, members_);
      break;
    case Push::To::kUsers:
      audience_.OfUsers(push_->users, members_);
      break;
    case Push::To::kAll:
      audience_.All(members_);
      break;
  }
  if (members_.empty()) return true;
  auto sealed = std::make_shared<SealedPush>();
  sealed->origin = push_->origin;
  sealed->opcode = push_->opcode;
  if (state_.options.echo) {
    sealed->wire = push_->content;
  } else if (!channel_.Seal(Command::kDownstreamMessage, push_->key, push_->content, sealed->wire)) {
    GroundTruth::Delivery& counts = CountsOf(push_->origin);
    counts.due += static_cast<int64_t>(members_.size());
    counts.unsent += static_cast<int64_t>(members_.size());
    members_.clear();
  }
  sealed_ = std::move(sealed);
  return true;
}

void Forwarder::PushTo(const Audience::Member& member, int64_t now_ns) {
  const GatewayOptions& options = state_.options;
  GroundTruth::Delivery& counts = CountsOf(push_->origin);
  ++counts.due;
  PushFate fate = PushFate::kDeliver;
  if (faulty_) {
    fate = FateOf({options.push_loss, options.push_duplicate, options.push_reorder}, options.seed,
                  {push_->sender, push_->number, member.user, member.device});
  }
  const Connection* connection = state_.connections.Find(member.connection);
  if (connection == nullptr || !connection->open()) {
    ++counts.unsent;
    return;
  }
  if (fate == PushFate::kLose) {
    ++counts.lost;
    return;
  }
  if (fate == PushFate::kReorder && held_.Hold(member.connection, push_->sender, sealed_, now_ns)) {
    ++counts.held;
    ArmHold();
    return;
  }
  if (!Write(member.connection, *sealed_)) {
    ++counts.unsent;
    return;
  }
  ++counts.sent;
  if (fate == PushFate::kDuplicate && Write(member.connection, *sealed_)) {
    ++counts.sent;
    ++counts.duplicated;
  }
  if (held_.size() > 0) ReleaseOvertaken(member);
}

bool Forwarder::Write(uint64_t id, const SealedPush& push) {
  Connection* connection = state_.connections.Find(id);
  if (connection == nullptr || !connection->open() || connection->backlog_bytes() > kMostBacklogBytes) return false;
  connection->Send(push.opcode, push.wire);
  state_.MarkDirty(*connection);
  return true;
}

void Forwarder::ReleaseOvertaken(const Audience::Member& member) {
  const auto held = held_.TakeOvertaken(member.connection, push_->sender);
  if (!held) return;
  GroundTruth::Delivery& counts = CountsOf(held->push->origin);
  --counts.held;
  if (!Write(held->connection, *held->push)) {
    ++counts.unsent;
    return;
  }
  ++counts.sent;
  ++counts.reordered;
}

void Forwarder::ArmHold() {
  const auto due_ns = held_.NextExpiryNs();
  if (hold_armed_ || !due_ns) return;
  hold_armed_ = true;
  state_.timers.Add(*due_ns, TimerKind::kPushHold);
}

void Forwarder::OnHoldDue(int64_t now_ns) {
  hold_armed_ = false;
  while (const auto held = held_.TakeExpired(now_ns)) {
    GroundTruth::Delivery& counts = CountsOf(held->push->origin);
    --counts.held;
    if (!Write(held->connection, *held->push)) {
      ++counts.unsent;
      continue;
    }
    ++counts.sent;
    ++counts.late;
  }
  ArmHold();
}

}  // namespace wsload::gateway
