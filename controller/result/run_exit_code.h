// What the controller's exit says about its run.
#pragma once

#include <algorithm>

#include "common/exit_code.h"
#include "controller/result/run_result.h"
#include "controller/result/threshold_judgement.h"

namespace wsload {

/// An error and a run that failed by itself outrank broken thresholds, these an interruption, and that the verdict.
/// That -abort-on-fail stopped a run is no interruption.
inline ExitCode ExitCodeOf(const RunResult& result) {
  if (!result.error.ok()) return ExitCode::kError;
  if (result.outcome == RunOutcome::kFailed) {
    const auto& reasons = result.outcome_reasons;
    const bool by_thresholds = !reasons.empty() && std::all_of(reasons.begin(), reasons.end(), IsOfThreshold);
    return by_thresholds ? ExitCode::kServerFailed : ExitCode::kError;
  }
  if (result.interrupted && !result.abort_reason.has_value()) return ExitCode::kInterrupted;
  switch (result.verdict) {
    case Verdict::kGeneratorLimited: {
      const bool accepted = result.outcome == RunOutcome::kPassed && result.accept == Accepted::kGeneratorLimited;
      return accepted ? ExitCode::kPassed : ExitCode::kGeneratorLimited;
    }
    case Verdict::kDegraded:
      return ExitCode::kDegraded;
    case Verdict::kValid:
      break;
  }
  return ExitCode::kPassed;
}

}  // namespace wsload
