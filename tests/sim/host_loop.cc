#include "tests/sim/host_loop.h"

#include <algorithm>
#include <utility>

namespace wsload {

class HostLoop::HostTimer final : public Timer {
 public:
  HostTimer(HostLoop& loop, Callback callback)
      : loop_(loop),
        callback_(std::make_shared<Callback>(std::move(callback))),
        base_(loop.base_.NewTimer([this] { OnDue(); })) {}
  ~HostTimer() override { std::erase(loop_.held_timers_, this); }

  void ArmAt(int64_t when_ns) override {
    std::erase(loop_.held_timers_, this);
    base_->ArmAt(loop_.BaseOf(when_ns));
  }

  void Cancel() override {
    std::erase(loop_.held_timers_, this);
    base_->Cancel();
  }

  /// As if it had become due only now.
  void Wake() { base_->ArmAt(loop_.base_.MonoNs()); }

  void OnDue() {
    if (loop_.frozen_) {
      loop_.held_timers_.push_back(this);
      return;
    }
    // The callback may delete this timer.
    const std::shared_ptr<Callback> callback = callback_;
    (*callback)();
  }

 private:
  HostLoop& loop_;
  const std::shared_ptr<Callback> callback_;
  const std::unique_ptr<Timer> base_;
};

HostLoop::HostLoop(EventLoop& base, int64_t skew_ns, int64_t drift_ppm)
    : base_(base), skew_ns_(skew_ns), drift_ppm_(drift_ppm) {}

HostLoop::~HostLoop() { Drop(); }

int64_t HostLoop::BaseOf(int64_t host_ns) const {
  const int64_t shown = host_ns - skew_ns_;
  int64_t base_ns = shown - shown / 1'000'000 * drift_ppm_;
  while (At(base_ns) < host_ns) base_ns += std::max<int64_t>(1, host_ns - At(base_ns));
  return base_ns;
}

void HostLoop::Post(Callback work) {
  scope_.Post(base_, [this, work = std::move(work)]() mutable {
    if (frozen_) {
      held_work_.push_back(std::move(work));
    } else {
      work();
    }
  });
}

std::unique_ptr<Timer> HostLoop::NewTimer(Callback callback) {
  return std::make_unique<HostTimer>(*this, std::move(callback));
}

void HostLoop::Thaw(bool timers_first) {
  frozen_ = false;
  while (timers_first && !held_timers_.empty()) {
    HostTimer* timer = held_timers_.front();
    held_timers_.erase(held_timers_.begin());
    timer->OnDue();
  }
  // Work that is posted runs before timers of the same instant.
  for (HostTimer* timer : std::exchange(held_timers_, {})) timer->Wake();
  for (auto& item : std::exchange(held_work_, {})) Post(std::move(item));
}

void HostLoop::Drop() {
  frozen_ = false;
  // What is deleted with the work may hold timers.
  const std::deque<Callback> work = std::exchange(held_work_, {});
  held_timers_.clear();
}

}  // namespace wsload
