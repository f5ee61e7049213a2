#include "controller/compare/run_sample.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <string_view>
#include <utility>

#include "controller/compare/block_bootstrap.h"
#include "controller/result/rates.h"

namespace wsload {
namespace {

constexpr int kResamples = 200;
// Long runs are taken in chunks of several intervals, wide distributions in cells of several buckets: what a resample
// costs has a bound.
constexpr size_t kMostChunks = 600;
constexpr size_t kMostCells = 256;

size_t ChunkSize(size_t intervals) { return (intervals + kMostChunks - 1) / kMostChunks; }

/// Counts by chunk and cell; sums of rows are distributions.
class CellCounts {
 public:
  CellCounts(const std::vector<Histogram>& chunks) {
    std::vector<int> buckets;
    for (const Histogram& chunk : chunks) {
      chunk.ForEachBucket([&](int index, int64_t, uint64_t) { buckets.push_back(index); });
    }
    std::sort(buckets.begin(), buckets.end());
    buckets.erase(std::unique(buckets.begin(), buckets.end()), buckets.end());
    // Neighbours share a cell: so many each that all fit.
    int width = 1;
    while (Cells(buckets, width).size() > kMostCells) ++width;
    cells_ = Cells(buckets, width);
    rows_.assign(chunks.size() * cells_.size(), 0);
    for (size_t chunk = 0; chunk < chunks.size(); ++chunk) {
      chunks[chunk].ForEachBucket([&](int index, int64_t, uint64_t count) {
        const auto cell = std::lower_bound(cells_.begin(), cells_.end(), index / width) - cells_.begin();
        rows_[chunk * cells_.size() + static_cast<size_t>(cell)] += static_cast<float>(count);
      });
    }
    for (const int cell : cells_) {
      const int last = std::min((cell + 1) * width, Histogram::BucketCount()) - 1;
      lowest_.push_back(static_cast<double>(std::max<int64_t>(1, Histogram::LowestInBucketUs(cell * width))));
      highest_.push_back(static_cast<double>(Histogram::HighestInBucketUs(last) + 1));
    }
  }

  /// Each row so many times.
  void Sum(const std::vector<uint32_t>& times, std::vector<float>& sum) const {
    sum.assign(cells_.size(), 0);
    for (size_t row = 0; row < times.size(); ++row) {
      if (times[row] == 0) continue;
      const auto factor = static_cast<float>(times[row]);
      const float* counts = rows_.data() + row * cells_.size();
      float* to = sum.data();
      for (size_t cell = 0; cell < cells_.size(); ++cell) to[cell] += factor * counts[cell];
    }
  }

  /// The logarithm of the percentile of a sum of `all` samples, with those of a cell spread evenly in it.
  double LogPercentile(const std::vector<float>& sum, double all, double percentile) const {
    double left = all * percentile / 100;
    for (size_t cell = 0; cell < sum.size(); ++cell) {
      if (sum[cell] > 0 && left <= sum[cell]) {
        return std::log(lowest_[cell] + (highest_[cell] - lowest_[cell]) * std::max(0.0, left) / sum[cell]);
      }
      left -= sum[cell];
    }
    return highest_.empty() ? 0 : std::log(highest_.back());
  }

 private:
  static std::vector<int> Cells(const std::vector<int>& buckets, int width) {
    std::vector<int> cells;
    for (const int bucket : buckets) {
      if (cells.empty() || cells.back() != bucket / width) cells.push_back(bucket / width);
    }
    return cells;
  }

  std::vector<int> cells_;
  std::vector<float> rows_;
  std::vector<double> lowest_;
  std::vector<double> highest_;
};

std::vector<Histogram> ChunksOf(const IntervalLog& log, Histogram LoggedInterval::*field) {
  const size_t size = ChunkSize(log.intervals.size());
  std::vector<Histogram> chunks;
  for (size_t i = 0; i < log.intervals.size(); ++i) {
    if (i % size == 0) chunks.emplace_back();
    chunks.back().Merge(log.intervals[i].*field);
  }
  return chunks;
}

/// That of the series which depends the longest on its past: the middle of each chunk, and its tail.
double BlockLengthOf(const std::vector<Histogram>& chunks) {
  double longest = 1;
  for (const double percentile : {50.0, 99.0}) {
    std::vector<double> series;
    for (const Histogram& chunk : chunks) {
      if (chunk.count() > 0) series.push_back(std::log(static_cast<double>(chunk.PercentileUs(percentile))));
    }
    longest = std::max(longest, BlockLength(series));
  }
  return longest;
}

void DrawLatencies(const IntervalLog& log, RandomNumbers& random, std::vector<ByMetric<float>>& deviations) {
  const std::vector<Histogram> response = ChunksOf(log, &LoggedInterval::response);
  const std::vector<Histogram> service = ChunksOf(log, &LoggedInterval::service);
  const double block = std::max(BlockLengthOf(response), BlockLengthOf(service));
  const std::pair<Histogram Stats::*, CellCounts> kinds[] = {{&Stats::response, CellCounts(response)},
                                                             {&Stats::service, CellCounts(service)}};
  std::vector<uint32_t> times(response.size(), 1);
  std::vector<float> sum;
  const auto measure = [&](auto&& take) {
    for (const auto& [histogram, counts] : kinds) {
      counts.Sum(times, sum);
      const double all = std::accumulate(sum.begin(), sum.end(), 0.0);
      for (size_t i = 0; i < kMetrics.size(); ++i) {
        if (kMetrics[i].histogram == histogram) take(i, counts.LogPercentile(sum, all, kMetrics[i].percentile));
      }
    }
  };
  ByMetric<double> whole = {};
  measure([&](size_t metric, double value) { whole[metric] = value; });
  for (ByMetric<float>& drawn : deviations) {
    DrawBlocks(block, random, times);
    measure([&](size_t metric, double value) { drawn[metric] = static_cast<float>(value - whole[metric]); });
  }
}

/// What the counters of one chunk of the measure phase add up to.
struct Chunk {
  double scheduled = 0;
  double sent = 0;
  double missed = 0;  ///< failed or never sent, by when that was known
};

std::vector<Chunk> CounterChunks(const RunResult& result) {
  const auto measured = static_cast<size_t>(std::count_if(
      result.series.begin(), result.series.end(), [](const auto& point) { return point.phase == Phase::kMeasure; }));
  std::vector<Chunk> chunks;
  size_t place = 0;
  for (const SeriesPoint& point : result.series) {
    if (point.phase == Phase::kMeasure && place++ % ChunkSize(measured) == 0) chunks.emplace_back();
    if (chunks.empty()) continue;
    // What failed after the last message was one of its phase's.
    chunks.back().scheduled += static_cast<double>(point.delta.scheduled);
    chunks.back().sent += static_cast<double>(point.delta.sent());
    chunks.back().missed += static_cast<double>(point.delta.failed() + point.delta.unsent);
  }
  return chunks;
}

size_t MetricNamed(std::string_view name) {
  const auto at = std::find_if(kMetrics.begin(), kMetrics.end(), [&](const auto& m) { return m.name == name; });
  return static_cast<size_t>(at - kMetrics.begin());
}

void DrawCounters(const RunResult& result, RandomNumbers& random, std::vector<ByMetric<float>>& deviations) {
  const std::vector<Chunk> chunks = CounterChunks(result);
  if (chunks.size() < kLeastIntervals) return;
  std::vector<double> missed;
  for (const Chunk& chunk : chunks) missed.push_back(chunk.missed);
  const double block = BlockLength(missed);
  const auto sum = [&](const std::vector<uint32_t>& times) {
    Chunk all;
    for (size_t i = 0; i < chunks.size(); ++i) {
      all.scheduled += times[i] * chunks[i].scheduled;
      all.sent += times[i] * chunks[i].sent;
      all.missed += times[i] * chunks[i].missed;
    }
    return all;
  };
  std::vector<uint32_t> times(chunks.size(), 1);
  const Chunk whole = sum(times);
  // Of what is nothing at all there is no logarithm.
  const auto off = [](double drawn, double whole_value) {
    const double value = std::log(drawn) - std::log(whole_value);
    return std::isfinite(value) ? static_cast<float>(value) : 0.0f;
  };
  const auto success = [](const Chunk& chunk) { return 1 - chunk.missed / chunk.scheduled; };
  const size_t success_ratio = MetricNamed("success_ratio");
  const size_t sent_per_s = MetricNamed("sent_per_s");
  for (ByMetric<float>& drawn : deviations) {
    DrawBlocks(block, random, times);
    const Chunk all = sum(times);
    drawn[success_ratio] = off(success(all), success(whole));
    drawn[sent_per_s] = off(all.sent, whole.sent);
  }
}

}  // namespace

RunSample SampleOf(std::string name, const RunResult& result, const IntervalLog* log, uint64_t seed, uint64_t stream) {
  RunSample sample{
      .name = std::move(name), .started_unix_ns = result.started_unix_ns, .response = result.totals.response};
  const Rates rates = RatesOf(result);
  for (size_t i = 0; i < kMetrics.size(); ++i) {
    const MetricInfo& metric = kMetrics[i];
    if (metric.histogram == nullptr) {
      sample.values[i] = metric.unit == MetricInfo::Unit::kShare ? rates.success_ratio : rates.sent_per_s;
      continue;
    }
    const Histogram& histogram = result.totals.*metric.histogram;
    sample.values[i] = static_cast<double>(histogram.PercentileUs(metric.percentile));
    const double above = static_cast<double>(histogram.count()) * (100 - metric.percentile) / 100;
    // 0.1 % of 10,000 are ten, whatever 99.9 is as a double.
    sample.samples_above[i] = static_cast<int64_t>(std::floor(above + 1e-6));
  }
  if (log == nullptr || log->intervals.size() < kLeastIntervals) return sample;
  RandomNumbers random(seed, stream);
  sample.deviations.resize(kResamples);
  DrawLatencies(*log, random, sample.deviations);
  DrawCounters(result, random, sample.deviations);
  return sample;
}

}  // namespace wsload
