// What became of a run's thresholds, in lines.
#pragma once

#include <string>

#include "common/util/language.h"
#include "controller/result/run_result.h"

namespace wsload {

/// How many were kept.
int64_t ThresholdsKept(const RunResult& result);

/// "failed (2 of 3 kept)"; "none given: nothing was judged".
std::string ThresholdsText(Language language, const RunResult& result);

/// "589 ms", "not measured".
std::string ThresholdValueText(Language language, const ThresholdResult& judged);

/// "kept", "BROKEN", "open".
std::string ThresholdStateText(Language language, const ThresholdResult& judged);

/// "Thresholds: ..." with a line for each of them.
std::string ThresholdLines(Language language, const RunResult& result);

/// The run in one line: "VALID 800.0/s ok 99.80 % p50 4.6 ms p99 589 ms | thresholds 2/3 | 86270a2a".
std::string QuietLine(Language language, const RunResult& result);

}  // namespace wsload
