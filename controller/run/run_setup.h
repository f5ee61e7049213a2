// What a run begins with, and what it says when it does not.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/plan/run_plan.h"
#include "common/plan/slice.h"
#include "common/util/local_text.h"
#include "controller/link/agent_link.h"
#include "controller/result/run_result.h"
#include "wsload/v1/control.pb.h"

namespace wsload {

/// The agents of a result, by address and slice.
std::vector<AgentResult> AgentEntries(const std::vector<std::unique_ptr<AgentLink>>& links,
                                      const std::vector<Slice>& slices);

/// What all agents are told alike; the slice is each one's own.
v1::Assign AssignFor(const std::string& run_id, const RunPlan& plan);

// Why an agent is given up that has missed a deadline.
LocalString NoAnswerWithin(int64_t ns);
LocalString NotReadyAfter(int64_t ns);
LocalString NoReportWithin(int64_t ns);

/// kUnavailable: one line of some of `failures`, one for each agent that cannot take part.
absl::Status SetupError(const std::vector<LocalString>& failures);

}  // namespace wsload
