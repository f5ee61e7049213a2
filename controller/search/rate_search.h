// The highest rate that still passes a test, by doubling and bisection.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace wsload {

struct RateSearchLimits {
  int64_t first = 4'000;
  int64_t lowest = 50;
  int64_t highest = 4'000'000;
  /// Ends when the lowest rate that failed is at most this many times the highest that passed. > 1.
  double precision = 1.1;
  int most_runs = 30;
};

struct RateSearchResult {
  int64_t highest_passed = 0;  ///< 0: none did
  int64_t lowest_failed = 0;   ///< 0: none did
  int runs = 0;
  bool complete = false;  ///< not ended by most_runs or by the test itself
};

enum class RateTrial {
  kPassed,
  kFailed,
  kDisturbed,  ///< failed, though what is tested had room: something else came in between
};

/// `try_rate` tries one rate; nothing: no more tries. A rate that failed is tried twice, one that was disturbed up to
/// four times: noise makes good rates fail, and no bad rate pass. Of a test that is not monotone some rate that passed
/// is found.
RateSearchResult SearchRate(const RateSearchLimits& limits,
                            const std::function<std::optional<RateTrial>(int64_t)>& try_rate);

}  // namespace wsload
