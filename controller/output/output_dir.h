// The directory of -out=DIR: made, checked before the run, files written whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "controller/result/run_result.h"

namespace wsload {

/// Makes `dir` (and its parents) and proves that a file can be written there. kInvalidArgument: one line.
absl::Status PrepareOutputDir(const std::string& dir);

/// Writes beside `path` and renames: a reader sees the old file or the whole new one. The error is one line.
absl::Status WriteFileAtomically(const std::string& path, std::string_view content);

/// result.json and timeseries.csv.
absl::Status WriteResultFiles(const std::string& dir, const RunResult& result);

}  // namespace wsload
