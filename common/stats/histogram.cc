#include "common/stats/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "common/stats/wire_bounds.h"
#include "common/time/clock.h"
#include "common/util/check.h"
#include "common/util/int128.h"
#include "common/util/local_error.h"
#include "common/util/saturating.h"

namespace wsload {
namespace {

// HdrHistogram's geometry for a lowest value of 1: bucket 0 counts 0 to 2047 one by one, every further
// bucket covers twice the range of the one before in 1024 steps. 2048 is the power of two that keeps 3 digits.
constexpr int kSubBucketBits = 11;
constexpr int kSubBucketHalfBits = kSubBucketBits - 1;
constexpr int64_t kSubBucketHalfCount = int64_t{1} << kSubBucketHalfBits;
constexpr uint64_t kSubBucketMask = (uint64_t{1} << kSubBucketBits) - 1;
constexpr int kBuckets =
    static_cast<int>(std::bit_width(static_cast<uint64_t>(Histogram::kHighestUs))) - kSubBucketBits + 1;
constexpr int kBucketCount = (kBuckets + 1) * static_cast<int>(kSubBucketHalfCount);

static_assert(kBucketCount <= 1 << 16, "a bucket's index fits 16 bits");
constexpr uint64_t kMaxSparseCount = std::numeric_limits<uint32_t>::max();

constexpr int64_t kMaxInt64 = std::numeric_limits<int64_t>::max();

}  // namespace

int Histogram::BucketCount() { return kBucketCount; }

int Histogram::BucketIndex(int64_t us) {
  const auto value = static_cast<uint64_t>(us);
  const int bucket = static_cast<int>(std::bit_width(value | kSubBucketMask)) - kSubBucketBits;
  const int sub_bucket = static_cast<int>(value >> bucket);
  const int index = (bucket << kSubBucketHalfBits) + sub_bucket;
  WSLOAD_DCHECK(us >= 0 && index < kBucketCount, "{} us has no bucket", us);
  return index;
}

int64_t Histogram::LowestInBucketUs(int index) {
  WSLOAD_DCHECK(0 <= index && index < kBucketCount, "bucket {} of {}", index, kBucketCount);
  const int bucket = std::max(0, (index >> kSubBucketHalfBits) - 1);
  const int64_t sub_bucket = index - (int64_t{bucket} << kSubBucketHalfBits);
  return sub_bucket << bucket;
}

int64_t Histogram::HighestInBucketUs(int index) {
  const int bucket = std::max(0, (index >> kSubBucketHalfBits) - 1);
  return LowestInBucketUs(index) + (int64_t{1} << bucket) - 1;
}

void Histogram::RecordNs(int64_t ns) { RecordUs(ns / kNsPerUs); }

void Histogram::RecordUs(int64_t us, int64_t count) {
  if (count <= 0) [[unlikely]]
    return;
  if (counts_.empty()) [[unlikely]]
    ReserveBuckets();
  if (us < kLowestUs) [[unlikely]] {
    us = kLowestUs;
    clamped_low_ = SaturatingAdd(clamped_low_, count);
  } else if (us > kHighestUs) [[unlikely]] {
    us = kHighestUs;
    clamped_high_ = SaturatingAdd(clamped_high_, count);
  }
  uint64_t& bucket = counts_[static_cast<size_t>(BucketIndex(us))];
  bucket = SaturatingAdd(bucket, static_cast<uint64_t>(count));
  count_ = SaturatingAdd(count_, count);
  sum_us_ = SaturatingAdd(sum_us_, SaturatingMultiply(us, count));
  min_us_ = std::min(min_us_, us);
  max_us_ = std::max(max_us_, us);
}

void Histogram::ReserveBuckets() {
  if (dense()) return;
  counts_.resize(kBucketCount);
  for (size_t i = 0; i < sparse_indices_.size(); ++i) counts_[sparse_indices_[i]] = sparse_counts_[i];
  sparse_indices_ = {};
  sparse_counts_ = {};
}

template <typename Visit>
void Histogram::VisitBuckets(Visit&& visit) const {
  if (count_ == 0) return;
  if (!dense()) {
    for (size_t i = 0; i < sparse_indices_.size(); ++i) {
      if (!visit(int{sparse_indices_[i]}, uint64_t{sparse_counts_[i]})) return;
    }
    return;
  }
  const int last = BucketIndex(max_us_);
  for (int i = BucketIndex(min_us_); i <= last; ++i) {
    const uint64_t count = counts_[static_cast<size_t>(i)];
    if (count != 0 && !visit(i, count)) return;
  }
}

Histogram Histogram::Compacted() const {
  if (!dense()) return *this;
  Histogram compacted;
  size_t buckets = 0;
  VisitBuckets([&](int, uint64_t) { return ++buckets > 0; });
  compacted.sparse_indices_.reserve(buckets);
  compacted.sparse_counts_.reserve(buckets);
  VisitBuckets([&](int index, uint64_t count) {
    compacted.AddBucket(index, count);
    return true;
  });
  compacted.count_ = count_;
  compacted.sum_us_ = sum_us_;
  compacted.min_us_ = min_us_;
  compacted.max_us_ = max_us_;
  compacted.clamped_low_ = clamped_low_;
  compacted.clamped_high_ = clamped_high_;
  return compacted;
}

size_t Histogram::bytes() const {
  return counts_.size() * sizeof(uint64_t) + sparse_indices_.size() * (sizeof(uint16_t) + sizeof(uint32_t));
}

void Histogram::Merge(const Histogram& other) {
  if (other.count_ == 0) return;
  // No bucket holds more than all of them.
  const bool fits = static_cast<uint64_t>(SaturatingAdd(count_, other.count_)) <= kMaxSparseCount;
  if (!dense() && !other.dense() && fits) {
    AddSparse(other);
  } else {
    ReserveBuckets();
    other.VisitBuckets([this](int index, uint64_t count) {
      uint64_t& bucket = counts_[static_cast<size_t>(index)];
      bucket = SaturatingAdd(bucket, count);
      return true;
    });
  }
  count_ = SaturatingAdd(count_, other.count_);
  sum_us_ = SaturatingAdd(sum_us_, other.sum_us_);
  min_us_ = std::min(min_us_, other.min_us_);
  max_us_ = std::max(max_us_, other.max_us_);
  clamped_low_ = SaturatingAdd(clamped_low_, other.clamped_low_);
  clamped_high_ = SaturatingAdd(clamped_high_, other.clamped_high_);
}

void Histogram::AddSparse(const Histogram& other) {
  const size_t own = sparse_indices_.size();
  const size_t theirs = other.sparse_indices_.size();
  // What both have is added in place: before long that is everything, and `other` may be this.
  size_t missing = 0;
  for (size_t i = 0, k = 0; k < theirs; ++k) {
    const uint16_t index = other.sparse_indices_[k];
    while (i < own && sparse_indices_[i] < index) ++i;
    if (i < own && sparse_indices_[i] == index) {
      sparse_counts_[i] += other.sparse_counts_[k];
    } else {
      ++missing;
    }
  }
  if (missing == 0) return;
  const size_t size = own + missing;
  if (size > sparse_indices_.capacity()) {
    // Many are kept for the length of a run: little is set aside.
    sparse_indices_.reserve(size + size / 8);
    sparse_counts_.reserve(size + size / 8);
  }
  sparse_indices_.resize(size);
  sparse_counts_.resize(size);
  // The rest is put between, from the back; where `i` and `to` meet everything is in its place.
  size_t i = own;
  for (size_t to = size, k = theirs; to > i;) {
    --k;
    const uint16_t index = other.sparse_indices_[k];
    for (; i > 0 && sparse_indices_[i - 1] > index; --i) {
      --to;
      sparse_indices_[to] = sparse_indices_[i - 1];
      sparse_counts_[to] = sparse_counts_[i - 1];
    }
    if (i > 0 && sparse_indices_[i - 1] == index) continue;
    --to;
    sparse_indices_[to] = index;
    sparse_counts_[to] = other.sparse_counts_[k];
  }
}

void Histogram::Clear() {
  if (count_ == 0) return;
  if (dense()) {
    std::fill(counts_.begin() + BucketIndex(min_us_), counts_.begin() + BucketIndex(max_us_) + 1, 0);
  }
  sparse_indices_.clear();
  sparse_counts_.clear();
  count_ = 0;
  sum_us_ = 0;
  min_us_ = kMaxInt64;
  max_us_ = 0;
  clamped_low_ = 0;
  clamped_high_ = 0;
}

int64_t Histogram::PercentileUs(double percentile) const {
  if (count_ == 0) return 0;
  if (percentile >= 100) return max_us_;
  int64_t rank = 1;
  if (percentile > 0) {
    // One step down first: the double nearest to 99.9 lies above it, and of 1000 samples the 999th is meant.
    const double below = std::nextafter(percentile, 0.0);
    const long double exact = static_cast<long double>(below) * static_cast<long double>(count_) / 100;
    rank = std::max<int64_t>(1, static_cast<int64_t>(std::ceil(exact)));
  }
  uint64_t seen = 0;
  int64_t found_us = max_us_;
  VisitBuckets([&](int index, uint64_t count) {
    seen = SaturatingAdd(seen, count);
    if (seen < static_cast<uint64_t>(rank)) return true;
    found_us = HighestInBucketUs(index);
    return false;
  });
  return std::min(found_us, max_us_);
}

void Histogram::ForEachBucket(const std::function<void(int, int64_t, uint64_t)>& visit) const {
  VisitBuckets([&](int index, uint64_t count) {
    visit(index, HighestInBucketUs(index), count);
    return true;
  });
}

void Histogram::AddBucket(int index, uint64_t count) {
  WSLOAD_DCHECK(0 <= index && index < kBucketCount, "bucket {} of {}", index, kBucketCount);
  const bool next = sparse_indices_.empty() || sparse_indices_.back() < index;
  if (!dense() && next && count <= kMaxSparseCount) {
    sparse_indices_.push_back(static_cast<uint16_t>(index));
    sparse_counts_.push_back(static_cast<uint32_t>(count));
  } else {
    ReserveBuckets();
    counts_[static_cast<size_t>(index)] += count;
  }
}

uint64_t Histogram::CountInBucket(int index) const {
  if (dense()) return counts_[static_cast<size_t>(index)];
  const auto at = std::lower_bound(sparse_indices_.begin(), sparse_indices_.end(), index);
  return at == sparse_indices_.end() || *at != index
             ? 0
             : sparse_counts_[static_cast<size_t>(at - sparse_indices_.begin())];
}

absl::Status Histogram::Assign(const std::vector<std::pair<int, uint64_t>>& buckets, const Summary& summary) {
  Histogram built;
  built.sparse_indices_.reserve(buckets.size());
  built.sparse_counts_.reserve(buckets.size());
  uint64_t total = 0;
  Int128 least_sum = 0;
  Int128 most_sum = 0;
  int first = kBucketCount;
  int last = -1;
  for (const auto& [index, count] : buckets) {
    if (index < 0 || index >= kBucketCount)
      return LocalInvalidArgument({"histogram: bucket {} is outside", "直方图：桶 {} 超出范围"}, index);
    if (std::cmp_greater(count, kMaxWireCount))
      return LocalInvalidArgument({"histogram: bucket {} holds an impossible count", "直方图：桶 {} 的计数不可能"},
                                  index);
    if (count == 0) continue;
    built.AddBucket(index, count);
    total += count;
    if (std::cmp_greater(total, kMaxWireCount))
      return LocalInvalidArgument({"histogram: the counts add up beyond reason", "直方图：计数之和不合理"});
    least_sum += static_cast<Int128>(count) * LowestInBucketUs(index);
    most_sum += static_cast<Int128>(count) * HighestInBucketUs(index);
    first = std::min(first, index);
    last = std::max(last, index);
  }
  if (total == 0) {
    if (summary.sum_us != 0 || summary.min_us != 0 || summary.max_us != 0 || summary.clamped_low != 0 ||
        summary.clamped_high != 0) {
      return LocalInvalidArgument(
          {"histogram: without samples there is nothing to sum up", "直方图：没有样本，却有总和"});
    }
    Clear();
    return absl::OkStatus();
  }
  const auto within = [](int64_t us, int index) {
    return us >= std::max(kLowestUs, LowestInBucketUs(index)) && us <= std::min(kHighestUs, HighestInBucketUs(index));
  };
  if (!within(summary.min_us, first) || !within(summary.max_us, last) || summary.min_us > summary.max_us) {
    return LocalInvalidArgument({"histogram: the extremes contradict the buckets", "直方图：极值与各桶矛盾"});
  }
  // What was clamped lies in the end buckets, at the very end values.
  const auto clamped_fits = [&](int64_t clamped, int64_t end_us, int64_t extreme_us) {
    return clamped == 0 || (clamped > 0 && extreme_us == end_us &&
                            static_cast<uint64_t>(clamped) <= built.CountInBucket(BucketIndex(end_us)));
  };
  if (!clamped_fits(summary.clamped_low, kLowestUs, summary.min_us) ||
      !clamped_fits(summary.clamped_high, kHighestUs, summary.max_us)) {
    return LocalInvalidArgument({"histogram: the clamped counts contradict the buckets", "直方图：截断计数与各桶矛盾"});
  }
  if (summary.sum_us < std::min<Int128>(least_sum, kMaxInt64) || summary.sum_us > most_sum) {
    return LocalInvalidArgument({"histogram: the sum contradicts the buckets", "直方图：总和与各桶矛盾"});
  }
  built.count_ = static_cast<int64_t>(total);
  built.sum_us_ = summary.sum_us;
  built.min_us_ = summary.min_us;
  built.max_us_ = summary.max_us;
  built.clamped_low_ = summary.clamped_low;
  built.clamped_high_ = summary.clamped_high;
  *this = std::move(built);
  return absl::OkStatus();
}

bool operator==(const Histogram& a, const Histogram& b) {
  if (a.count_ != b.count_ || a.sum_us_ != b.sum_us_ || a.min_us() != b.min_us() || a.max_us() != b.max_us() ||
      a.clamped_low_ != b.clamped_low_ || a.clamped_high_ != b.clamped_high_) {
    return false;
  }
  // Bucket memory that holds no sample is no difference, nor is the form.
  if (a.count_ == 0) return true;
  if (a.dense() == b.dense()) {
    return a.counts_ == b.counts_ && a.sparse_indices_ == b.sparse_indices_ && a.sparse_counts_ == b.sparse_counts_;
  }
  Histogram widened = a.dense() ? b : a;
  widened.ReserveBuckets();
  return widened.counts_ == (a.dense() ? a : b).counts_;
}

}  // namespace wsload
