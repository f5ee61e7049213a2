// How many worker threads carry a run out.
#pragma once

#include <cstdint>

namespace wsload {

/// Of one agent.
inline constexpr int32_t kMaxWorkers = 1024;

/// Worker threads that an agent runs a plan with: its own -workers, else the plan's, else one per core.
int WorkersFor(int agent_workers, int plan_workers, int cores);

}  // namespace wsload
