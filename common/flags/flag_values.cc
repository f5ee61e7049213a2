#include "common/flags/flag_values.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr int64_t kMaxInt64 = std::numeric_limits<int64_t>::max();

// All of `text` as a number; std::errc::invalid_argument when something is left over.
template <typename Number>
std::errc ReadAll(std::string_view text, Number* out) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::errc::invalid_argument;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  if (end != text.data() + text.size()) return std::errc::invalid_argument;
  return error;
}

constexpr std::array<std::pair<char, int64_t>, 3> kCountUnits = {{
    {'g', 1'000'000'000},
    {'m', 1'000'000},
    {'k', 1'000},
}};

}  // namespace

absl::StatusOr<int64_t> ParseInteger(std::string_view text, int64_t least, int64_t most) {
  int64_t value = 0;
  const std::errc error = ReadAll(text, &value);
  if (error == std::errc::invalid_argument)
    return LocalInvalidArgument({"not a whole number; write for example 10", "不是整数；例如写作 10"});
  if (error == std::errc::result_out_of_range || value < least || value > most) {
    return LocalInvalidArgument({"out of range; must be from {} to {}", "超出范围；必须在 {} 到 {} 之间"}, least, most);
  }
  return value;
}

absl::StatusOr<bool> ParseBool(std::string_view text) {
  const std::string lower = AsciiLower(text);
  for (const std::string_view yes : {"true", "t", "1", "yes", "y", "on"}) {
    if (lower == yes) return true;
  }
  for (const std::string_view no : {"false", "f", "0", "no", "n", "off"}) {
    if (lower == no) return false;
  }
  return LocalInvalidArgument({"not a truth value; write true or false", "不是真假值；请写 true 或 false"});
}

absl::StatusOr<double> ParseDouble(std::string_view text) {
  double value = 0;
  if (ReadAll(text, &value) != std::errc() || !std::isfinite(value)) {
    return LocalInvalidArgument({"not a number; write for example 0.5", "不是数字；例如写作 0.5"});
  }
  return value;
}

absl::StatusOr<int64_t> ParseCount(std::string_view text) {
  const auto wrong = [] {
    return LocalInvalidArgument(
        {"not a whole number; write for example 10, 2k (2000) or 1.5m", "不是整数；例如写作 10、2k (2000) 或 1.5m"});
  };
  int64_t unit = 1;
  if (!text.empty()) {
    for (const auto& [letter, number] : kCountUnits) {
      if (text.back() == letter || text.back() == letter - 'a' + 'A') unit = number;
    }
  }
  if (unit != 1) text.remove_suffix(1);
  // Decimals are digits of the unit.
  std::string digits(text);
  if (const size_t point = unit == 1 ? std::string::npos : digits.find('.'); point != std::string::npos) {
    if (point == 0 || point + 1 == digits.size()) return wrong();
    digits.erase(point, 1);
    for (size_t decimals = digits.size() - point; decimals > 0; --decimals) {
      if (unit == 1 && digits.back() != '0') return wrong();
      if (unit == 1) {
        digits.pop_back();
      } else {
        unit /= 10;
      }
    }
  }
  int64_t value = 0;
  const std::errc error = ReadAll(digits, &value);
  if (error == std::errc::invalid_argument) return wrong();
  if (error == std::errc::result_out_of_range || value > kMaxInt64 / unit || value < -kMaxInt64 / unit) {
    return LocalInvalidArgument(
        {"too large a number; write for example 10, 2k (2000) or 1.5m", "数字过大；例如写作 10、2k (2000) 或 1.5m"});
  }
  return value * unit;
}

}  // namespace wsload
