// How thresholds stand, for programs.
#pragma once

#include <span>

#include "controller/output/json_writer.h"
#include "controller/result/run_result.h"

namespace wsload {

/// The member "thresholds", an array: result.json's, and that of an interval.
void WriteThresholds(JsonWriter& json, std::span<const ThresholdResult> thresholds);

}  // namespace wsload
