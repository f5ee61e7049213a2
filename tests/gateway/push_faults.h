// Pushes that get lost, come twice or come late, on demand. Pure logic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "tests/gateway/frame_codec.h"

namespace wsload::gateway {

/// Shares of the pushes, each from 0 to 1, at most 1 together: a push meets one of them at most.
struct PushFaults {
  double loss = 0;
  double duplicate = 0;
  double reorder = 0;
};

enum class PushFate { kDeliver, kLose, kDuplicate, kReorder };

/// Which push is meant: the sender's `number`-th message on its way to one device of a receiver.
struct PushName {
  int64_t sender = 0;
  int64_t number = 0;
  int64_t receiver = 0;
  int64_t device = 0;
};

/// Drawn from the seed and the name alone: the same on every run and thread, in whatever order messages come in.
PushFate FateOf(const PushFaults& faults, uint64_t seed, const PushName& push);

/// A message as its receivers get it.
struct SealedPush {
  enum class Origin { kForwarded, kPosted };
  Origin origin = Origin::kForwarded;
  Opcode opcode = Opcode::kBinary;
  std::string wire;
};

/// Pushes that wait to be overtaken by the next one of the same sender to the same connection: one at a time for each
/// such pair, for a limited time, and a limited number of them. One thread.
class ReorderBuffer {
 public:
  static constexpr size_t kMostHeld = 1'000'000;

  struct Held {
    uint64_t connection = 0;
    std::shared_ptr<const SealedPush> push;
  };

  /// `hold_ns`: how long one waits.
  explicit ReorderBuffer(int64_t hold_ns, size_t most_held = kMostHeld);

  /// False: it cannot be held, as another one of that pair is or too many are.
  bool Hold(uint64_t connection, int64_t sender, std::shared_ptr<const SealedPush> push, int64_t now_ns);

  /// What the pair's next push has just overtaken, if anything.
  std::optional<Held> TakeOvertaken(uint64_t connection, int64_t sender);

  /// One that has waited in vain until `now_ns`.
  std::optional<Held> TakeExpired(int64_t now_ns);

  /// When the next one will have; nothing: none waits.
  std::optional<int64_t> NextExpiryNs() const;

  /// The connection is gone: what was held for it, by origin.
  struct Dropped {
    int64_t forwarded = 0;
    int64_t posted = 0;
  };
  Dropped Drop(uint64_t connection);

  size_t size() const { return size_; }

 private:
  struct Waiting {
    std::shared_ptr<const SealedPush> push;
    uint64_t ticket = 0;
  };
  struct Expiry {
    int64_t due_ns = 0;
    uint64_t connection = 0;
    int64_t sender = 0;
    uint64_t ticket = 0;
  };

  std::optional<Held> Take(uint64_t connection, int64_t sender, std::optional<uint64_t> ticket);
  void ForgetTaken();

  const int64_t hold_ns_;
  const size_t most_held_;
  size_t size_ = 0;
  uint64_t next_ticket_ = 1;
  std::unordered_map<uint64_t, std::unordered_map<int64_t, Waiting>> waiting_;  ///< by connection, by sender
  std::deque<Expiry>
      expiries_;  ///< in due order; those of pushes that were taken since stay until they come to the front
};

}  // namespace wsload::gateway
