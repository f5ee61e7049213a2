#include "common/time/duration.h"

#include <limits>

#include "absl/time/time.h"
#include "common/time/clock.h"
#include "common/util/local_error.h"
#include "common/util/status.h"

namespace wsload {
namespace {

// `ns` in `unit_ns`, with as many decimals as it takes.
std::string Decimal(uint64_t ns, uint64_t unit_ns, std::string_view unit) {
  std::string out = fmt::format("{}", ns / unit_ns);
  if (uint64_t rest = ns % unit_ns; rest != 0) {
    out += '.';
    for (uint64_t digit_ns = unit_ns / 10; rest != 0; digit_ns /= 10) {
      out += static_cast<char>('0' + rest / digit_ns);
      rest %= digit_ns;
    }
  }
  return out.append(unit);
}

}  // namespace

std::string FormatDuration(int64_t ns) {
  if (ns == 0) return "0s";
  std::string out = ns < 0 ? "-" : "";
  uint64_t rest = ns < 0 ? 0 - static_cast<uint64_t>(ns) : static_cast<uint64_t>(ns);
  if (rest < kNsPerUs) return out + Decimal(rest, 1, "ns");
  if (rest < kNsPerMs) return out + Decimal(rest, kNsPerUs, "us");
  if (rest < kNsPerSecond) return out + Decimal(rest, kNsPerMs, "ms");
  constexpr uint64_t kNsPerMinute = 60 * kNsPerSecond;
  constexpr uint64_t kNsPerHour = 60 * kNsPerMinute;
  if (rest >= kNsPerHour) out += fmt::format("{}h", rest / kNsPerHour);
  rest %= kNsPerHour;
  if (rest >= kNsPerMinute) out += fmt::format("{}m", rest / kNsPerMinute);
  rest %= kNsPerMinute;
  if (rest != 0) out += Decimal(rest, kNsPerSecond, "s");
  return out;
}

absl::StatusOr<int64_t> ParseDuration(std::string_view text) {
  absl::Duration duration;
  // Abseil skips blanks and reads "inf"; a run needs an end.
  if (text.find_first_of(" \t\n\v\f\r") != std::string_view::npos || !absl::ParseDuration(ToAbsl(text), &duration) ||
      duration == absl::InfiniteDuration() || duration == -absl::InfiniteDuration()) {
    return LocalInvalidArgument(
        {"not a duration; write for example 30s, 1m30s or 500ms", "不是时长；例如写作 30s、1m30s 或 500ms"});
  }
  if (duration > absl::Nanoseconds(std::numeric_limits<int64_t>::max()) ||
      duration < absl::Nanoseconds(std::numeric_limits<int64_t>::min())) {
    return LocalInvalidArgument(
        {"too long a duration; write for example 30s, 1m30s or 500ms", "时长过长；例如写作 30s、1m30s 或 500ms"});
  }
  return absl::ToInt64Nanoseconds(duration);
}

}  // namespace wsload
