// The directory of -out=DIR: made, checked before the run, files written whole or not at all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/util/language.h"
#include "controller/result/run_result.h"

namespace wsload {

/// What -out=none keeps: nothing.
inline constexpr char kNoOutput[] = "none";
/// Where runs without -out are kept, below the working directory.
inline constexpr char kDefaultOutputDir[] = "wsload-results";

/// Where a run's files go: `out` as -out has it; without it wsload-results/20261128-201500-<run id>, in UTC; empty for
/// none.
std::string OutputDirOf(std::string_view out, std::string_view run_id, int64_t unix_ns);

/// Makes `dir` (and its parents) and proves that a file can be written there. kUnavailable: a line about `dir` alone.
absl::Status MakeOutputDir(const std::string& dir);

/// MakeOutputDir() for a directory that was asked for. kInvalidArgument: one line.
absl::Status PrepareOutputDir(const std::string& dir);

/// Takes back MakeOutputDir() of a default directory, as far as nothing is in there.
void RemoveEmptyOutputDir(const std::string& dir);

/// result.json, timeseries.csv, report.html and summary.md (which open in, and are in, `language`), junit.xml and,
/// where there was a response, latency.hgrm, each whole or not at all. The error is one line.
absl::Status WriteResultFiles(const std::string& dir, const RunResult& result, Language language = Language::kEnglish);

/// report.html of the result.json in `dir`; answers its path. kInvalidArgument: one line on what is wrong with `dir`,
/// kUnavailable on why it cannot be written.
absl::StatusOr<std::string> WriteReport(const std::string& dir, Language language);

}  // namespace wsload
