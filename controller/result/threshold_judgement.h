// What thresholds make of a run's outcome.
#pragma once

#include "controller/result/judge_options.h"
#include "controller/result/run_result.h"
#include "controller/result/threshold_watch.h"

namespace wsload {

/// Completes a finished result: its thresholds, and, where there are any, outcome and reasons. A run that failed by
/// itself stays so.
///
/// VALID or DEGRADED: passed or failed. GENERATOR_LIMITED: a broken threshold tells nothing of the server, and neither
/// does a kept one that a late generator may have kept: inconclusive. A bound that lateness could only have broken is
/// kept all the same.
void JudgeThresholds(const ThresholdWatch& watch, const JudgeOptions& options, RunResult& result);

/// Whether the reason is a threshold's.
bool IsOfThreshold(const Statement& reason);

}  // namespace wsload
