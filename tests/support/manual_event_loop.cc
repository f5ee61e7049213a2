#include "tests/support/manual_event_loop.h"

#include <algorithm>
#include <stdexcept>

namespace wsload {

ManualClock::ManualClock(int64_t mono_ns, int64_t unix_ns) : mono_ns_(mono_ns), unix_offset_ns_(unix_ns - mono_ns) {}

void ManualClock::AdvanceTo(int64_t mono_ns) { mono_ns_ = std::max(mono_ns_, mono_ns); }

class ManualEventLoop::ManualTimer final : public Timer {
 public:
  ManualTimer(ManualEventLoop& loop, Callback callback)
      : loop_(loop), callback_(std::make_shared<Callback>(std::move(callback))) {}
  ~ManualTimer() override { Cancel(); }

  void ArmAt(int64_t when_ns) override {
    Cancel();
    key_ = TimerKey{when_ns, loop_.armings_++};
    loop_.armed_.emplace(*key_, this);
  }

  void Cancel() override {
    if (key_.has_value()) loop_.armed_.erase(*key_);
    key_.reset();
  }

  void Fire() {
    Cancel();
    // The callback may destroy this timer.
    const std::shared_ptr<Callback> callback = callback_;
    (*callback)();
  }

 private:
  ManualEventLoop& loop_;
  std::shared_ptr<Callback> callback_;
  std::optional<TimerKey> key_;
};

ManualEventLoop::ManualEventLoop(int64_t mono_ns, int64_t unix_ns) : clock_(mono_ns, unix_ns) {}

ManualEventLoop::~ManualEventLoop() = default;

void ManualEventLoop::Post(Callback work) { posted_.push_back(std::move(work)); }

std::unique_ptr<Timer> ManualEventLoop::NewTimer(Callback callback) {
  return std::make_unique<ManualTimer>(*this, std::move(callback));
}

void ManualEventLoop::RunUntilIdle() {
  constexpr int kMaxSteps = 50'000'000;
  for (int step = 0; step < kMaxSteps; ++step) {
    if (!posted_.empty()) {
      Callback work = std::move(posted_.front());
      posted_.pop_front();
      work();
    } else if (!armed_.empty() && armed_.begin()->first.first <= MonoNs()) {
      armed_.begin()->second->Fire();
    } else {
      return;
    }
  }
  throw std::logic_error("the event loop does not come to rest: something posts or arms itself for now, forever");
}

void ManualEventLoop::AdvanceTo(int64_t mono_ns) {
  RunUntilIdle();
  while (!armed_.empty() && armed_.begin()->first.first <= mono_ns) {
    clock_.AdvanceTo(armed_.begin()->first.first);
    RunUntilIdle();
  }
  clock_.AdvanceTo(mono_ns);
  RunUntilIdle();
}

std::optional<int64_t> ManualEventLoop::NextTimerNs() const {
  if (armed_.empty()) return std::nullopt;
  return armed_.begin()->first.first;
}

}  // namespace wsload
