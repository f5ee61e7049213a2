// Whether a worker's loop comes back when it should.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "agent/load/recorder.h"
#include "common/loop/event_loop.h"
#include "common/time/clock.h"

namespace wsload {

/// One thread: the loop's.
class LoopWatch {
 public:
  /// The loop comes back at least this often: a stall between two messages, which delays acknowledgements, is seen too.
  static constexpr int64_t kEveryNs = 20 * kNsPerMs;

  LoopWatch(EventLoop& loop, Recorder& recorder)
      : loop_(loop), recorder_(recorder), timer_(loop.NewTimer([this] { OnTimer(); })) {}

  void Begin(int64_t now_ns) { Arm(now_ns); }
  void End() { timer_->Cancel(); }

  /// The loop is back at `now_ns`, for a timer that was due at `due_ns`.
  void Back(int64_t due_ns, int64_t now_ns) {
    // After a stall several timers are late, for one reason: each counts from the one before.
    recorder_.LoopLate(now_ns - std::max(due_ns, back_ns_));
    back_ns_ = now_ns;
  }

 private:
  void OnTimer() {
    const int64_t now_ns = loop_.MonoNs();
    Back(due_ns_, now_ns);
    Arm(now_ns);
  }

  void Arm(int64_t now_ns) {
    due_ns_ = now_ns + kEveryNs;
    timer_->ArmAt(due_ns_);
  }

  EventLoop& loop_;
  Recorder& recorder_;
  int64_t due_ns_ = 0;
  int64_t back_ns_ = 0;
  std::unique_ptr<Timer> timer_;
};

}  // namespace wsload
