#include "controller/hdr/percentile_table.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>

namespace wsload {
namespace {

/// The table is in milliseconds.
constexpr double kUsPerUnit = 1'000;
constexpr double kStepsPerHalving = 5;

double StandardDeviation(const Histogram& histogram) {
  if (histogram.count() == 0) return 0;
  const double mean = histogram.mean_us();
  double squares = 0;
  histogram.ForEachBucket([&](int index, int64_t highest_us, uint64_t count) {
    const double off = static_cast<double>(Histogram::LowestInBucketUs(index) + highest_us) / 2 - mean;
    squares += off * off * static_cast<double>(count);
  });
  return std::sqrt(squares / static_cast<double>(histogram.count()));
}

}  // namespace

std::string PercentileTable(const Histogram& histogram) {
  std::string out =
      fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
  double level = 0;  // in percent
  uint64_t seen = 0;
  const auto count = static_cast<uint64_t>(histogram.count());
  histogram.ForEachBucket([&](int, int64_t highest_us, uint64_t in_bucket) {
    seen += in_bucket;
    const double ms = static_cast<double>(highest_us) / kUsPerUnit;
    while (level < 100 && 100.0 * static_cast<double>(seen) / static_cast<double>(count) >= level) {
      out += fmt::format("{:12.3f} {:2.12f} {:10} {:14.2f}\n", ms, level / 100, seen, 1 / (1 - level / 100));
      const double halvings = std::floor(std::log2(100 / (100 - level))) + 1;
      level += 100 / (kStepsPerHalving * std::exp2(halvings));
      // What is below all samples together is told by one line more.
      if (seen == count) break;
    }
    if (seen == count) out += fmt::format("{:12.3f} {:2.12f} {:10}\n", ms, 1.0, seen);
  });
  constexpr int kSubBuckets = 2048;
  const int buckets = std::bit_width(static_cast<uint64_t>(Histogram::kHighestUs)) - std::bit_width(2047u) + 1;
  return out + fmt::format(
                   "#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n"
                   "#[Max     = {:12.3f}, Total count    = {:12}]\n"
                   "#[Buckets = {:12}, SubBuckets     = {:12}]\n",
                   histogram.mean_us() / kUsPerUnit, StandardDeviation(histogram) / kUsPerUnit,
                   static_cast<double>(histogram.max_us()) / kUsPerUnit, histogram.count(), buckets, kSubBuckets);
}

}  // namespace wsload
