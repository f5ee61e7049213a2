// The directory of -out=DIR: made, checked before the run, files written whole or not at all.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "controller/result/run_result.h"

namespace wsload {

/// Makes `dir` (and its parents) and proves that a file can be written there. kInvalidArgument: one line.
absl::Status PrepareOutputDir(const std::string& dir);

/// result.json and timeseries.csv, each whole or not at all. The error is one line.
absl::Status WriteResultFiles(const std::string& dir, const RunResult& result);

}  // namespace wsload
