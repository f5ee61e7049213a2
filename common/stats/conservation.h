// What must hold of the figures when a load is over: they end the program rather than reach a report.
#pragma once

#include "common/stats/counters.h"

namespace wsload {

/// A check (WSLOAD_CHECK) that every message of `totals` has an end, every dial a result, and every connection is gone.
/// For figures of this program's own load; what others claim is judged, not checked.
void CheckAllEnded(const Counters& totals);

/// A check that `totals` and `parts`, which were added up on different ways, are the same, count by count. Causes are
/// left out: beyond kMaxNamedCauses of them, which a server can bring about, the order of adding decides on their
/// names.
void CheckSameCounts(const Counters& totals, const Counters& parts);

}  // namespace wsload
