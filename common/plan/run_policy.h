// What the controller does with a run around what its agents need to know of it.
#pragma once

#include <array>
#include <cstdint>

#include "common/plan/field.h"
#include "common/time/clock.h"
#include "common/util/choice.h"

namespace wsload {

/// What becomes of a run that loses an agent.
enum class AgentLossPolicy {
  kFail,       ///< it ends
  kContinue,   ///< it goes on without the agent's slice
  kRebalance,  ///< the others take the slice over
};

template <>
inline constexpr std::array kChoices<AgentLossPolicy> = {Choice{AgentLossPolicy::kFail, "fail"},
                                                         Choice{AgentLossPolicy::kContinue, "continue"},
                                                         Choice{AgentLossPolicy::kRebalance, "rebalance"}};

/// Agents never see it.
struct RunPolicy {
  AgentLossPolicy on_agent_loss = AgentLossPolicy::kFail;
  /// An agent that hangs, or that nobody can reach, stops by itself after this time.
  int64_t agent_lease_ns = 5 * kNsPerSecond;
  /// Before the run every agent opens one connection to the server and closes it; without one there is no run.
  bool check_server = true;
  int32_t repeat = 1;       ///< runs, one after the other
  bool repeat_all = false;  ///< also when their outcomes have agreed before
};

/// Flag, range and help of every member.
Fields<RunPolicy> PolicyFields();

}  // namespace wsload
