// A run's files in a directory: whose they are, and how they make room for another's.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace wsload {

inline constexpr char kResultFile[] = "result.json";
inline constexpr char kTimeseriesFile[] = "timeseries.csv";
inline constexpr char kReportFile[] = "report.html";
/// There as long as the run goes on.
inline constexpr char kRunFile[] = "run.json";

/// Whether any file of a run is in `dir`.
bool HasRun(const std::string& dir);

/// The id of the run whose files are in `dir`, as they say it; empty when none says so.
std::string RunIn(const std::string& dir);

/// Moves the files of a run to `dir`/<its id>, or, when there is one already, to a name beside it; answers which, and
/// nothing when there are no files. kUnavailable: one line.
absl::StatusOr<std::string> MoveOlderRun(const std::string& dir);

}  // namespace wsload
