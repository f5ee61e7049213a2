// What a plan puts on the server, as the console says it.
#pragma once

#include <string>

#include "common/util/language.h"
#include "common/plan/run_plan.h"

namespace wsload {

/// "100 msg/s for 10s", the stages, or no messages; with what the arrivals are when they are not even.
std::string LoadText(Language language, const RunPlan& plan);

/// The plan on one line: clients, load, ramp-up, message size, server.
std::string PlanText(Language language, const RunPlan& plan);

/// The planned rate where room is dear: "20,000", "0.5", "30/m"; of stages their mean.
std::string PlannedRateText(const RunPlan& plan);

}  // namespace wsload
