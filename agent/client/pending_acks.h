// The upstream messages that wait for their acknowledgement, for all clients
// of one event loop: a ring in sending order, so that every operation costs the same however many wait. A message that
// is sent again moves to the ring's end, and is still found by its first place, which is in its key.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace wsload {

/// One thread. Allocates only when more messages wait than ever before.
class PendingAcks {
 public:
  static constexpr uint64_t kNone = std::numeric_limits<uint64_t>::max();

  /// Heads the list of one owner's open messages, oldest first; lives in the owner.
  struct Owner {
    uint64_t oldest = kNone;
    uint64_t newest = kNone;
    uint32_t open = 0;
    bool awkward = false;  ///< set before its first message: the messages that it opens are
  };

  struct Message {
    Owner* owner = nullptr;     ///< null: an orphan
    uint64_t sequence = kNone;  ///< as Open() answered it
    int64_t intended_ns = 0;
    int64_t sent_ns = 0;   ///< for the last time; of an orphan also when it was last tried
    int64_t number = 0;    ///< as Open() was told
    int32_t attempts = 1;  ///< times that it was sent
    int32_t rounds = 1;    ///< times that it was waited for: those, and Wait()s
    bool awkward = false;  ///< its first owner was, whoever sent it again
  };

  enum class Match {
    kOpen,       ///< it waited for this; now closed
    kLate,       ///< it had been given up before
    kDuplicate,  ///< it had been acknowledged before
    kForeign,    ///< opened by another owner
    kUnknown,    ///< never opened
  };

  PendingAcks();

  /// The sequence number that the next Open() will take: 0, 1, 2, ...
  uint64_t next_sequence() const { return next_; }

  /// A message was handed to the connection. `sent_ns` never goes back from call to call. `number`: whatever the caller
  /// knows it by.
  uint64_t Open(Owner& owner, int64_t intended_ns, int64_t sent_ns, int64_t number = 0);

  /// An answer for `sequence` arrived on `owner`'s connection. Fills `message` when kOpen. The history behind
  /// kLate and kDuplicate is as long as the ring; an answer older than that is kLate.
  Match Close(uint64_t sequence, Owner& owner, Message& message);

  /// The message that was sent longest ago, if that was at or before `sent_until_ns`. False: there is none.
  bool Oldest(int64_t sent_until_ns, Message& message) const;
  // What becomes of it, where there is one:
  /// It is given up.
  void ExpireOldest() {
    Message message;
    End(front_, State::kGivenUp, message);
  }
  /// It was handed to the connection again, or to another one.
  void SendOldestAgain(Owner& owner, int64_t sent_ns) { MoveOldest(&owner, sent_ns); }
  /// It was not, and is waited for as long once more, without an owner.
  void KeepOldest(int64_t tried_ns) { MoveOldest(nullptr, std::max(tried_ns, At(next_ - 1).sent_ns)); }

  /// The oldest message of one owner. False: it has none.
  bool OldestOf(const Owner& owner, Message& message) const;
  // What becomes of it, where there is one:
  void GiveUpOldestOf(Owner& owner) {
    Message message;
    End(owner.oldest, State::kGivenUp, message);
  }
  /// It stays open without an owner, where it is.
  void OrphanOldestOf(Owner& owner) { Leave(At(owner.oldest)); }

  /// When the oldest open message was sent; INT64_MAX when none is open.
  int64_t oldest_sent_ns() const;

  uint64_t open() const { return open_; }

 private:
  enum class State : uint8_t {
    kFree,
    kOpen,
    kMoved,  ///< the first place of an open message that was sent again
    kAcknowledged,
    kGivenUp
  };
  struct Entry {
    Owner* owner = nullptr;
    int64_t intended_ns = 0;
    int64_t sent_ns = 0;
    uint64_t previous = kNone;  ///< of the same owner
    uint64_t next = kNone;
    int64_t number = 0;
    uint64_t link = kNone;  ///< its first place; of one that moved, where it is now
    uint16_t attempts = 0;
    uint16_t rounds = 0;
    State state = State::kFree;
    bool awkward = false;
  };

  Entry& At(uint64_t sequence) { return ring_[sequence & (ring_.size() - 1)]; }
  const Entry& At(uint64_t sequence) const { return ring_[sequence & (ring_.size() - 1)]; }
  void Grow();
  Message MessageOf(const Entry& entry) const {
    return {entry.owner,  entry.link,     entry.intended_ns, entry.sent_ns,
            entry.number, entry.attempts, entry.rounds,      entry.awkward};
  }
  /// A free place at the end.
  uint64_t Take();
  /// Into its owner's list, behind all others.
  void Join(uint64_t sequence, Owner& owner);
  /// Out of its owner's list, where it has one.
  void Leave(Entry& entry);
  void MoveOldest(Owner* owner, int64_t sent_ns);
  /// Past what is open no more.
  void Advance();
  /// Takes the entry out of its owner's list and ends it as `state`.
  void End(uint64_t sequence, State state, Message& message);

  std::vector<Entry> ring_;  ///< a power of two entries
  uint64_t oldest_ = 0;      ///< no open message has an older place; == next_ when none is open
  uint64_t front_ = 0;       ///< that of the message that was sent longest ago; == next_ when none is open
  uint64_t next_ = 0;
  uint64_t open_ = 0;
};

}  // namespace wsload
