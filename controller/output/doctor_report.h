// What `wsload doctor` prints.
#pragma once

#include <string>
#include <vector>

#include "controller/output/messages.h"
#include "controller/precheck/agent_check.h"

namespace wsload {

/// A table with a row per agent, a line per problem, and a last line that says whether all is well.
std::string DoctorReport(Language language, const std::vector<AgentCheck>& checks);

/// "agent 10.0.0.7:7400: busy with run X since T; ...", without a line end.
std::string ProblemLine(Language language, const std::string& address, const AgentProblem& problem);

}  // namespace wsload
