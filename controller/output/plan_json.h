// The plan as result.json shows it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/plan/run_plan.h"
#include "controller/output/json_writer.h"

namespace wsload {

/// One object: every setting that agents got to know, in the units of RunPlan. Keys are left out; credentials in the
/// URL and in headers are redacted.
void WritePlan(JsonWriter& json, const RunPlan& plan);

/// The same as texts, by result.json's names; of headers the names alone.
std::vector<std::pair<std::string, std::string>> PlanTexts(const RunPlan& plan);

}  // namespace wsload
