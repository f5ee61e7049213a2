#include "controller/compare/comparison.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "controller/compare/permutation.h"
#include "controller/compare/random_numbers.h"

namespace wsload {
namespace {

constexpr int kDraws = 2'000;
constexpr double kNormal975 = 1.959964;
/// The advice for more runs ends here.
constexpr int64_t kMostRunsWanted = 50;
/// With fewer no difference can be called one, whatever the runs are.
constexpr int64_t kUsualRuns = 5;

double Mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<double> Logs(const std::vector<double>& values) {
  std::vector<double> logs;
  for (const double value : values) logs.push_back(std::log(value));
  return logs;
}

/// What Student's 97.5 % point is over the normal distribution's: Cornish and Fisher's expansion.
double StudentOverNormal(size_t degrees) {
  const double z = kNormal975;
  const double n = static_cast<double>(degrees);
  const double z2 = z * z;
  return 1 + (z2 + 1) / (4 * n) + ((5 * z2 + 16) * z2 + 3) / (96 * n * n) +
         (((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * n * n * n);
}

/// One side of one metric: draws its mean anew, from its runs and within them.
class Side {
 public:
  Side(const std::vector<RunSample>& runs, size_t metric, std::vector<double> logs)
      : runs_(runs), metric_(metric), logs_(std::move(logs)), mean_(Mean(logs_)) {}

  /// How far each run is from the mean, with the spread that runs have rather than that of these few.
  std::vector<double> Residuals() const {
    std::vector<double> residuals;
    const double n = static_cast<double>(logs_.size());
    for (const double log : logs_) residuals.push_back((log - mean_) * std::sqrt(n / (n - 1)));
    return residuals;
  }

  double Draw(const std::vector<double>& residuals, RandomNumbers& random) const {
    double sum = 0;
    for (size_t i = 0; i < logs_.size(); ++i) {
      if (!residuals.empty()) sum += residuals[random.Below(residuals.size())];
      const auto& deviations = runs_[random.Below(runs_.size())].deviations;
      if (!deviations.empty()) sum += deviations[random.Below(deviations.size())][metric_];
    }
    return mean_ + sum / static_cast<double>(logs_.size());
  }

  double mean() const { return mean_; }
  size_t size() const { return logs_.size(); }

 private:
  const std::vector<RunSample>& runs_;
  const size_t metric_;
  const std::vector<double> logs_;
  const double mean_;
};

bool HasDeviations(const std::vector<RunSample>& runs) {
  return std::all_of(runs.begin(), runs.end(), [](const RunSample& run) { return !run.deviations.empty(); });
}

/// Two levels: runs, and blocks of intervals within a run. Of one run on a side the spread of runs is the other side's.
std::optional<RatioInterval> IntervalOf(const Comparison& comparison, const Side& a, const Side& b, size_t metric) {
  const bool pair = a.size() == 1 && b.size() == 1;
  if (pair && !(HasDeviations(comparison.a) && HasDeviations(comparison.b))) return std::nullopt;
  std::vector<double> of_a = a.size() > 1 ? a.Residuals() : std::vector<double>();
  std::vector<double> of_b = b.size() > 1 ? b.Residuals() : of_a;
  if (of_a.empty()) of_a = of_b;
  const double widened = pair ? 1 : StudentOverNormal(a.size() + b.size() - 2);
  RandomNumbers random(comparison.options.seed, 1'000'000 + metric);
  std::vector<double> draws;
  const double effect = b.mean() - a.mean();
  for (int draw = 0; draw < kDraws; ++draw) {
    draws.push_back(effect + widened * (b.Draw(of_b, random) - a.Draw(of_a, random) - effect));
  }
  std::sort(draws.begin(), draws.end());
  const auto at = [&](double share) { return draws[static_cast<size_t>(share * (kDraws - 1))]; };
  return RatioInterval{.low = std::exp(at(0.025)), .high = std::exp(at(0.975))};
}

/// Why it cannot be compared; nothing: it can.
std::optional<Statement> WhyNot(const Comparison& comparison, size_t metric) {
  for (const auto* side : {&comparison.a, &comparison.b}) {
    for (const RunSample& run : *side) {
      const std::optional<int64_t>& above = run.samples_above[metric];
      if (above.has_value() && *above < kLeastSamplesAbove) {
        return Statement{StatementKind::kTooFewSamplesAbove, {*above, run.name, kLeastSamplesAbove}};
      }
      if (!(run.values[metric] > 0)) return Statement{StatementKind::kMetricIsZero, {run.name}};
    }
  }
  return std::nullopt;
}

/// About how many runs a side it takes to decide: the interval shrinks as the root of their number grows.
int64_t RunsWanted(const MetricComparison& metric, size_t runs) {
  const double effect = std::fabs(std::log(metric.ratio));
  const double matters = std::log1p(metric.min_change);
  const double room = effect < matters ? matters - effect : effect;
  const double half = (std::log(metric.interval->high) - std::log(metric.interval->low)) / 2;
  const double wanted = std::ceil(static_cast<double>(runs) * half * half / std::max(room * room, 1e-9));
  const auto least = std::max<int64_t>(kUsualRuns, static_cast<int64_t>(runs) + 1);
  return std::clamp(static_cast<int64_t>(std::min(wanted, 1e6)), least, kMostRunsWanted);
}

void Judge(MetricComparison& metric, size_t runs) {
  const double matters = std::log1p(metric.min_change);
  const double effect = std::log(metric.ratio);
  if (std::log(metric.interval->low) >= -matters && std::log(metric.interval->high) <= matters) {
    metric.answer = Answer::kSame;
  } else if (*metric.p_adjusted <= kSignificance && std::fabs(effect) >= matters) {
    const bool more_is_better = metric.metric->better == Better::kMore;
    metric.answer = (effect > 0) == more_is_better ? Answer::kBetter : Answer::kWorse;
  } else {
    metric.answer = Answer::kUndecided;
    const int64_t wanted = RunsWanted(metric, runs);
    metric.remark = wanted < kMostRunsWanted ? Statement{StatementKind::kRunsWanted, {wanted}}
                                             : Statement{StatementKind::kManyRunsWanted, {kMostRunsWanted}};
  }
}

MetricComparison MetricOf(const Comparison& comparison, size_t index) {
  MetricComparison metric{.metric = &kMetrics[index]};
  metric.min_change = comparison.options.min_change * metric.metric->min_change_scale;
  for (const RunSample& run : comparison.a) metric.a.push_back(run.values[index]);
  for (const RunSample& run : comparison.b) metric.b.push_back(run.values[index]);
  metric.remark = WhyNot(comparison, index);
  if (metric.remark.has_value()) return metric;
  const Side a(comparison.a, index, Logs(metric.a));
  const Side b(comparison.b, index, Logs(metric.b));
  metric.mean_a = std::exp(a.mean());
  metric.mean_b = std::exp(b.mean());
  metric.ratio = std::exp(b.mean() - a.mean());
  metric.interval = IntervalOf(comparison, a, b, index);
  metric.answer = Answer::kNotJudged;
  return metric;
}

void JudgeAll(Comparison& comparison) {
  std::vector<MetricComparison*> compared;
  std::vector<ValuesByRun> values;
  for (MetricComparison& metric : comparison.metrics) {
    if (metric.answer == Answer::kNotCompared) continue;
    compared.push_back(&metric);
    values.push_back(Logs(metric.a));
    const std::vector<double> second = Logs(metric.b);
    values.back().insert(values.back().end(), second.begin(), second.end());
  }
  const PermutationTest test = TestByPermutation(values, comparison.a.size(), comparison.options.seed);
  const std::vector<double> holm = HolmAdjusted(test.p);
  for (size_t i = 0; i < compared.size(); ++i) {
    compared[i]->p = test.p[i];
    compared[i]->p_holm = holm[i];
    compared[i]->p_adjusted = test.p_adjusted[i];
    Judge(*compared[i], std::min(comparison.a.size(), comparison.b.size()));
  }
}

/// All of one side before all of the other.
bool InTurnsNever(const std::vector<RunSample>& a, const std::vector<RunSample>& b) {
  const auto earlier = [](const RunSample& x, const RunSample& y) { return x.started_unix_ns < y.started_unix_ns; };
  const auto [first_a, last_a] = std::minmax_element(a.begin(), a.end(), earlier);
  const auto [first_b, last_b] = std::minmax_element(b.begin(), b.end(), earlier);
  return earlier(*last_a, *first_b) || earlier(*last_b, *first_a);
}

void AddRemarks(Comparison& comparison) {
  const auto runs_a = static_cast<int64_t>(comparison.a.size());
  const auto runs_b = static_cast<int64_t>(comparison.b.size());
  const bool pair = runs_a == 1 && runs_b == 1;
  const double least_p = LeastP(comparison.a.size(), comparison.b.size());
  if (pair) {
    comparison.remarks.push_back({StatementKind::kOneRunEach, {kUsualRuns}});
  } else if (least_p > kSignificance) {
    comparison.remarks.push_back({StatementKind::kTooFewRuns, {runs_a, runs_b, kUsualRuns, least_p, kSignificance}});
  }
  if (!pair && InTurnsNever(comparison.a, comparison.b)) {
    comparison.remarks.push_back({StatementKind::kRunsNotInTurns});
  }
  for (const auto* side : {&comparison.a, &comparison.b}) {
    for (const RunSample& run : *side) {
      if (run.deviations.empty()) {
        comparison.remarks.push_back(
            {StatementKind::kNoIntervalsOfRun, {run.name, static_cast<int64_t>(kLeastIntervals)}});
      }
    }
  }
}

}  // namespace

Comparison Compare(std::vector<RunSample> a, std::vector<RunSample> b, const CompareOptions& options) {
  Comparison comparison{.a = std::move(a), .b = std::move(b), .options = options};
  for (size_t i = 0; i < kMetrics.size(); ++i) comparison.metrics.push_back(MetricOf(comparison, i));
  if (comparison.a.size() > 1 || comparison.b.size() > 1) JudgeAll(comparison);
  AddRemarks(comparison);
  return comparison;
}

bool Has(const Comparison& comparison, Answer answer) {
  return std::any_of(comparison.metrics.begin(), comparison.metrics.end(),
                     [&](const MetricComparison& metric) { return metric.answer == answer; });
}

}  // namespace wsload
