// What a valid plan cannot measure well, said before the run.
#pragma once

#include <vector>

#include "common/lang/statement.h"
#include "common/plan/run_plan.h"

namespace wsload {

/// Of a plan that is valid.
std::vector<Statement> PlanWarnings(const RunPlan& plan);

}  // namespace wsload
