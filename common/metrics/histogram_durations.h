// The histograms of Stats in the buckets of monitoring, over any number of reports.
#pragma once

#include <array>

#include "common/metrics/duration_buckets.h"
#include "common/stats/figure_list.h"

namespace wsload {

/// Not thread-safe. Grows only, whatever is added.
class HistogramDurations {
 public:
  void Add(const Stats& stats) {
    for (size_t i = 0; i < kHistograms.size(); ++i) buckets_[i].Add(stats.*kHistograms[i].field);
  }

  const DurationBuckets& Of(Histogram Stats::*field) const { return buckets_[IndexOf(field)]; }

 private:
  std::array<DurationBuckets, kHistograms.size()> buckets_ = {};  ///< one for each row of kHistograms
};

}  // namespace wsload
