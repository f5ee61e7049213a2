// Whether a run says that the server failed. Thresholds say more; this is what needs none.
#pragma once

#include <vector>

#include "common/lang/statement.h"
#include "controller/result/run_result.h"

namespace wsload {

/// A pure function of the finished result: the run could not be carried out, opened no connection, or none of its
/// messages succeeded. Empty: none of these. A run that was interrupted before it came to that is not judged.
std::vector<Statement> ReasonsOfFailure(const RunResult& result);

}  // namespace wsload
