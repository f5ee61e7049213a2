#include "common/schedule/rate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "common/util/int128.h"
#include "common/util/local_error.h"

namespace wsload {
namespace {

constexpr int64_t kMillionths = 1'000'000;
/// More digits than any rate has that is not refused.
constexpr size_t kMostDigits = 30;

struct RateUnit {
  char letter;
  int64_t per_hour;
};
// The shortest text first.
constexpr RateUnit kRateUnits[] = {{'s', 3600}, {'m', 60}, {'h', 1}};

absl::Status NoRate() {
  return LocalInvalidArgument({"not a rate; write for example 100, 2k (2000), 0.5, 30/m or 10/h",
                               "不是速率；例如 100、2k（即 2000）、0.5、30/m 或 10/h"});
}

/// Takes the letter at the end of `text` away that multiplies.
int64_t TakeScale(std::string_view& text) {
  if (text.empty()) return 1;
  int64_t scale = 1;
  if (text.back() == 'k' || text.back() == 'K') scale = 1'000;
  if (text.back() == 'm' || text.back() == 'M') scale = 1'000'000;
  if (text.back() == 'g' || text.back() == 'G') scale = 1'000'000'000;
  if (scale != 1) text.remove_suffix(1);
  return scale;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// With as many decimals as it takes.
std::string DecimalText(int64_t millionths) {
  std::string text = fmt::format("{}.{:06}", millionths / kMillionths, millionths % kMillionths);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

absl::StatusOr<Rate> Rate::Parse(std::string_view text) {
  int64_t per_hour = kRateUnits[0].per_hour;
  if (const size_t slash = text.find('/'); slash != std::string_view::npos) {
    const std::string_view name = text.substr(slash + 1);
    per_hour = 0;
    for (const RateUnit& unit : kRateUnits) {
      if (name == std::string_view(&unit.letter, 1)) per_hour = unit.per_hour;
    }
    if (per_hour == 0) return NoRate();
    text.remove_suffix(text.size() - slash);
  }
  int64_t scale = TakeScale(text);
  if (text.empty() || text.size() > kMostDigits || !IsDigit(text.front()) || !IsDigit(text.back())) return NoRate();

  // Of the digits without their point; the decimals are taken away at the end.
  Uint128 digits = 0;
  Uint128 decimals = 1;
  bool point = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (!IsDigit(c)) return NoRate();
    digits = digits * 10 + static_cast<Uint128>(c - '0');
    if (point) decimals *= 10;
  }
  const auto too_high = [] {
    return LocalInvalidArgument(
        {"must be at most {} messages a second; for example 100", "不得大于每秒 {} 条消息；例如 100"}, kMostPerSecond);
  };
  // Also an hour's, without a letter; then no product below is too large.
  if (digits / decimals > static_cast<Uint128>(kMostPerSecond) * 3600) return too_high();
  for (; decimals > 1 && digits % 10 == 0; decimals /= 10) digits /= 10;
  for (; decimals > 1 && scale > 1; decimals /= 10) scale /= 10;
  if (decimals > kMillionths) {
    return LocalInvalidArgument({"finer than a millionth of a message; write for example 0.5, 30/m or 10/h",
                                 "精度超过百万分之一条消息；例如 0.5、30/m 或 10/h"});
  }
  const Uint128 units = digits * kMillionths / decimals * static_cast<Uint128>(scale * per_hour);
  if (units > static_cast<Uint128>(kMostPerSecond) * kUnitsPerSecond) return too_high();
  Rate rate;
  rate.units_ = static_cast<int64_t>(units);
  return rate;
}

Rate Rate::FromPerSecond(double per_second) {
  Rate rate;
  rate.units_ = std::llround(std::clamp<double>(per_second, 0, kMostPerSecond) * kUnitsPerSecond);
  return rate;
}

std::string Rate::text() const {
  for (const RateUnit& unit : kRateUnits) {
    if (units_ % unit.per_hour != 0) continue;
    const std::string number = DecimalText(units_ / unit.per_hour);
    return unit.letter == 's' ? number : fmt::format("{}/{}", number, unit.letter);
  }
  return {};  // an hour divides everything
}

}  // namespace wsload
