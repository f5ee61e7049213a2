// Time turned by hand: a clock and an event loop that share one virtual now.
// Several clients, workers or agents may live on one loop; then all of them see the same time, in one fixed order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "common/loop/event_loop.h"
#include "common/time/clock.h"

namespace wsload {

/// Stands still until told. One thread.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(int64_t mono_ns = kNsPerSecond, int64_t unix_ns = 1'700'000'000 * kNsPerSecond);

  int64_t MonoNs() const override { return mono_ns_; }
  int64_t UnixNs() const override { return mono_ns_ + unix_offset_ns_; }

  /// Never back: an earlier time changes nothing.
  void AdvanceTo(int64_t mono_ns);
  void AdvanceBy(int64_t ns) { AdvanceTo(mono_ns_ + ns); }

  /// The wall clock may jump, as real ones do.
  void SetUnixNs(int64_t unix_ns) { unix_offset_ns_ = unix_ns - mono_ns_; }

 private:
  int64_t mono_ns_;
  int64_t unix_offset_ns_;
};

/// Runs nothing by itself; posted work and timers run inside the calls below, in one thread. Timers fire at their
/// exact times in due order, those of equal time in the order they were armed; posted work runs before timers that
/// are due at the same instant. Same calls, same order of events. The loop's thread is the one that made it.
class ManualEventLoop final : public EventLoop {
 public:
  explicit ManualEventLoop(int64_t mono_ns = kNsPerSecond, int64_t unix_ns = 1'700'000'000 * kNsPerSecond);
  ~ManualEventLoop() override;

  int64_t MonoNs() const override { return clock_.MonoNs(); }
  void Post(Callback work) override;
  std::unique_ptr<Timer> NewTimer(Callback callback) override;
  bool IsLoopThread() const override { return thread_ == std::this_thread::get_id(); }

  /// The same now; pass it where a Clock is wanted.
  ManualClock& clock() { return clock_; }

  /// Runs what is posted and due now, and what that posts or arms for now, until nothing is left. Throws
  /// std::logic_error when that does not end.
  void RunUntilIdle();

  /// RunUntilIdle() at every instant at which a timer is due, up to `mono_ns`, and then at `mono_ns`.
  void AdvanceTo(int64_t mono_ns);
  void AdvanceBy(int64_t ns) { AdvanceTo(MonoNs() + ns); }

  /// When the next armed timer is due (maybe in the past); nothing: none is armed.
  std::optional<int64_t> NextTimerNs() const;
  size_t armed_timers() const { return armed_.size(); }
  size_t posted() const { return posted_.size(); }

 private:
  class ManualTimer;
  using TimerKey = std::pair<int64_t, uint64_t>;  // due, order of arming

  const std::thread::id thread_ = std::this_thread::get_id();
  ManualClock clock_;
  std::map<TimerKey, ManualTimer*> armed_;
  std::deque<Callback> posted_;  // after armed_: work that never ran may own timers
  uint64_t armings_ = 0;
};

}  // namespace wsload
