// Everything about the plan's settings but what they do: the one table that flags, range checks, the wire, result.json
// and the README's test go by. A new setting is a member of RunPlan, a row here, a field in plan.proto of the same
// name, and the code that heeds it.
#pragma once

#include "common/plan/field.h"
#include "common/plan/run_plan.h"

namespace wsload {

/// A row for every member of RunPlan, in the order of the help.
Fields<RunPlan> PlanFields();

}  // namespace wsload
