// What became of -compress.
#pragma once

#include <vector>

#include "common/lang/statement.h"
#include "controller/result/run_result.h"

namespace wsload {

/// Nothing when the run did not ask for compression, or no connection opened; else kCompressionAgreed,
/// kCompressionPartly or kCompressionDeclined, and kContextNotKept where it looks like that.
std::vector<Statement> CompressionOutcome(const RunPlan& plan, const Counters& totals);

/// The warnings among them.
std::vector<Statement> CompressionWarnings(const RunPlan& plan, const Counters& totals);

}  // namespace wsload
