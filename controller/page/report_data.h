// What a report holds of a result.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload {

/// Of longer series neighbours are made one.
inline constexpr size_t kMostReportPoints = 3600;

/// result.json on one line, as it is but for two things that would make a report of many agents or hours too large to
/// open: the histograms of the single agents are left out (the merged ones stay), and series are thinned to some
/// kMostReportPoints. Reads value by value. kInvalidArgument: a line about the text alone ("is no result of wsload").
absl::StatusOr<std::string> ReportData(std::string_view result_json);

}  // namespace wsload
