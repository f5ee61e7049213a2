// The gateway's faults as pure logic: time and randomness come in as values, so tests need no clock.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload::gateway {

/// Hits `share` of the events, evenly spread and exact: after n events floor(n * share) were hit. The share is
/// taken to 9 decimals.
class ExactShare {
 public:
  /// 0 <= share <= 1.
  explicit ExactShare(double share = 0);

  /// Counts one event; true: this one is hit.
  bool Next();

 private:
  int64_t parts_per_billion_;
  int64_t carry_ = 0;
};

/// How long the backend "works" on a message.
struct DelaySpec {
  enum class Kind { kConstant, kExponential, kUniform };
  Kind kind = Kind::kConstant;
  int64_t low_ns = 0;   ///< the constant, the exponential's mean, or the uniform's lower end
  int64_t high_ns = 0;  ///< the uniform's upper end

  friend bool operator==(const DelaySpec&, const DelaySpec&) = default;
};

/// "20ms", "exp:5ms", "uniform:1ms-9ms". kInvalidArgument says what is wanted.
absl::StatusOr<DelaySpec> ParseDelaySpec(std::string_view text);

/// SplitMix64's scrambling of `value`.
uint64_t Mix64(uint64_t value);
/// In [0, 1), from the upper bits.
double UnitOf(uint64_t random);

/// Draws delays; the same seed gives the same series on every machine.
class DelayModel {
 public:
  DelayModel(const DelaySpec& spec, uint64_t seed);

  int64_t NextNs();

 private:
  double NextUnit();  ///< in [0, 1)

  DelaySpec spec_;
  uint64_t state_;
};

/// The server sleeps for `stall_ns` once in every `every_ns`, in the middle of each period, so that whole periods hold
/// whole stalls: with 10 s and 1 s the server is stalled from 4.5 s to 5.5 s, 14.5 s to 15.5 s, ... after `origin_ns`.
class StallClock {
 public:
  /// 0 <= stall_ns <= every_ns; either 0: never stalls.
  StallClock(int64_t every_ns, int64_t stall_ns);

  /// When `now_ns` lies in a stall: its end; otherwise 0.
  int64_t StallEndNs(int64_t origin_ns, int64_t now_ns) const;

 private:
  int64_t every_ns_;
  int64_t stall_ns_;
};

/// `rate_per_s` tokens a second, at most `burst` saved; exact integer arithmetic. Starts full.
class TokenBucket {
 public:
  TokenBucket(int64_t rate_per_s, int64_t burst);

  /// Takes a token if there is one. `now_ns` does not go back.
  bool Take(int64_t now_ns);

 private:
  int64_t rate_per_s_;
  int64_t capacity_;  ///< in billionths of a token
  int64_t credit_;
  int64_t last_ns_ = 0;
  bool started_ = false;
};

}  // namespace wsload::gateway
