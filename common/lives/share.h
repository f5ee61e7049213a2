// A part of the clients, exact as people write it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload {

/// 0 to all of them, in millionths.
class Share {
 public:
  static constexpr int64_t kWhole = 1'000'000;

  constexpr Share() = default;

  /// "50%", "0.1%", "0.5". kInvalidArgument with a line about the value alone, in every language.
  static absl::StatusOr<Share> Parse(std::string_view text);

  /// "50%".
  std::string text() const;

  constexpr int64_t millionths() const { return millionths_; }

  /// Evenly spread: of any n places one after the other, n times the share are in it, to one.
  constexpr bool Takes(int64_t place) const { return Before(place + 1) > Before(place); }

  friend constexpr bool operator==(const Share&, const Share&) = default;

 private:
  constexpr int64_t Before(int64_t place) const {
    return place / kWhole * millionths_ + place % kWhole * millionths_ / kWhole;
  }

  int64_t millionths_ = 0;
};

}  // namespace wsload
