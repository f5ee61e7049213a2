// What is due when. Pure logic; the loop asks for the next due time and sleeps until then.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace wsload::gateway {

enum class TimerKind : uint8_t {
  kAck,
  kPush,
  kPushRepeat,
  kPushHold,
  kHandshakeTurn,
  kRestart,
  kListenAgain,
  kRedirect,
  kRedirectClose,
  kCloseAfter,
  kIdle,
  kHandshakeTimeout,
  kCloseTimeout,
  kAcceptRetry,
};

struct Timer {
  int64_t due_ns = 0;
  uint64_t sequence = 0;
  uint64_t connection = 0;
  uint32_t slot = 0;  ///< of the pending acknowledgement or push
  TimerKind kind = TimerKind::kAck;
};

/// A binary heap; ties leave in the order they came in. Adding in due order, as constant delays do, costs O(1).
class TimerHeap {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  void Add(int64_t due_ns, TimerKind kind, uint64_t connection = 0, uint32_t slot = 0) {
    heap_.push_back({due_ns, next_sequence_++, connection, slot, kind});
    std::push_heap(heap_.begin(), heap_.end(), Later);
  }

  /// Takes the earliest timer if its time has come.
  bool PopDue(int64_t now_ns, Timer& timer) {
    if (heap_.empty() || heap_.front().due_ns > now_ns) return false;
    std::pop_heap(heap_.begin(), heap_.end(), Later);
    timer = heap_.back();
    heap_.pop_back();
    return true;
  }

  /// kNever when there is none.
  int64_t NextDueNs() const { return heap_.empty() ? kNever : heap_.front().due_ns; }

 private:
  static bool Later(const Timer& a, const Timer& b) {
    return a.due_ns != b.due_ns ? a.due_ns > b.due_ns : a.sequence > b.sequence;
  }

  std::vector<Timer> heap_;
  uint64_t next_sequence_ = 0;
};

}  // namespace wsload::gateway
