#include "common/metrics/duration_buckets.h"

#include <algorithm>
#include <numeric>

#include "common/util/saturating.h"

namespace wsload {

void DurationBuckets::Add(const Histogram& samples) {
  samples.ForEachBucket([this](int, int64_t highest_us, uint64_t count) {
    const auto bound = std::upper_bound(kBoundsUs.begin(), kBoundsUs.end(), highest_us);
    if (bound == kBoundsUs.end()) return;
    int64_t& bucket = counts_[static_cast<size_t>(bound - kBoundsUs.begin())];
    bucket = SaturatingAdd(bucket, static_cast<int64_t>(count));
  });
  count_ = SaturatingAdd(count_, samples.count());
  sum_us_ = SaturatingAdd(sum_us_, samples.sum_us());
}

int64_t DurationBuckets::CountBelow(size_t bound) const {
  return std::accumulate(counts_.begin(), counts_.begin() + static_cast<std::ptrdiff_t>(bound) + 1, int64_t{0});
}

}  // namespace wsload
