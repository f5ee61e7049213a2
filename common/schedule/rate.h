// A rate of messages, exact as people write it.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload {

/// Messages over time, never negative: a whole number of millionths of a message an hour. Whatever is written with up
/// to six decimals a second, a minute or an hour is one exactly.
class Rate {
 public:
  static constexpr int64_t kMostPerSecond = 100'000'000;
  /// Units in a message a second.
  static constexpr int64_t kUnitsPerSecond = int64_t{3600} * 1'000'000;

  constexpr Rate() = default;
  /// 0 <= per_second <= kMostPerSecond. Implicit: whole numbers are rates.
  constexpr Rate(int64_t per_second) : units_(per_second * kUnitsPerSecond) {}  // NOLINT(google-explicit-constructor)

  /// "100", "2k", "1.5m" (powers of 1000), "0.5", "30/m", "1/s", "10/h". kInvalidArgument with a line about the value
  /// alone, in every language: no rate, finer than the grid, or more than kMostPerSecond.
  static absl::StatusOr<Rate> Parse(std::string_view text);

  /// The nearest one; less than nothing is none.
  static Rate FromPerSecond(double per_second);

  /// The shortest that Parse() reads back: "2000", "0.5", "1/m", "10/h".
  std::string text() const;

  /// Millionths of a message an hour; at most kMostPerSecond * kUnitsPerSecond.
  constexpr int64_t units() const { return units_; }
  constexpr bool zero() const { return units_ == 0; }
  constexpr double per_second() const { return static_cast<double>(units_) / static_cast<double>(kUnitsPerSecond); }

  friend constexpr auto operator<=>(const Rate&, const Rate&) = default;

 private:
  int64_t units_ = 0;
};

}  // namespace wsload
