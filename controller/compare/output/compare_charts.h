// The drawings of compare.html, as inline SVG: no library, no script.
#pragma once

#include <string>

#include "controller/compare/comparison.h"

namespace wsload {

/// Response time against percentile, both logarithmic, a line for every run and one for each side's runs together.
/// Empty without a response.
std::string PercentileCurves(const Comparison& comparison);

/// A metric of every run as a dot: hollow ones of A, full ones of B.
std::string RunDots(const MetricComparison& metric);

/// The change and its interval as a bar, on an axis from -`most` to `most` (a logarithm of ratios), with what does not
/// matter shaded.
std::string ChangeBar(const MetricComparison& metric, double most);

/// An axis on which all the intervals have room.
double WidestChange(const Comparison& comparison);

}  // namespace wsload
