#include "agent/load/due_messages.h"

#include <algorithm>

namespace wsload {

void DueMessages::Add(const Progression& messages, int64_t from_ns) {
  const int64_t first = CountDueBefore(messages, schedule_, from_ns - start_ns_);
  lists_.push_back({messages, first, first});
}

int64_t DueMessages::TakeAll() {
  int64_t left = 0;
  for (List& list : lists_) {
    left += list.messages.count - list.next;
    list.next = list.messages.count;
  }
  return left;
}

int64_t DueMessages::taken() const {
  int64_t taken = 0;
  for (const List& list : lists_) taken += list.next - list.first;
  return taken;
}

int64_t DueMessages::Hold(int64_t from_ns) {
  hold_ns_ = from_ns;
  held_ = lists_.size();
  int64_t untouched_ns = from_ns;
  for (const List& list : lists_) {
    if (list.next == list.first) continue;
    untouched_ns = std::max(untouched_ns, start_ns_ + schedule_.OffsetNs(list.messages.At(list.next - 1)) + 1);
  }
  return untouched_ns;
}

void DueMessages::YieldFrom(int64_t from_ns) {
  for (size_t i = 0; i < held_; ++i) {
    List& list = lists_[i];
    list.messages.count = std::max(list.next, CountDueBefore(list.messages, schedule_, from_ns - start_ns_));
  }
  hold_ns_ = kNone;
}

}  // namespace wsload
