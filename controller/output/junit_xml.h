// Results as JUnit's XML, which every CI system reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/result/run_result.h"

namespace wsload {

/// `text` as it may stand in an attribute or between tags, whatever it holds: what XML 1.0 cannot hold, and bytes that
/// are no UTF-8, become U+FFFD.
std::string XmlText(std::string_view text);

/// A suite for each run, with the plan as its properties and one case for the measurement, and for each threshold. A
/// broken threshold is a failure; one that was not measured, and a measurement that does not pass, is an error; what an
/// inconclusive or interrupted run does not tell is skipped. In English.
std::string JunitXml(const std::vector<const RunResult*>& runs);

}  // namespace wsload
