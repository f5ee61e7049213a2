// The upstream messages that wait for their acknowledgement, for all clients
// of one event loop: a ring in sending order, so that every operation costs the same however many wait.
#pragma once

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
  };

  struct Message {
    Owner* owner = nullptr;
    uint64_t sequence = kNone;
    int64_t intended_ns = 0;
    int64_t sent_ns = 0;
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

  /// A message was handed to the connection. `sent_ns` never goes back from call to call.
  uint64_t Open(Owner& owner, int64_t intended_ns, int64_t sent_ns);

  /// An answer for `sequence` arrived on `owner`'s connection. Fills `message` when kOpen. The history behind
  /// kLate and kDuplicate is as long as the ring; an answer older than that is kLate.
  Match Close(uint64_t sequence, Owner& owner, Message& message);

  /// Gives up the oldest message if it was sent at or before `sent_until_ns`. False: there is none.
  bool ExpireOldest(int64_t sent_until_ns, Message& message);

  /// Gives up the oldest message of one owner. False: it has none.
  bool GiveUpOldest(Owner& owner, Message& message);

  /// When the oldest open message was sent; INT64_MAX when none is open.
  int64_t oldest_sent_ns() const;

  uint64_t open() const { return open_; }

 private:
  enum class State : uint8_t { kFree, kOpen, kAcknowledged, kGivenUp };
  struct Entry {
    Owner* owner = nullptr;
    int64_t intended_ns = 0;
    int64_t sent_ns = 0;
    uint64_t previous = kNone;  ///< of the same owner
    uint64_t next = kNone;
    State state = State::kFree;
  };

  Entry& At(uint64_t sequence) { return ring_[sequence & (ring_.size() - 1)]; }
  const Entry& At(uint64_t sequence) const { return ring_[sequence & (ring_.size() - 1)]; }
  void Grow();
  /// Takes the entry out of its owner's list and ends it as `state`.
  void End(uint64_t sequence, State state, Message& message);

  std::vector<Entry> ring_;  ///< a power of two entries
  uint64_t oldest_ = 0;      ///< no open message is older; == next_ when none is open
  uint64_t next_ = 0;
  uint64_t open_ = 0;
};

}  // namespace wsload
