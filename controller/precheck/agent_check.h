// Whether an agent can take its slice of a run, judged by what it says of
// itself; the same for a run that is about to begin and for `wsload doctor`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/lang/statement.h"
#include "common/plan/run_plan.h"
#include "wsload/v1/describe.pb.h"

namespace wsload {

struct AgentCheck {
  std::string address;
  /// Nothing when it did not answer.
  std::optional<v1::DescribeResponse> response;
  int64_t clock_offset_ns = 0;
  int64_t clock_error_ns = 0;
  /// Nothing: not known, or not bounded.
  std::optional<int64_t> most_clients;
  /// Empty: all is well. Each names the agent.
  std::vector<Statement> problems;
  /// The run can begin, but may not go as it was asked for. Each names the agent.
  std::vector<Statement> warnings;
};

/// A slice of `clients` clients of `plan`. `status`: why there is no response.
AgentCheck CheckAgent(const std::string& address, const absl::Status& status, const v1::DescribeResponse& response,
                      const RunPlan& plan, int64_t clients);

/// The most clients that an agent with a slice of `clients` has after one of `agents` was lost and the others took its
/// slice over.
int64_t ClientsAfterLoss(const RunPlan& plan, int64_t clients, int agents);

/// Under -on-agent-loss=rebalance: warns when the agent's own slice fits and, after the loss of one of the others, its
/// part of that one's would not. `after_loss`: ClientsAfterLoss().
void CheckHeadroom(int64_t clients, int64_t after_loss, AgentCheck& check);

/// The way to the server, when the response reports on it: a problem where a client of the run would not get through.
void CheckTarget(const RunPlan& plan, AgentCheck& check);

/// What the doctor also looks at: the way to the server, when the response reports on it, the clock of the day, and the
/// processor quota.
void CheckSurroundings(const RunPlan& plan, AgentCheck& check);

/// The agent's control group allows it less than the host's cores.
bool HasTightQuota(const v1::DescribeResponse& response);

/// The way to the server must be known to tell whether the slice fits: it has more clients than the agent has ports to
/// one destination, and the server's name may stand for several.
bool NeedsDestinations(const v1::DescribeResponse& response, const RunPlan& plan, int64_t clients);

}  // namespace wsload
