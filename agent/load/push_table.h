// What every client had of every sender: by the last 64 numbers of each pair, which tell their order and second
// copies, and keep nothing of what was sent.
#pragma once

#include <cstddef>
#include <cstdint>

#include "agent/load/bounded_map.h"

namespace wsload {

/// One thread.
class PushTable {
 public:
  /// Numbers of one pair that are told apart.
  static constexpr uint32_t kWindow = 64;

  /// Who got something of whom.
  struct Pair {
    uint32_t receiver = 0;
    uint32_t sender = 0;

    uint64_t Hash() const;
    friend bool operator==(const Pair&, const Pair&) = default;
  };

  enum class Seen {
    kFirst,      ///< and nothing later of this pair before it
    kOvertaken,  ///< likewise for the first time, behind a later one
    kAgain,
    kTooOld,      ///< behind one that is kWindow later, or more: whether it came before is not known
    kNotTracked,  ///< there is no room for this pair: nothing is known but that it came
  };

  /// Room for so many pairs.
  void Reserve(int64_t pairs) { pairs_.Reserve(static_cast<size_t>(pairs)); }

  /// `source`: the worker that sent it. Numbers begin anew where another one has taken the sender over: what the one
  /// before it sent and comes only then is not told apart from the new one's.
  Seen Note(const Pair& pair, uint32_t source, uint32_t number);

 private:
  /// Bit i: whether `newest - i` was there. 0 bits: nothing was.
  struct Window {
    uint64_t bits = 0;
    uint32_t newest = 0;
    uint32_t source = 0;
  } __attribute__((packed, aligned(4)));

  BoundedMap<Pair, Window> pairs_;

 public:
  /// The most memory that a pair takes.
  static constexpr int64_t kMostBytesPerPair = static_cast<int64_t>(BoundedMap<Pair, Window>::kMostBytesEach);
};

}  // namespace wsload
