// A run's files in a directory: whose they are, and how they make room for another's.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace wsload {

inline constexpr char kResultFile[] = "result.json";
inline constexpr char kTimeseriesFile[] = "timeseries.csv";
inline constexpr char kLatencyLogFile[] = "latency.hlog";
inline constexpr char kPercentilesFile[] = "latency.hgrm";
inline constexpr char kJunitFile[] = "junit.xml";
inline constexpr char kSummaryFile[] = "summary.md";
/// Beside its trials, which are runs.
inline constexpr char kFindMaxFile[] = "find_max.json";
inline constexpr char kReportFile[] = "report.html";
/// There as long as the run goes on.
inline constexpr char kRunFile[] = "run.json";

/// Whether any file of a run is in `dir`.
bool HasRun(const std::string& dir);

/// The id of the run whose files are in `dir`, as they say it; empty when none says so.
std::string RunIn(const std::string& dir);

/// Where the runs of -repeat are: `dir`/run-1 and so on.
std::string RunDirIn(const std::string& dir, int number);

/// Moves the files of a run, or of several that -repeat made, to `dir`/<its id, or the first one's>, or, when there is
/// one already, to a name beside it; answers which, and nothing when there are no files. kUnavailable: one line.
absl::StatusOr<std::string> MoveOlderRun(const std::string& dir);

}  // namespace wsload
