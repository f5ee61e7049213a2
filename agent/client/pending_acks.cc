#include "agent/client/pending_acks.h"

#include <bit>

#include "common/util/check.h"

namespace wsload {
namespace {

constexpr size_t kInitialEntries = 1024;

}  // namespace

PendingAcks::PendingAcks() : ring_(kInitialEntries) {}

uint64_t PendingAcks::Open(Owner& owner, int64_t intended_ns, int64_t sent_ns) {
  WSLOAD_DCHECK(next_ == 0 || sent_ns >= At(next_ - 1).sent_ns, "a message is sent {} ns before the one before it",
                At(next_ - 1).sent_ns - sent_ns);
  // Half of the ring stays history, so that an answer to a message given up lately is known as late.
  if (next_ - oldest_ >= ring_.size() / 2) Grow();
  const uint64_t sequence = next_++;
  Entry& entry = At(sequence);
  entry.owner = &owner;
  entry.intended_ns = intended_ns;
  entry.sent_ns = sent_ns;
  entry.previous = owner.newest;
  entry.next = kNone;
  entry.state = State::kOpen;
  if (owner.newest == kNone) {
    owner.oldest = sequence;
  } else {
    At(owner.newest).next = sequence;
  }
  owner.newest = sequence;
  ++owner.open;
  ++open_;
  return sequence;
}

PendingAcks::Match PendingAcks::Close(uint64_t sequence, Owner& owner, Message& message) {
  if (sequence >= next_) return Match::kUnknown;
  if (next_ - sequence > ring_.size()) return Match::kLate;
  const Entry& entry = At(sequence);
  // The owner of an ended message may be gone, but its address still tells the connections apart well enough
  // for the count of late answers; only open messages are ever reached through it.
  if (entry.owner != &owner) return Match::kForeign;
  switch (entry.state) {
    case State::kOpen:
      End(sequence, State::kAcknowledged, message);
      return Match::kOpen;
    case State::kAcknowledged:
      return Match::kDuplicate;
    case State::kGivenUp:
      return Match::kLate;
    case State::kFree:
      break;
  }
  return Match::kUnknown;
}

bool PendingAcks::ExpireOldest(int64_t sent_until_ns, Message& message) {
  if (open_ == 0 || At(oldest_).sent_ns > sent_until_ns) return false;
  End(oldest_, State::kGivenUp, message);
  return true;
}

bool PendingAcks::GiveUpOldest(Owner& owner, Message& message) {
  if (owner.open == 0) return false;
  End(owner.oldest, State::kGivenUp, message);
  return true;
}

int64_t PendingAcks::oldest_sent_ns() const {
  return open_ == 0 ? std::numeric_limits<int64_t>::max() : At(oldest_).sent_ns;
}

void PendingAcks::End(uint64_t sequence, State state, Message& message) {
  Entry& entry = At(sequence);
  Owner& owner = *entry.owner;
  WSLOAD_DCHECK(entry.state == State::kOpen && owner.open > 0 && open_ > 0,
                "message {} ends in state {}; its owner has {} open messages, all together {}", sequence,
                static_cast<int>(entry.state), owner.open, open_);
  message = {&owner, sequence, entry.intended_ns, entry.sent_ns};
  if (entry.previous == kNone) {
    owner.oldest = entry.next;
  } else {
    At(entry.previous).next = entry.next;
  }
  if (entry.next == kNone) {
    owner.newest = entry.previous;
  } else {
    At(entry.next).previous = entry.previous;
  }
  --owner.open;
  --open_;
  entry.state = state;
  while (oldest_ != next_ && At(oldest_).state != State::kOpen) ++oldest_;
}

void PendingAcks::Grow() {
  std::vector<Entry> larger(ring_.size() * 2);
  WSLOAD_CHECK(std::has_single_bit(larger.size()), "the ring of open messages has {} places", larger.size());
  const uint64_t first = next_ > ring_.size() ? next_ - ring_.size() : 0;
  for (uint64_t sequence = first; sequence != next_; ++sequence) {
    larger[sequence & (larger.size() - 1)] = At(sequence);
  }
  ring_ = std::move(larger);
}

}  // namespace wsload
