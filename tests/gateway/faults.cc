#include "tests/gateway/faults.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "common/time/clock.h"
#include "common/time/duration.h"
#include "common/util/int128.h"
#include "common/util/local_error.h"

namespace wsload::gateway {
namespace {

constexpr int64_t kBillion = 1'000'000'000;
constexpr uint64_t kGoldenGamma = 0x9E3779B97F4A7C15u;

absl::StatusOr<int64_t> ParseDelay(std::string_view text) {
  const auto delay_ns = ParseDuration(text);
  if (!delay_ns.ok() || *delay_ns < 0 || *delay_ns > 3600 * kNsPerSecond) {
    return LocalInvalidArgument({"want a duration of at most 1h such as 20ms, exp:5ms or uniform:1ms-9ms",
                                 "应为不超过 1h 的时长，如 20ms、exp:5ms 或 uniform:1ms-9ms"});
  }
  return delay_ns;
}

}  // namespace

ExactShare::ExactShare(double share) : parts_per_billion_(std::llround(share * 1e9)) {}

bool ExactShare::Next() {
  carry_ += parts_per_billion_;
  if (carry_ < kBillion) return false;
  carry_ -= kBillion;
  return true;
}

absl::StatusOr<DelaySpec> ParseDelaySpec(std::string_view text) {
  DelaySpec spec;
  constexpr std::string_view kExp = "exp:", kUniform = "uniform:";
  if (text.starts_with(kExp)) {
    spec.kind = DelaySpec::Kind::kExponential;
    text.remove_prefix(kExp.size());
  } else if (text.starts_with(kUniform)) {
    spec.kind = DelaySpec::Kind::kUniform;
    text.remove_prefix(kUniform.size());
    const size_t dash = text.find('-');
    if (dash == std::string_view::npos)
      return LocalInvalidArgument({"want two durations such as uniform:1ms-9ms", "应为两个时长，如 uniform:1ms-9ms"});
    const auto high = ParseDelay(text.substr(dash + 1));
    if (!high.ok()) return high.status();
    spec.high_ns = *high;
    text = text.substr(0, dash);
  }
  const auto low = ParseDelay(text);
  if (!low.ok()) return low.status();
  spec.low_ns = *low;
  if (spec.kind == DelaySpec::Kind::kUniform && spec.low_ns > spec.high_ns) {
    return LocalInvalidArgument(
        {"want the shorter duration first, such as uniform:1ms-9ms", "应先写较短的时长，如 uniform:1ms-9ms"});
  }
  return spec;
}

uint64_t Mix64(uint64_t value) {
  uint64_t z = value + kGoldenGamma;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

double UnitOf(uint64_t random) { return static_cast<double>(random >> 11) * 0x1p-53; }

DelayModel::DelayModel(const DelaySpec& spec, uint64_t seed) : spec_(spec), state_(seed) {}

double DelayModel::NextUnit() {
  // SplitMix64: the standard library's distributions differ from one library to the next.
  const double unit = UnitOf(Mix64(state_));
  state_ += kGoldenGamma;
  return unit;
}

int64_t DelayModel::NextNs() {
  switch (spec_.kind) {
    case DelaySpec::Kind::kConstant:
      return spec_.low_ns;
    case DelaySpec::Kind::kExponential:
      return std::llround(-std::log1p(-NextUnit()) * static_cast<double>(spec_.low_ns));
    case DelaySpec::Kind::kUniform:
      return spec_.low_ns + std::llround(NextUnit() * static_cast<double>(spec_.high_ns - spec_.low_ns));
  }
  return 0;
}

StallClock::StallClock(int64_t every_ns, int64_t stall_ns) : every_ns_(every_ns), stall_ns_(stall_ns) {}

int64_t StallClock::StallEndNs(int64_t origin_ns, int64_t now_ns) const {
  if (every_ns_ <= 0 || stall_ns_ <= 0 || now_ns < origin_ns) return 0;
  const int64_t into_period = (now_ns - origin_ns) % every_ns_;
  const int64_t begin = (every_ns_ - stall_ns_) / 2;
  if (into_period < begin || into_period >= begin + stall_ns_) return 0;
  return now_ns - into_period + begin + stall_ns_;
}

TokenBucket::TokenBucket(int64_t rate_per_s, int64_t burst)
    : rate_per_s_(rate_per_s), capacity_(burst * kBillion), credit_(capacity_) {}

bool TokenBucket::Take(int64_t now_ns) {
  if (!started_) {
    started_ = true;
    last_ns_ = now_ns;
  }
  const Int128 earned = static_cast<Int128>(std::max<int64_t>(0, now_ns - last_ns_)) * rate_per_s_;
  credit_ = static_cast<int64_t>(std::min<Int128>(capacity_, earned + credit_));
  last_ns_ = std::max(last_ns_, now_ns);
  if (credit_ < kBillion) return false;
  credit_ -= kBillion;
  return true;
}

}  // namespace wsload::gateway
