// What a program's exit says about its run.
#pragma once

#include "controller/result/run_result.h"

namespace wsload {

enum class ExitCode : int {
  kPassed = 0,
  kError = 1,  ///< the run could not be carried out
  kDegraded = 102,
  kGeneratorLimited = 103,
  kBadFlags = 104,
  kInterrupted = 105,  ///< with a valid partial result
};

/// An error outranks an interruption, an interruption outranks the verdict.
inline ExitCode ExitCodeOf(const RunResult& result) {
  if (!result.error.ok()) return ExitCode::kError;
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
