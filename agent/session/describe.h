// An agent's account of itself, for the check before a run.
#pragma once

#include "agent/session/agent_config.h"
#include "common/net/source_list.h"
#include "common/plan/means.h"
#include "common/time/clock.h"
#include "wsload/v1/describe.pb.h"

namespace wsload {

/// What the agent and its host can carry now, connecting from `sources`. Reads the host's facts when the config knows
/// how.
Means MeansOf(const AgentConfig& config, const SourceList& sources);

/// Everything but the run under way, which only the thread of `config.slot` may read: AddRun(). Blocks up to 3 s when
/// the request names a target, and up to the plan's connect timeout, 33 s at most, when it asks for an upgrade.
v1::DescribeResponse Describe(const AgentConfig& config, const v1::DescribeRequest& request);

/// The run that holds the slot, and the time.
void AddRun(const AgentConfig& config, const Clock& clock, v1::DescribeResponse& response);

}  // namespace wsload
