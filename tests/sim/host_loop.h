// The event loop of one simulated host: its clock stands elsewhere and goes at
// its own pace, and its process can be frozen and woken.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "common/loop/callback_scope.h"
#include "common/loop/event_loop.h"

namespace wsload {

class HostLoop final : public EventLoop {
 public:
  /// The host's clock shows base + `skew_ns`, and gains `drift_ppm` on it.
  HostLoop(EventLoop& base, int64_t skew_ns, int64_t drift_ppm);
  ~HostLoop() override;

  int64_t MonoNs() const override { return At(base_.MonoNs()); }
  void Post(Callback work) override;
  std::unique_ptr<Timer> NewTimer(Callback callback) override;
  bool IsLoopThread() const override { return base_.IsLoopThread(); }

  /// SIGSTOP: nothing runs. SIGCONT: all that became due meanwhile runs at once, timers or posted work first.
  void Freeze() { frozen_ = true; }
  void Thaw(bool timers_first);
  /// Forgets what is held back, as a process that dies does.
  void Drop();

 private:
  class HostTimer;

  int64_t At(int64_t base_ns) const { return base_ns + skew_ns_ + base_ns / 1'000'000 * drift_ppm_; }
  /// The first instant of the base at which the host's clock shows `host_ns` or more.
  int64_t BaseOf(int64_t host_ns) const;

  EventLoop& base_;
  const int64_t skew_ns_;
  const int64_t drift_ppm_;
  bool frozen_ = false;
  std::deque<Callback> held_work_;
  std::vector<HostTimer*> held_timers_;  ///< in the order in which they became due
  const CallbackScope scope_;
};

}  // namespace wsload
