// What to do about a cause of failure. A hint never names a flag that the program would refuse in this run.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "common/lang/statement.h"
#include "common/plan/run_plan.h"
#include "common/stats/counters.h"

namespace wsload {

/// What is known of the run that a hint is about; both outlive the call.
struct HintContext {
  const RunPlan& plan;
  const Counters& totals;
};

/// For the causes of ConnectionCounters' failures and losses; none for causes that explain themselves.
std::optional<Statement> ConnectionHint(std::string_view cause, const HintContext& run);

/// For messages that failed, were not sent or were acknowledged late.
std::vector<Statement> MessageHints(const HintContext& run);

}  // namespace wsload
