#include "controller/result/threshold_judgement.h"

#include <algorithm>
#include <iterator>

#include "controller/result/threshold_value.h"

namespace wsload {
namespace {

using Figure = Threshold::Figure;
using ReasonKind = StatementKind;

/// That the generator was late can only have made the figure worse.
bool StandsWithLateGenerator(const Threshold& threshold) {
  if (threshold.figure == Figure::kSuccessRate || threshold.figure == Figure::kRate) return !threshold.IsUpperBound();
  // What the generator did not count against the server, and what is about itself.
  if (threshold.histogram == &Stats::service || threshold.histogram == &Stats::send_lag) return false;
  return threshold.IsUpperBound();
}

Statement ReasonOf(const ThresholdResult& judged) {
  const Threshold& threshold = judged.threshold;
  if (!judged.value.has_value()) return {ReasonKind::kThresholdNotMeasured, {threshold.expression}};
  return {ReasonKind::kThresholdBroken, {threshold.metric, ValueText(threshold, *judged.value), BoundText(threshold)}};
}

}  // namespace

bool IsOfThreshold(const Statement& reason) {
  constexpr ReasonKind kKinds[] = {ReasonKind::kThresholdBroken, ReasonKind::kThresholdNotMeasured,
                                   ReasonKind::kThresholdAborted, ReasonKind::kThresholdAbortedUnmeasured,
                                   ReasonKind::kThresholdProvesNothing};
  return std::find(std::begin(kKinds), std::end(kKinds), reason.kind) != std::end(kKinds);
}

void JudgeThresholds(const ThresholdWatch& watch, const JudgeOptions& options, RunResult& result) {
  result.accept = options.accept;
  result.abort_reason = watch.abort_reason();
  if (!result.error.ok()) return;
  result.thresholds = watch.Judge(result);
  if (result.thresholds.empty()) return;
  const bool limited = result.verdict == Verdict::kGeneratorLimited;
  bool all_judged = true;
  std::vector<Statement> reasons;
  for (const ThresholdResult& judged : result.thresholds) {
    if (!judged.passed.has_value()) {
      all_judged = false;
    } else if (judged.aborted_run) {
      reasons.push_back(*watch.abort_reason());
    } else if (!*judged.passed) {
      reasons.push_back(ReasonOf(judged));
    } else if (limited && !StandsWithLateGenerator(judged.threshold)) {
      reasons.push_back({ReasonKind::kThresholdProvesNothing, {judged.threshold.expression}});
    }
  }
  const bool failed_by_itself = result.outcome == RunOutcome::kFailed;
  if (!failed_by_itself) {
    result.outcome = !reasons.empty() ? limited ? RunOutcome::kInconclusive : RunOutcome::kFailed
                     : all_judged     ? RunOutcome::kPassed
                                      : RunOutcome::kNotJudged;
  }
  std::move(reasons.begin(), reasons.end(), std::back_inserter(result.outcome_reasons));
}

}  // namespace wsload
