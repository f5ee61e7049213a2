#include "common/plan/workers.h"

#include <algorithm>

namespace wsload {

int WorkersFor(int agent_workers, int plan_workers, int cores) {
  if (agent_workers > 0) return agent_workers;
  return plan_workers > 0 ? plan_workers : std::max(1, cores);
}

}  // namespace wsload
