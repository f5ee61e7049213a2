// Two sides of runs compared, metric by metric. The run is the unit: how far runs of one side differ from each other
// says what a difference between the sides is worth. docs/compare.md has the reasons.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/lang/statement.h"
#include "common/util/choice.h"
#include "controller/compare/metric.h"
#include "controller/compare/run_sample.h"

namespace wsload {

enum class Answer {
  kWorse,
  kBetter,
  kSame,         ///< the whole interval is within what does not matter
  kUndecided,    ///< the runs differ too much, or are too few, for any of these
  kNotJudged,    ///< one run a side
  kNotCompared,  ///< too few samples, or nothing at all in a run
};

template <>
inline constexpr std::array kChoices<Answer> = {Choice{Answer::kWorse, "worse"},
                                                Choice{Answer::kBetter, "better"},
                                                Choice{Answer::kSame, "same"},
                                                Choice{Answer::kUndecided, "undecided"},
                                                Choice{Answer::kNotJudged, "not_judged"},
                                                Choice{Answer::kNotCompared, "not_compared"}};

/// The chance of calling any metric different when nothing is.
inline constexpr double kSignificance = 0.05;
/// A percentile with fewer samples above it is not compared.
inline constexpr int64_t kLeastSamplesAbove = 10;

struct CompareOptions {
  double min_change = 0.05;  ///< a change from which on it matters, as a share
  uint64_t seed = 1;
};

/// Of ratios, B to A.
struct RatioInterval {
  double low = 0;
  double high = 0;
};

struct MetricComparison {
  const MetricInfo* metric = nullptr;
  std::vector<double> a;  ///< by run
  std::vector<double> b;
  double mean_a = 0;  ///< geometric
  double mean_b = 0;
  double ratio = 0;                       ///< of the means, B to A
  std::optional<RatioInterval> interval;  ///< 95 %; none: there is nothing to tell it by
  std::optional<double> p;                ///< none: one run a side
  std::optional<double> p_holm;
  std::optional<double> p_adjusted;  ///< by this it is judged: PermutationTest::p_adjusted
  double min_change = 0;             ///< what matters of this metric
  Answer answer = Answer::kNotCompared;
  std::optional<Statement> remark;  ///< why it is not compared, or how many runs would do
};

struct Comparison {
  std::vector<RunSample> a;
  std::vector<RunSample> b;
  CompareOptions options;
  std::vector<MetricComparison> metrics;  ///< a row of kMetrics each
  std::vector<Statement> remarks;
};

/// Both sides have a run. A pure function of its arguments: the same runs and seed give the same answer.
Comparison Compare(std::vector<RunSample> a, std::vector<RunSample> b, const CompareOptions& options);

/// Whether any metric got this answer.
bool Has(const Comparison& comparison, Answer answer);

}  // namespace wsload
