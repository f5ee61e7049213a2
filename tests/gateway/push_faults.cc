#include "tests/gateway/push_faults.h"

#include <utility>

#include "tests/gateway/faults.h"

namespace wsload::gateway {

PushFate FateOf(const PushFaults& faults, uint64_t seed, const PushName& push) {
  uint64_t hash = Mix64(seed);
  for (const int64_t part : {push.sender, push.number, push.receiver, push.device}) {
    hash = Mix64(hash ^ static_cast<uint64_t>(part));
  }
  const double draw = UnitOf(hash);
  if (draw < faults.loss) return PushFate::kLose;
  if (draw < faults.loss + faults.duplicate) return PushFate::kDuplicate;
  if (draw < faults.loss + faults.duplicate + faults.reorder) return PushFate::kReorder;
  return PushFate::kDeliver;
}

ReorderBuffer::ReorderBuffer(int64_t hold_ns, size_t most_held) : hold_ns_(hold_ns), most_held_(most_held) {}

bool ReorderBuffer::Hold(uint64_t connection, int64_t sender, std::shared_ptr<const SealedPush> push, int64_t now_ns) {
  ForgetTaken();
  // Expiries of what was taken already count too: they are memory.
  if (expiries_.size() >= most_held_) return false;
  const auto [place, is_new] = waiting_[connection].try_emplace(sender, Waiting{std::move(push), next_ticket_});
  if (!is_new) return false;
  expiries_.push_back({now_ns + hold_ns_, connection, sender, next_ticket_++});
  ++size_;
  return true;
}

std::optional<ReorderBuffer::Held> ReorderBuffer::Take(uint64_t connection, int64_t sender,
                                                       std::optional<uint64_t> ticket) {
  const auto senders = waiting_.find(connection);
  if (senders == waiting_.end()) return std::nullopt;
  const auto found = senders->second.find(sender);
  if (found == senders->second.end() || (ticket && found->second.ticket != *ticket)) return std::nullopt;
  Held held{connection, std::move(found->second.push)};
  senders->second.erase(found);
  if (senders->second.empty()) waiting_.erase(senders);
  --size_;
  return held;
}

std::optional<ReorderBuffer::Held> ReorderBuffer::TakeOvertaken(uint64_t connection, int64_t sender) {
  return Take(connection, sender, std::nullopt);
}

std::optional<ReorderBuffer::Held> ReorderBuffer::TakeExpired(int64_t now_ns) {
  while (!expiries_.empty() && expiries_.front().due_ns <= now_ns) {
    const Expiry expiry = expiries_.front();
    expiries_.pop_front();
    if (auto held = Take(expiry.connection, expiry.sender, expiry.ticket)) return held;
  }
  return std::nullopt;
}

void ReorderBuffer::ForgetTaken() {
  while (!expiries_.empty()) {
    const Expiry& front = expiries_.front();
    const auto senders = waiting_.find(front.connection);
    if (senders != waiting_.end()) {
      const auto found = senders->second.find(front.sender);
      if (found != senders->second.end() && found->second.ticket == front.ticket) return;
    }
    expiries_.pop_front();
  }
}

std::optional<int64_t> ReorderBuffer::NextExpiryNs() const {
  return size_ == 0 ? std::nullopt : std::optional(expiries_.front().due_ns);
}

ReorderBuffer::Dropped ReorderBuffer::Drop(uint64_t connection) {
  Dropped dropped;
  const auto senders = waiting_.find(connection);
  if (senders == waiting_.end()) return dropped;
  for (const auto& [sender, waiting] : senders->second) {
    ++(waiting.push->origin == SealedPush::Origin::kForwarded ? dropped.forwarded : dropped.posted);
  }
  size_ -= senders->second.size();
  waiting_.erase(senders);
  return dropped;
}

}  // namespace wsload::gateway
