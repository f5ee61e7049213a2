// One thread's deferred work, as an interface: AsioEventLoop is the real one,
// tests/support/manual_event_loop.h the one that a test turns by hand.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/functional/any_invocable.h"

namespace wsload {

/// Work for later. Only moved, so it may own what cannot be copied.
using Callback = absl::AnyInvocable<void()>;

/// A one-shot alarm on an event loop. Belongs to the loop's thread.
class Timer {
 public:
  /// Cancels.
  virtual ~Timer() = default;

  /// Runs the callback on the loop once MonoNs() >= `when_ns` (never before;
  /// at once, but not inside this call, when that is past). Replaces an
  /// earlier arming.
  virtual void ArmAt(int64_t when_ns) = 0;

  /// After this call the callback does not run until armed again.
  virtual void Cancel() = 0;
};

class EventLoop {
 public:
  virtual ~EventLoop() = default;

  /// Now, on the clock that this loop's timers use. Any thread.
  virtual int64_t MonoNs() const = 0;

  /// Runs `work` on the loop's thread, after all that was posted before it. Any thread. Work that may outlive what it
  /// points to is wrapped: see callback_scope.h.
  virtual void Post(Callback work) = 0;

  /// A disarmed timer. Loop's thread, or before the loop runs. The timer must not outlive the loop.
  virtual std::unique_ptr<Timer> NewTimer(Callback callback) = 0;

  /// Whether the caller may touch what belongs to this loop: it is the loop's thread, or the loop does not run. For
  /// assertions. Any thread.
  virtual bool IsLoopThread() const = 0;
};

}  // namespace wsload
