// Alarms ordered by their due time: the data structure behind an event loop's
// timers. It reads no clock and sleeps nowhere; its owner says what time it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "common/loop/event_loop.h"
#include "common/loop/loop_thread.h"

namespace wsload {

/// Arming and cancelling cost O(log n) and allocate nothing once the queue has seen its largest size. One thread.
class TimerQueue {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  /// `thread` (may be null; outlives the queue): the one that the queue and its timers are used on.
  explicit TimerQueue(const LoopThread* thread = nullptr) : thread_(thread) {}
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;

  /// `on_earlier` runs inside ArmAt() when the timer armed became the next one due, but never inside RunDue().
  void SetOnEarlier(Callback on_earlier) { on_earlier_ = std::move(on_earlier); }

  /// A disarmed timer; it must not outlive the queue.
  std::unique_ptr<Timer> NewTimer(Callback callback);

  /// Runs the timers due at `now_ns`, in the order of their times. What callbacks arm waits for the next call, however
  /// early it is due. Callbacks may arm, cancel and delete any timer, their own included. Not re-entrant.
  void RunDue(int64_t now_ns);

  /// When the next armed timer is due; kNever when none is armed.
  int64_t next_due_ns() const { return heap_.empty() ? kNever : heap_.front()->when_ns; }

 private:
  static constexpr size_t kNowhere = std::numeric_limits<size_t>::max();

  struct Node {
    int64_t when_ns = 0;
    size_t heap_index = kNowhere;  ///< place in heap_, when armed
    size_t due_index = kNowhere;   ///< place in due_, when taken out to be run
    bool running = false;
    bool orphaned = false;  ///< its Timer was deleted while the callback ran
    Callback callback;
  };
  class Handle;

  void Arm(Node* node, int64_t when_ns);
  void Disarm(Node* node);
  void Release(Node* node);
  void Place(Node* node, size_t index);
  void SiftUp(size_t index);
  void SiftDown(size_t index);
  void RemoveAt(size_t index);
  void CheckThread() const;

  std::vector<Node*> heap_;
  std::vector<Node*> due_;
  bool running_ = false;
  Callback on_earlier_;
  const LoopThread* const thread_;
};

}  // namespace wsload
