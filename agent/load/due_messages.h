// The messages that a worker owns, of its slice and of what it takes over, in
// the order of their due times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "common/plan/slice.h"
#include "common/schedule/arrival_schedule.h"

namespace wsload {

/// One thread. Instants are on the loop's clock. Taking a message allocates nothing.
class DueMessages {
 public:
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::max();

  DueMessages(const ArrivalSchedule& schedule, const Progression& messages) : schedule_(schedule) {
    lists_.push_back({messages});
  }

  /// Before all that follows.
  void Start(int64_t start_ns) { start_ns_ = start_ns; }
  /// Those of `messages` that are due at or after `from_ns`.
  void Add(const Progression& messages, int64_t from_ns);

  /// When the next message is due; kNone when all were taken.
  int64_t NextDueNs() {
    next_ = nullptr;
    int64_t next_ns = kNone;
    for (List& list : lists_) {
      if (list.next == list.messages.count) continue;
      const int64_t due_ns = start_ns_ + schedule_.OffsetNs(list.messages.At(list.next));
      if (next_ != nullptr && due_ns >= next_ns) continue;
      next_ = &list;
      next_ns = due_ns;
    }
    return next_ns;
  }
  /// The one that NextDueNs() has just told.
  void Take() { ++next_->next; }
  /// Takes all that are left, and answers how many.
  int64_t TakeAll();
  int64_t taken() const;

  /// From here on those that are due at or after `from_ns` are not to be taken, until YieldFrom(). Answers the first
  /// instant at or after it from which none was taken.
  int64_t Hold(int64_t from_ns);
  bool holding() const { return hold_ns_ != kNone; }
  bool Holds(int64_t due_ns) const { return due_ns >= hold_ns_; }
  /// What it owned at Hold() ends at `from_ns`, which is no earlier than Hold()'s answer.
  void YieldFrom(int64_t from_ns);

 private:
  struct List {
    Progression messages;
    int64_t first = 0;  ///< position in messages of the first one that is this worker's
    int64_t next = 0;   ///< likewise, of the next one to be taken
  };

  const ArrivalSchedule schedule_;
  std::vector<List> lists_;
  List* next_ = nullptr;
  int64_t start_ns_ = 0;
  int64_t hold_ns_ = kNone;
  size_t held_ = 0;  ///< the first lists, which Hold() was about
};

}  // namespace wsload
