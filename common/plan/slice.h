// Exact division of a run: over agents, and of an agent's slice over its
// workers, by the same arithmetic.
#pragma once

#include <cstdint>
#include <vector>

#include "common/plan/run_plan.h"
#include "common/schedule/progression.h"

namespace wsload {

/// What an agent or worker owns of the run's clients (by index, 0 <= i < plan.clients) and messages (by index
/// into the schedule).
struct Slice {
  int32_t agent_index = 0;
  int32_t agent_count = 1;
  Progression clients;
  Progression messages;

  friend bool operator==(const Slice&, const Slice&) = default;
};

/// The whole run as one slice.
Slice WholeRun(const RunPlan& plan);

/// `slice` in `parts` >= 1 parts. Clients: position j goes to part j mod parts. Messages:
/// likewise, over the parts that have a client; a part without clients gets no messages, since nobody
/// there could send them. A slice of messages alone, which go over connections that others have, over all parts.
std::vector<Slice> Divide(const Slice& slice, int parts);

/// Divide(WholeRun(plan), agents) with agent_index and agent_count set.
std::vector<Slice> SplitOverAgents(const RunPlan& plan, int agents);

}  // namespace wsload
