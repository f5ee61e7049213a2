// Final reconciliation: where two accounts of the same run differ.
#pragma once

#include "common/stats/stats.h"
#include "common/util/local_text.h"

namespace wsload {

/// Empty when `told` and `summed` are the same, otherwise the first field that differs with both figures
/// ("success is 101, the reports add up to 100").
LocalString FirstDifference(const Stats& told, const Stats& summed);

}  // namespace wsload
