// The messages that a worker owns, of its slice and of what it takes over, in
// the order of their due times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "agent/load/due_message.h"
#include "common/schedule/progression.h"
#include "common/schedule/schedule.h"

namespace wsload {

/// One thread. Instants are on the loop's clock. Taking a message allocates nothing.
class DueMessages {
 public:
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::max();

  /// All of `messages` are less than schedule.total().
  DueMessages(const Schedule& schedule, const Progression& messages) : schedule_(schedule) {
    lists_.push_back({Schedule::Cursor(schedule_, messages, 0)});
  }

  /// Before all that follows.
  void Start(int64_t start_ns) { start_ns_ = start_ns; }
  /// Those of `messages` that are due at or after `from_ns`.
  void Add(const Progression& messages, int64_t from_ns);

  /// When the next message is due; kNone when all were taken.
  int64_t NextDueNs() {
    next_ = nullptr;
    int64_t next_ns = Schedule::kNever;
    for (List& list : lists_) {
      if (list.cursor.NextDueNs() >= next_ns) continue;
      next_ = &list;
      next_ns = list.cursor.NextDueNs();
    }
    return next_ == nullptr ? kNone : start_ns_ + next_ns;
  }
  /// The one that NextDueNs() has just told.
  DueMessage Take() {
    const DueMessage taken{start_ns_ + next_->cursor.NextDueNs(), next_->cursor.NextMessage()};
    next_->untouched_ns = taken.due_ns + 1;
    next_->cursor.Take();
    ++taken_;
    return taken;
  }
  /// Takes all that are left, telling `taken` of each, and answers how many.
  template <typename Taken>
  int64_t TakeAll(Taken taken) {
    int64_t count = 0;
    for (; NextDueNs() != kNone; ++count) taken(Take());
    return count;
  }
  int64_t taken() const { return taken_; }
  /// Messages expected a second, where each list's next one is due.
  double PerSecond() const;

  /// From here on those that are due at or after `from_ns` are not to be taken, until YieldFrom(). Answers the first
  /// instant at or after it from which none was taken.
  int64_t Hold(int64_t from_ns);
  bool holding() const { return hold_ns_ != kNone; }
  bool Holds(int64_t due_ns) const { return due_ns >= hold_ns_; }
  /// What it owned at Hold() ends at `from_ns`, which is no earlier than Hold()'s answer.
  void YieldFrom(int64_t from_ns);

 private:
  struct List {
    Schedule::Cursor cursor;
    int64_t untouched_ns = std::numeric_limits<int64_t>::min();  ///< from here on none was taken
  };

  const Schedule schedule_;
  std::vector<List> lists_;
  List* next_ = nullptr;
  int64_t start_ns_ = 0;
  int64_t taken_ = 0;
  int64_t hold_ns_ = kNone;
  size_t held_ = 0;  ///< the first lists, which Hold() was about
};

}  // namespace wsload
