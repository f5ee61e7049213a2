// timeseries.csv: one line per report interval, all agents merged.
#pragma once

#include <string>

#include "controller/output/load_stages.h"
#include "controller/result/run_result.h"

namespace wsload {

/// RFC 4180 with a header line; units in the column names.
std::string TimeseriesCsv(const RunResult& result);

// The same in parts, each with its line end.
std::string TimeseriesHeader();
/// `stages`: the plan's.
std::string TimeseriesLine(const SeriesPoint& point, const LoadStages& stages);

}  // namespace wsload
