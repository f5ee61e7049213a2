// What a person reads at the end of a run.
#pragma once

#include <string>

#include "controller/output/messages.h"
#include "controller/result/run_result.h"

namespace wsload {

/// The whole summary: plan, classic figures, latencies, failures with what to do, agents; measurement and
/// thresholds with their reasons last.
std::string ConsoleSummary(Language language, const RunResult& result);

/// Measurement, thresholds and, where the run failed by itself, the outcome, with their reasons; the error when there
/// is no result.
std::string ConsoleVerdict(Language language, const RunResult& result);

}  // namespace wsload
