// -push-url: what is posted to a back end, when, and by whom.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/plan/run_plan.h"
#include "common/schedule/progression.h"
#include "common/schedule/schedule.h"

namespace wsload {

// In -push-body.
inline constexpr std::string_view kUserHole = "{{user}}";
inline constexpr std::string_view kStampHole = "{{stamp}}";
inline constexpr int64_t kMostPushBodyBytes = 64 << 10;

/// Whose stamps those of posts are: no agent's.
inline constexpr int32_t kPostedAgent = (1 << 14) - 1;

/// Post i of the run is for client i mod clients. Without -push-url there is none.
Schedule PostScheduleOf(const RunPlan& plan);

/// What worker `worker` of `workers` posts on agent `agent` of `agents`.
Progression PostsOf(const RunPlan& plan, int agent, int agents, int worker, int workers);

}  // namespace wsload
