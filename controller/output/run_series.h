// What is said of the runs of -repeat together, and kept beside them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/util/language.h"
#include "controller/result/run_result.h"

namespace wsload {

/// As much of a run as is said once all are over: without its agents and its series, which are in its own files.
RunResult ForSeries(const RunResult& result);

/// A table of the main figures, median and spread, and a line for each run.
std::string SeriesSummary(Language language, const std::vector<RunResult>& runs);

/// The same in Markdown.
std::string SeriesMarkdown(Language language, const std::vector<RunResult>& runs);

/// junit.xml with a suite for each run, and summary.md. The error is one line.
absl::Status WriteSeriesFiles(const std::string& dir, Language language, const std::vector<RunResult>& runs);

}  // namespace wsload
