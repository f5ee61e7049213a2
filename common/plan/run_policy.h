// What the controller does with a run around what its agents need to know of it.
#pragma once

#include <cstdint>

#include "common/time/clock.h"

namespace wsload {

/// What becomes of a run that loses an agent.
enum class AgentLossPolicy {
  kFail,       ///< it ends
  kContinue,   ///< it goes on without the agent's share
  kRebalance,  ///< the others take the share over
};

/// As -on-agent-loss and result.json name it.
constexpr const char* AgentLossPolicyName(AgentLossPolicy policy) {
  switch (policy) {
    case AgentLossPolicy::kFail:
      return "fail";
    case AgentLossPolicy::kContinue:
      return "continue";
    case AgentLossPolicy::kRebalance:
      return "rebalance";
  }
  return "fail";
}

/// Agents never see it.
struct RunPolicy {
  AgentLossPolicy on_agent_loss = AgentLossPolicy::kFail;
  int64_t agent_lease_ns = 5 * kNsPerSecond;
};

}  // namespace wsload
