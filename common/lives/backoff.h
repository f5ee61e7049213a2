// How long a client that has lost its connection waits before it dials again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload {

/// Capped exponential backoff with full jitter (Brooker, "Exponential Backoff And Jitter", 2015): before attempt n the
/// wait is drawn evenly from 0 to min(most, least * 2^n).
class Backoff {
 public:
  static constexpr int64_t kMostNs = int64_t{3600} * 1'000'000'000;

  /// Nobody comes back.
  Backoff() = default;

  /// "500ms..30s", or "1s" for the same bound each time; "" and "off": nobody comes back. kInvalidArgument with a line
  /// about the value alone, in every language.
  static absl::StatusOr<Backoff> Parse(std::string_view text);

  /// As Parse() reads it; empty: nobody comes back.
  std::string text() const;

  bool off() const { return most_ns_ == 0; }
  int64_t most_ns() const { return most_ns_; }

  /// Not where it is off. `attempt`: 0 for the first one after a loss. `lot`: 64 random bits.
  int64_t WaitNs(int attempt, uint64_t lot) const;

  friend bool operator==(const Backoff&, const Backoff&) = default;

 private:
  int64_t least_ns_ = 0;
  int64_t most_ns_ = 0;
};

}  // namespace wsload
