// A log-linear (HDR) histogram of microseconds: 1 us to 1 h, 3 significant
// digits. After Gil Tene's HdrHistogram (hdrhistogram.org).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "absl/status/status.h"

namespace wsload {

/// Not thread-safe; one writer owns it. Record() does not allocate after the first sample.
/// One that is rebuilt or merged from the wire's form keeps its non-empty buckets only, 6 bytes each; the first sample
/// recorded, and ReserveBuckets(), make room for all (184 KiB).
class Histogram {
 public:
  static constexpr int64_t kLowestUs = 1;
  static constexpr int64_t kHighestUs = 3'600'000'000;
  static constexpr int kSignificantDigits = 3;

  /// Costs no bucket memory until the first sample.
  Histogram() = default;

  /// One sample, rounded down to whole microseconds. Below kLowestUs or above kHighestUs
  /// (negative included): clamped to that end and counted in clamped_low / clamped_high.
  void RecordNs(int64_t ns);
  void RecordUs(int64_t us, int64_t count = 1);

  /// Adds the other's counts: exact, associative, commutative.
  void Merge(const Histogram& other);

  /// Makes room for all buckets: what is merged into costs the other's non-empty buckets alone from here on.
  void ReserveBuckets();

  /// The same samples in as little memory as possible, for what is kept or handed on.
  Histogram Compacted() const;
  /// What its buckets take.
  size_t bytes() const;

  /// Forgets the samples, keeps the memory.
  void Clear();

  int64_t count() const { return count_; }
  int64_t sum_us() const { return sum_us_; }
  /// 0 when empty.
  int64_t min_us() const { return count_ == 0 ? 0 : min_us_; }
  int64_t max_us() const { return count_ == 0 ? 0 : max_us_; }
  double mean_us() const { return count_ == 0 ? 0.0 : static_cast<double>(sum_us_) / static_cast<double>(count_); }
  int64_t clamped_low() const { return clamped_low_; }
  int64_t clamped_high() const { return clamped_high_; }

  /// The smallest bucket-end value that at least `percentile` % (0 to 100) of the samples are at or
  /// below, never beyond max_us(). 0 when empty.
  int64_t PercentileUs(double percentile) const;

  /// Calls `visit(index, highest value of the bucket in us, count)` for every non-empty bucket, in order.
  void ForEachBucket(const std::function<void(int index, int64_t highest_us, uint64_t count)>& visit) const;

  /// Number of buckets of the geometry.
  static int BucketCount();
  /// 0 <= us <= the highest of the last bucket.
  static int BucketIndex(int64_t us);
  // 0 <= index < BucketCount().
  static int64_t LowestInBucketUs(int index);
  static int64_t HighestInBucketUs(int index);

  /// Rebuilds from bucket counts (the wire's form). kInvalidArgument, and the histogram
  /// untouched, when an index is outside the geometry, a count would overflow, or
  /// the extremes contradict the buckets.
  struct Summary {
    int64_t sum_us = 0;
    int64_t min_us = 0;
    int64_t max_us = 0;
    int64_t clamped_low = 0;
    int64_t clamped_high = 0;
  };
  absl::Status Assign(const std::vector<std::pair<int, uint64_t>>& buckets, const Summary& summary);

  friend bool operator==(const Histogram& a, const Histogram& b);

 private:
  /// Calls `visit(index, count)` for every non-empty bucket, in order, until it answers false.
  template <typename Visit>
  void VisitBuckets(Visit&& visit) const;
  bool dense() const { return !counts_.empty(); }
  void AddSparse(const Histogram& other);
  /// Sparse as long as the indices rise and the counts fit; of the samples' sums nothing.
  void AddBucket(int index, uint64_t count);
  uint64_t CountInBucket(int index) const;

  std::vector<uint64_t> counts_;  ///< of all buckets; empty while the pairs below are the samples
  // The non-empty buckets in order, while counts_ is empty.
  std::vector<uint16_t> sparse_indices_;
  std::vector<uint32_t> sparse_counts_;
  int64_t count_ = 0;
  int64_t sum_us_ = 0;
  int64_t min_us_ = std::numeric_limits<int64_t>::max();
  int64_t max_us_ = 0;
  int64_t clamped_low_ = 0;
  int64_t clamped_high_ = 0;
};

}  // namespace wsload
