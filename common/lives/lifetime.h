// How long a client stays.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload {

/// A duration, or how durations are spread. Immutable.
class Lifetime {
 public:
  static constexpr int64_t kMostNs = int64_t{30} * 24 * 3600 * 1'000'000'000;

  /// For ever.
  Lifetime() = default;

  /// "5m", "exp:5m", "uniform:1m-9m"; "" and "off": for ever. kInvalidArgument with a line about the value alone, in
  /// every language.
  static absl::StatusOr<Lifetime> Parse(std::string_view text);

  /// As Parse() reads it; empty: for ever.
  std::string text() const;

  bool endless() const { return high_ns_ == 0; }

  // Not where it is endless. `lot`: 64 random bits.
  /// Of one that has just come.
  int64_t DrawNs(uint64_t lot) const;
  /// What is left to one that is met at some time: how long it has been there says nothing, so that clients leave at
  /// the same rate from the first second on. (Of a renewal process, the residual life of the one that is met, which is
  /// a long one rather than a short one: Feller, vol. II, XI.4.)
  int64_t DrawRestNs(uint64_t lot, uint64_t another_lot) const;

  friend bool operator==(const Lifetime&, const Lifetime&) = default;

 private:
  enum class Kind { kConstant, kExponential, kUniform };

  Kind kind_ = Kind::kConstant;
  int64_t low_ns_ = 0;   ///< of a uniform one
  int64_t high_ns_ = 0;  ///< the constant, the mean, or the uniform one's upper end
};

}  // namespace wsload
