// What a plan means for one dial: the same for a run's clients and for the check before it.
#pragma once

#include <cstdint>
#include <string>

#include "agent/client/user_token.h"
#include "agent/websocket/dialer.h"
#include "agent/websocket/http_poster.h"
#include "common/plan/run_plan.h"
#include "common/plan/slice.h"

namespace wsload {

/// `clients`: those that the agent dials.
DialOptions DialOptionsOf(const RunPlan& plan, const Progression& clients);

/// For what is posted to a back end.
PostOptions PostOptionsOf(const RunPlan& plan);

/// The token of a user of the run, issued at `unix_ns`; empty when the protocol has none. `encoder` has the plan's
/// key and issuer.
std::string TokenOf(const UserToken& encoder, const RunPlan& plan, int64_t user_id, int64_t unix_ns);

/// Likewise, one that was good until an hour before `unix_ns`.
std::string ExpiredTokenOf(const UserToken& encoder, const RunPlan& plan, int64_t user_id, int64_t unix_ns);

/// The close frame's code for Connection::Close().
uint16_t CloseCodeOf(const RunPlan& plan);

}  // namespace wsload
