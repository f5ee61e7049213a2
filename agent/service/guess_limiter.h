// Slows down whoever tries out tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "common/time/clock.h"
#include "common/util/rate_bound.h"

namespace wsload {

/// Counts wrong tokens by where they come from. Somebody who has not guessed is never held up by those who have: only
/// a network with a wrong token on record can be refused a look. One thread at a time.
class GuessLimiter {
 public:
  /// Wrong tokens that one network may show at once, and how often afterwards; the same for all networks together.
  static constexpr int kBurst = 10;
  static constexpr int64_t kIntervalNs = kNsPerSecond;
  static constexpr int kTotalBurst = 100;
  static constexpr int64_t kTotalIntervalNs = kNsPerSecond / 10;
  /// Networks on record. Beyond, the one that is nearest to being forgotten is.
  static constexpr size_t kMaxNetworks = 1024;

  /// Whether a token from `network` may be compared.
  bool MayTry(const std::string& network, int64_t mono_ns) const;
  /// A token from `network` was compared and is wrong.
  void CountWrong(const std::string& network, int64_t mono_ns);

  size_t size() const { return networks_.size(); }

 private:
  std::map<std::string, RateBound> networks_;
  RateBound total_{kTotalBurst, kTotalIntervalNs};
};

}  // namespace wsload
