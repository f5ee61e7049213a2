// What the exit of several runs of one plan says.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "common/exit_code.h"

namespace wsload {

/// The worst of the runs', by what it says rather than by its number: what could not be carried out, what the server
/// broke, what was interrupted, what the generator blurred, what was smaller than planned. Of none: kPassed.
inline ExitCode WorstOf(const std::vector<ExitCode>& runs) {
  constexpr std::array kWorstFirst = {ExitCode::kBadFlags,         ExitCode::kError,
                                      ExitCode::kServerFailed,  ExitCode::kInterrupted,
                                      ExitCode::kGeneratorLimited, ExitCode::kDegraded};
  for (const ExitCode code : kWorstFirst) {
    if (std::find(runs.begin(), runs.end(), code) != runs.end()) return code;
  }
  return ExitCode::kPassed;
}

/// What no further run would mend: it could not be carried out, or the user has had enough.
inline bool EndsSeries(ExitCode run) {
  return run == ExitCode::kError || run == ExitCode::kBadFlags || run == ExitCode::kInterrupted;
}

/// More than half of `planned` are over, and every one of them came to the same.
inline bool RunsAgree(const std::vector<ExitCode>& runs, int planned) {
  if (2 * static_cast<int>(runs.size()) <= planned) return false;
  return std::all_of(runs.begin(), runs.end(), [&](ExitCode code) { return code == runs.front(); });
}

}  // namespace wsload
