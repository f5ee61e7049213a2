// What the controller's exit says about its run.
#pragma once

#include "common/exit_code.h"
#include "controller/result/run_result.h"

namespace wsload {

/// An error and a failed outcome outrank an interruption, an interruption outranks the verdict.
inline ExitCode ExitCodeOf(const RunResult& result) {
  if (!result.error.ok() || result.outcome == RunOutcome::kFailed) return ExitCode::kError;
  if (result.interrupted) return ExitCode::kInterrupted;
  switch (result.verdict) {
    case Verdict::kGeneratorLimited:
      return ExitCode::kGeneratorLimited;
    case Verdict::kDegraded:
      return ExitCode::kDegraded;
    case Verdict::kValid:
      break;
  }
  return ExitCode::kPassed;
}

}  // namespace wsload
