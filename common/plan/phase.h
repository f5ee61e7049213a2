// The phases of a run.
#pragma once

#include <array>

#include "common/util/choice.h"

namespace wsload {

/// In order. Each report belongs to one.
enum class Phase { kConnect, kWarmUp, kMeasure, kDrain, kClose };

/// As result.json, the time series and the metrics name them.
template <>
inline constexpr std::array kChoices<Phase> = {Choice{Phase::kConnect, "connect"}, Choice{Phase::kWarmUp, "warm_up"},
                                               Choice{Phase::kMeasure, "measure"}, Choice{Phase::kDrain, "drain"},
                                               Choice{Phase::kClose, "close"}};

}  // namespace wsload
