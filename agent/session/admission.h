// Whether an agent takes the run that a controller assigns.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/session/agent_config.h"
#include "common/lang/statement.h"
#include "common/plan/run_plan.h"
#include "common/plan/slice.h"
#include "wsload/v1/control.pb.h"

namespace wsload {

/// A run and this agent's slice of it.
struct Assignment {
  std::string run_id;
  RunPlan plan;
  Slice slice;
};

/// Checks again what the controller has checked, as an agent trusts nobody. kFailedPrecondition: another version;
/// kPermissionDenied: a server that this agent is not to be used against; kInvalidArgument: all else.
absl::StatusOr<Assignment> ReadAssignment(const v1::Assign& assign, const AgentConfig& config);

/// Puts into the plan what this agent's own settings say. kResourceExhausted: the host is too small for it;
/// kInvalidArgument: its addresses are not this host's.
absl::Status FitToHost(const AgentConfig& config, Assignment& run);

/// How such a status is told; kUnavailable: busy.
v1::Refused::Code RefusalCode(const absl::Status& status);
Statement RefusalOf(const absl::Status& status);

}  // namespace wsload
