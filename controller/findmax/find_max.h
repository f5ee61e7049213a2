// The search carried out: a trial after the other, until it is over.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/time/clock.h"
#include "controller/findmax/find_max_result.h"

namespace wsload {

/// Who carries trials out.
class TrialRunner {
 public:
  virtual ~TrialRunner() = default;

  /// Blocks until it is over. kCancelled: somebody wants no more of them. All else: it could not be carried out.
  virtual absl::StatusOr<RunResult> RunTrial(const TrialInput& trial) = 0;
};

/// Completes `result`, of which variable, options and the like are set. `tell` hears of every trial. Not OK: a trial
/// could not be carried out; what was found before is in `result` all the same.
absl::Status FindMax(const Clock& clock, TrialRunner& runner, const std::function<void(const FindMaxTrial&)>& tell,
                     FindMaxResult& result);

}  // namespace wsload
