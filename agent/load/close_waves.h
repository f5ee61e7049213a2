// How a worker's connections are closed at the end: in waves, so that however many there are, a server that answers
// at all has the time to.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "agent/load/client_pool.h"
#include "common/loop/event_loop.h"
#include "common/time/clock.h"

namespace wsload {

/// One thread: the loop's. While it closes, nobody is added to the pool.
class CloseWaves {
 public:
  /// Bound of one connection's close handshake.
  static constexpr int64_t kTimeoutNs = 2 * kNsPerSecond;
  /// For so long close handshakes are begun, as fast as it goes; the next ones once these have ended.
  static constexpr int64_t kWaveNs = kTimeoutNs / 40;

  CloseWaves(EventLoop& loop, ClientPool& pool)
      : loop_(loop), pool_(pool), timer_(loop.NewTimer([this] { CloseSome(); })) {}

  void Begin(int64_t now_ns) {
    left_ = pool_.size();
    wave_ns_ = now_ns;
    CloseSome();
  }

  /// A client has left the pool.
  void OnGone() {
    left_ = std::min(left_, pool_.size());
    if (left_ == 0 || left_ < pool_.size()) return;
    wave_ns_ = loop_.MonoNs();
    timer_->ArmAt(wave_ns_);
  }

 private:
  /// Work done in one turn of the loop before it looks at its sockets again.
  static constexpr int kClosesPerTurn = 64;

  void CloseSome() {
    // From the back: the pool fills the gap of a client that is gone with one behind it.
    for (int closes = 0; closes < kClosesPerTurn && left_ > 0; ++closes) pool_.At(--left_).Stop(kTimeoutNs);
    const int64_t now_ns = loop_.MonoNs();
    if (left_ > 0 && now_ns - wave_ns_ < kWaveNs) timer_->ArmAt(now_ns);
  }

  EventLoop& loop_;
  ClientPool& pool_;
  size_t left_ = 0;  ///< clients of the pool, its first ones, whose close handshake has not begun
  int64_t wave_ns_ = 0;
  std::unique_ptr<Timer> timer_;
};

}  // namespace wsload
