// What `wsload doctor` prints.
#pragma once

#include <string>
#include <vector>

#include "common/util/language.h"
#include "controller/precheck/agent_check.h"

namespace wsload {

/// A table with a row per agent, a line per problem, and a last line that says whether all is well.
std::string DoctorReport(Language language, const std::vector<AgentCheck>& checks);

}  // namespace wsload
