#include "controller/compare/permutation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "controller/compare/random_numbers.h"

namespace wsload {
namespace {

/// More ways than these are drawn by lot.
constexpr double kMostWays = 400'000;
constexpr int kDrawnWays = 100'000;
/// Sums of the same numbers in another order differ by less.
constexpr double kRounding = 1e-9;

double WaysToChoose(size_t all, size_t some) {
  double ways = 1;
  for (size_t i = 1; i <= std::min(some, all - some); ++i) {
    ways = ways * static_cast<double>(all + 1 - i) / static_cast<double>(i);
  }
  return ways;
}

/// Metrics centred and scaled by the spread over all runs, which no way of dealing changes: differences of their means
/// then compare from metric to metric as their t statistics do. Without a spread they are all 0.
ValuesByRun Standardized(ValuesByRun values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (double& value : values) {
    value -= mean;
    squares += value * value;
  }
  const double spread = std::sqrt(squares / n);
  const double noise = std::numeric_limits<double>::epsilon() * 16 * std::max(1.0, std::fabs(mean));
  for (double& value : values) value = spread > noise ? value / spread : 0;
  return values;
}

class Counter {
 public:
  Counter(const std::vector<ValuesByRun>& metrics, size_t first) : first_(first) {
    for (const ValuesByRun& metric : metrics) values_.push_back(Standardized(metric));
    count_.resize(values_.size());
    count_of_max_.resize(values_.size());
    differences_.resize(values_.size());
    observed_.resize(values_.size());
    std::vector<size_t> dealt(first);
    std::iota(dealt.begin(), dealt.end(), 0);
    Measure(dealt);
    observed_ = differences_;
    order_.resize(values_.size());
    std::iota(order_.begin(), order_.end(), 0);
    std::stable_sort(order_.begin(), order_.end(), [&](size_t a, size_t b) { return observed_[a] > observed_[b]; });
  }

  /// `dealt`: the places of the runs in the first group.
  void Count(const std::vector<size_t>& dealt) {
    Measure(dealt);
    ++ways_;
    double largest = 0;
    for (size_t i = order_.size(); i-- > 0;) {
      const size_t metric = order_[i];
      const double bound = observed_[metric] - kRounding;
      largest = std::max(largest, differences_[metric]);
      if (differences_[metric] >= bound) ++count_[metric];
      if (largest >= bound) ++count_of_max_[metric];
    }
  }

  PermutationTest Finish(bool exact) const {
    PermutationTest test{.ways = ways_, .exact = exact};
    test.p_adjusted.resize(order_.size());
    double before = 0;
    for (const size_t metric : order_) {
      before = std::max(before, Share(count_of_max_[metric]));
      test.p_adjusted[metric] = before;
    }
    for (const uint64_t count : count_) test.p.push_back(Share(count));
    return test;
  }

 private:
  double Share(uint64_t count) const { return static_cast<double>(count) / static_cast<double>(ways_); }

  void Measure(const std::vector<size_t>& dealt) {
    for (size_t metric = 0; metric < values_.size(); ++metric) {
      double sum = 0;
      for (const size_t run : dealt) sum += values_[metric][run];
      // The mean of all is 0: the other group's sum is the same below 0.
      const auto first = static_cast<double>(first_);
      const auto second = static_cast<double>(values_[metric].size() - first_);
      differences_[metric] = std::fabs(sum / first + sum / second);
    }
  }

  const size_t first_;
  std::vector<ValuesByRun> values_;
  std::vector<double> observed_;
  std::vector<double> differences_;
  std::vector<size_t> order_;  ///< of metrics, the largest observed difference first
  std::vector<uint64_t> count_;
  std::vector<uint64_t> count_of_max_;
  uint64_t ways_ = 0;
};

/// The next one in order; false: that was the last.
bool NextSubset(std::vector<size_t>& subset, size_t all) {
  for (size_t i = subset.size(); i-- > 0;) {
    if (subset[i] == all - subset.size() + i) continue;
    ++subset[i];
    for (size_t k = i + 1; k < subset.size(); ++k) subset[k] = subset[k - 1] + 1;
    return true;
  }
  return false;
}

}  // namespace

PermutationTest TestByPermutation(const std::vector<ValuesByRun>& metrics, size_t first, uint64_t seed) {
  if (metrics.empty()) return {};
  const size_t all = metrics.front().size();
  Counter counter(metrics, first);
  std::vector<size_t> dealt(first);
  std::iota(dealt.begin(), dealt.end(), 0);
  if (WaysToChoose(all, first) <= kMostWays) {
    do {
      counter.Count(dealt);
    } while (NextSubset(dealt, all));
    return counter.Finish(true);
  }
  // What was observed is one of the ways: p is never 0.
  counter.Count(dealt);
  RandomNumbers random(seed, all);
  std::vector<size_t> runs(all);
  std::iota(runs.begin(), runs.end(), 0);
  for (int way = 1; way < kDrawnWays; ++way) {
    for (size_t i = 0; i < first; ++i) std::swap(runs[i], runs[i + random.Below(all - i)]);
    std::copy_n(runs.begin(), first, dealt.begin());
    counter.Count(dealt);
  }
  return counter.Finish(false);
}

std::vector<double> HolmAdjusted(const std::vector<double>& p) {
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double before = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    before = std::max(before, std::min(1.0, p[order[i]] * static_cast<double>(p.size() - i)));
    adjusted[order[i]] = before;
  }
  return adjusted;
}

double LeastP(size_t first, size_t second) {
  // In groups of one size every way has its mirror image, which differs as much.
  return (first == second ? 2 : 1) / WaysToChoose(first + second, first);
}

}  // namespace wsload
