#include "agent/load/due_messages.h"

#include <algorithm>

namespace wsload {

void DueMessages::Add(const Progression& messages, int64_t from_ns) {
  const int64_t first = schedule_.CountDueBefore(messages, from_ns - start_ns_);
  lists_.push_back({Schedule::Cursor(schedule_, messages, first)});
}

double DueMessages::PerSecond() const {
  double per_second = 0;
  for (const List& list : lists_) per_second += list.cursor.PerSecond();
  return per_second;
}

int64_t DueMessages::Hold(int64_t from_ns) {
  hold_ns_ = from_ns;
  held_ = lists_.size();
  int64_t untouched_ns = from_ns;
  for (const List& list : lists_) untouched_ns = std::max(untouched_ns, list.untouched_ns);
  return untouched_ns;
}

void DueMessages::YieldFrom(int64_t from_ns) {
  for (size_t i = 0; i < held_; ++i) {
    Schedule::Cursor& cursor = lists_[i].cursor;
    cursor.EndAt(schedule_.CountDueBefore(cursor.share(), from_ns - start_ns_));
  }
  hold_ns_ = kNone;
}

}  // namespace wsload
