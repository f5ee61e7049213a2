#include "common/schedule/arrival_schedule.h"

#include <algorithm>
#include <limits>

namespace wsload {
namespace {

// floor(i * 1e9 / mps) < duration holds exactly for i < duration * mps / 1e9: the count is that, rounded up.
int64_t Total(int64_t mps, int64_t duration_ns) {
  constexpr Uint128 kScale = 1'000'000'000;
  const auto product = static_cast<Uint128>(duration_ns) * static_cast<Uint128>(mps);
  constexpr auto kMost = static_cast<Uint128>(std::numeric_limits<int64_t>::max());
  return static_cast<int64_t>(std::min(kMost, (product + kScale - 1) / kScale));
}

}  // namespace

ArrivalSchedule::ArrivalSchedule(int64_t mps, int64_t duration_ns)
    : mps_(std::max<int64_t>(mps, 1)), total_(Total(mps_, std::max<int64_t>(duration_ns, 0))) {}

}  // namespace wsload
