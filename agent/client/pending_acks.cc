#include "agent/client/pending_acks.h"

#include <bit>

#include "common/util/check.h"

namespace wsload {
namespace {

constexpr size_t kInitialEntries = 1024;

}  // namespace

PendingAcks::PendingAcks() : ring_(kInitialEntries) {}

uint64_t PendingAcks::Take() {
  // Half of the ring stays history, so that an answer to a message given up lately is known as late.
  if (next_ - oldest_ >= ring_.size() / 2) Grow();
  return next_++;
}

uint64_t PendingAcks::Open(Owner& owner, int64_t intended_ns, int64_t sent_ns, int64_t number) {
  WSLOAD_DCHECK(next_ == 0 || sent_ns >= At(next_ - 1).sent_ns, "a message is sent {} ns before the one before it",
                At(next_ - 1).sent_ns - sent_ns);
  const uint64_t sequence = Take();
  Entry& entry = At(sequence);
  entry.intended_ns = intended_ns;
  entry.sent_ns = sent_ns;
  entry.number = number;
  entry.link = sequence;
  entry.attempts = 1;
  entry.rounds = 1;
  entry.state = State::kOpen;
  entry.awkward = owner.awkward;
  Join(sequence, owner);
  ++open_;
  return sequence;
}

PendingAcks::Match PendingAcks::Close(uint64_t sequence, Owner& owner, Message& message) {
  if (sequence >= next_) return Match::kUnknown;
  if (next_ - sequence > ring_.size()) return Match::kLate;
  // No key has the place that a message got when it was sent again.
  if (At(sequence).state != State::kMoved && At(sequence).link != sequence) return Match::kUnknown;
  if (At(sequence).state == State::kMoved) sequence = At(sequence).link;
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
    case State::kMoved:
    case State::kFree:
      break;
  }
  return Match::kUnknown;
}

bool PendingAcks::Oldest(int64_t sent_until_ns, Message& message) const {
  if (open_ == 0 || At(front_).sent_ns > sent_until_ns) return false;
  message = MessageOf(At(front_));
  return true;
}

bool PendingAcks::OldestOf(const Owner& owner, Message& message) const {
  if (owner.open == 0) return false;
  message = MessageOf(At(owner.oldest));
  return true;
}

int64_t PendingAcks::oldest_sent_ns() const {
  return open_ == 0 ? std::numeric_limits<int64_t>::max() : At(front_).sent_ns;
}

void PendingAcks::MoveOldest(Owner* owner, int64_t sent_ns) {
  WSLOAD_DCHECK(open_ > 0 && sent_ns >= At(next_ - 1).sent_ns, "of {} messages one is sent again {} ns too early",
                open_, At(next_ - 1).sent_ns - sent_ns);
  const uint64_t to = Take();
  Entry& from = At(front_);
  Leave(from);
  Entry& entry = At(to);
  entry = from;
  entry.sent_ns = sent_ns;
  ++entry.rounds;
  if (owner != nullptr) {
    ++entry.attempts;
    Join(to, *owner);
  }
  from.state = State::kFree;
  At(entry.link).state = State::kMoved;
  At(entry.link).link = to;
  Advance();
}

void PendingAcks::Join(uint64_t sequence, Owner& owner) {
  Entry& entry = At(sequence);
  entry.owner = &owner;
  entry.previous = owner.newest;
  entry.next = kNone;
  if (owner.newest == kNone) {
    owner.oldest = sequence;
  } else {
    At(owner.newest).next = sequence;
  }
  owner.newest = sequence;
  ++owner.open;
}

void PendingAcks::Leave(Entry& entry) {
  if (entry.owner == nullptr) return;
  Owner& owner = *entry.owner;
  WSLOAD_DCHECK(owner.open > 0, "a message leaves a connection that has none");
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
  entry.owner = nullptr;
}

void PendingAcks::End(uint64_t sequence, State state, Message& message) {
  Entry& entry = At(sequence);
  WSLOAD_DCHECK(entry.state == State::kOpen && open_ > 0, "message {} ends in state {}; {} are open", sequence,
                static_cast<int>(entry.state), open_);
  message = MessageOf(entry);
  Leave(entry);
  // Answers that come later are still told apart by whose it was.
  entry.owner = message.owner;
  entry.state = state;
  if (entry.link != sequence) {
    Entry& first = At(entry.link);
    first = entry;
    first.link = message.sequence;
  }
  --open_;
  Advance();
}

void PendingAcks::Advance() {
  const auto waits = [](State state) { return state == State::kOpen || state == State::kMoved; };
  while (oldest_ != next_ && !waits(At(oldest_).state)) ++oldest_;
  if (front_ < oldest_) front_ = oldest_;
  while (front_ != next_ && At(front_).state != State::kOpen) ++front_;
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
