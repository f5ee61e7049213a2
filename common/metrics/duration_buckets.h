// Durations in few fixed buckets, as monitoring wants them: coarser than a
// Histogram, and no less exact where the buckets meet.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "common/stats/histogram.h"

namespace wsload {

/// Not thread-safe. Grows only, whatever is added.
class DurationBuckets {
 public:
  /// Each is where a bucket of Histogram begins, so that no bucket there is cut in two: what lies below a bound is
  /// known to the sample. Hence no 100 ms and no 1 s: above 2 ms Histogram's buckets are powers of two wide.
  static constexpr std::array<int64_t, 27> kBoundsUs = {
      100,     250,     500,     1'000,   2'000,     3'000,     5'000,     7'500,     10'000,
      15'000,  20'000,  30'000,  40'000,  60'000,    80'000,    120'000,   160'000,   240'000,
      320'000, 480'000, 640'000, 960'000, 1'280'000, 1'920'000, 2'560'000, 5'120'000, 10'240'000};

  void Add(const Histogram& samples);

  /// Samples shorter than kBoundsUs[bound]. As samples are rounded down to microseconds, the same before and after.
  int64_t CountBelow(size_t bound) const;
  int64_t count() const { return count_; }
  int64_t sum_us() const { return sum_us_; }

 private:
  std::array<int64_t, kBoundsUs.size()> counts_ = {};  ///< of what lies between a bound and the one before
  int64_t count_ = 0;
  int64_t sum_us_ = 0;
};

}  // namespace wsload
