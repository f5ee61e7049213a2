// A comparison as text: for the console, and for a pull request.
#pragma once

#include <string>

#include "common/util/language.h"
#include "controller/compare/comparison.h"

namespace wsload {

/// "20.3 ms", "99.87 %", "800.00/s".
std::string MetricValueText(const MetricInfo& metric, double value);
/// "+9.9 %" of a ratio of 1.099.
std::string ChangeText(double ratio);
/// "+8.1 .. +11.7 %"; "-" when there is none.
std::string IntervalText(const MetricComparison& metric);
/// "0.008", "<0.001"; "-" when there is none.
std::string PText(const MetricComparison& metric);
/// The answer, and what is said of the metric beside it.
std::string AnswerText(Language language, const MetricComparison& metric);
std::string HeadlineText(Language language, const Comparison& comparison);

/// Several lines.
std::string CompareTable(Language language, const Comparison& comparison);

/// compare.md: GitHub's tables.
std::string CompareMarkdown(Language language, const Comparison& comparison);

}  // namespace wsload
