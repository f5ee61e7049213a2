// Runs that were kept: their directories, and what is in them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "controller/archive/result_reader.h"
#include "controller/hdr/interval_log.h"

namespace wsload {

struct ArchivedRun {
  std::string dir;  ///< as it was named
  StoredResult stored;
};

/// The directories of the runs that `dir` stands for: itself, or, where it has no result of its own, its run-1, run-2
/// and so on. kInvalidArgument: one line.
absl::StatusOr<std::vector<std::string>> RunDirectories(const std::string& dir);

/// Its result.json. kInvalidArgument: one line that names the file.
absl::StatusOr<ArchivedRun> ReadRun(const std::string& dir);

/// Its latency.hlog, which is large where the run was long; nothing where there is none. kInvalidArgument: likewise.
absl::StatusOr<std::optional<IntervalLog>> ReadIntervals(const std::string& dir);

}  // namespace wsload
