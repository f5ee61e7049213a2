// What went over the connections beside messages and their answers, and is
// worth a line.
#pragma once

#include <vector>

#include "common/lang/statement.h"
#include "common/stats/counters.h"

namespace wsload {

/// One statement for each figure that is not zero and ought to be, or that would otherwise be seen in result.json
/// alone.
std::vector<Statement> AlsoSeen(const Counters& totals);

}  // namespace wsload
