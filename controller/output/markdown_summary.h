// A run in Markdown, for a pull request or a step summary.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/util/language.h"
#include "controller/result/run_result.h"

namespace wsload {

/// `text` as it stands, in a line or a table's cell, whatever it holds.
std::string MarkdownText(std::string_view text);

/// A table's row, a line.
std::string MarkdownRow(const std::vector<std::string>& cells);

/// Measurement, thresholds, the classic figures, latencies and failures.
std::string MarkdownSummary(Language language, const RunResult& result);

}  // namespace wsload
