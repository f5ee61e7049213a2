#include "common/time/clock.h"

#include <chrono>

namespace wsload {
namespace {

class ChronoClock final : public Clock {
 public:
  int64_t MonoNs() const override { return Nanoseconds(std::chrono::steady_clock::now()); }
  int64_t UnixNs() const override { return Nanoseconds(std::chrono::system_clock::now()); }

 private:
  template <typename TimePoint>
  static int64_t Nanoseconds(TimePoint time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
  }
};

}  // namespace

const Clock& SystemClock() {
  static const ChronoClock clock;
  return clock;
}

}  // namespace wsload
