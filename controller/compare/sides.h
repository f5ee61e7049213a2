// Which of the runs that were named may be compared at all.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/lang/statement.h"
#include "controller/archive/run_archive.h"

namespace wsload {

struct Sides {
  std::vector<ArchivedRun> a;
  std::vector<ArchivedRun> b;
  std::vector<Statement> remarks;  ///< who was left out, and what differs
};

/// Leaves out runs whose measurement is not VALID. Settings that differ are kInvalidArgument with a line for each,
/// unless `force`; the server may differ, as it is what is compared. kUnavailable: a side has no run left.
absl::StatusOr<Sides> ChooseRuns(std::vector<ArchivedRun> a, std::vector<ArchivedRun> b, bool force);

}  // namespace wsload
