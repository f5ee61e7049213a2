// Whether an agent can take its share of a run, judged by what it says of
// itself; the same for a run that is about to begin and for `wsload doctor`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/plan/run_plan.h"
#include "wsload/v1/describe.pb.h"

namespace wsload {

/// `args` are printable and fill the kind's format in order.
struct AgentProblem {
  enum class Kind {
    kUnreachable,  ///< why, with the mend
    kVersion,      ///< the agent's version, its control protocol, this controller's
    kBusy,         ///< run, since
    kMaxClients,   ///< as Shortage::Kind has them
    kDescriptors,
    kPorts,
    kMemory,
    kForeignAddress,     ///< source addresses
    kTargetNotResolved,  ///< target
    kTargetRefused,      ///< target
    kTargetUnreachable,  ///< target
    kTargetTimeout,      ///< target
    kTargetNotAllowed,   ///< target
    kClock,              ///< offset
    kHeadroom,           ///< clients with a lost agent's, of its own, most clients
  };
  Kind kind = Kind::kUnreachable;
  std::vector<std::string> args;

  friend bool operator==(const AgentProblem&, const AgentProblem&) = default;
};

/// The English format of a kind, with as many {} as it has args: what is wrong, and how to mend it.
const char* ProblemFormat(AgentProblem::Kind kind);

/// `format` filled with the problem's args.
std::string FillProblem(std::string_view format, const AgentProblem& problem);

struct AgentCheck {
  std::string address;
  /// Nothing when it did not answer.
  std::optional<v1::DescribeResponse> response;
  int64_t clock_offset_ns = 0;
  int64_t clock_error_ns = 0;
  /// Nothing: not known, or not bounded.
  std::optional<int64_t> most_clients;
  /// Empty: all is well.
  std::vector<AgentProblem> problems;
  /// The run can begin, but may not go as it was asked for.
  std::vector<AgentProblem> warnings;
};

/// A share of `clients` clients of `plan`. `status`: why there is no response.
AgentCheck CheckAgent(const std::string& address, const absl::Status& status, const v1::DescribeResponse& response,
                      const RunPlan& plan, int64_t clients);

/// The most clients that an agent with a share of `clients` has after one of `agents` was lost and the others took its
/// share over.
int64_t ClientsAfterLoss(const RunPlan& plan, int64_t clients, int agents);

/// Under -on-agent-loss=rebalance: warns when the agent's own share fits and, after the loss of one of the others, its
/// part of that one's would not. `after_loss`: ClientsAfterLoss().
void CheckHeadroom(int64_t clients, int64_t after_loss, AgentCheck& check);

/// What the doctor also looks at: the way to the server, when the response reports on it, and the clock of the day.
void CheckSurroundings(const RunPlan& plan, AgentCheck& check);

/// The way to the server must be known to tell whether the share fits: it has more clients than the agent has ports to
/// one destination, and the server's name may stand for several.
bool NeedsDestinations(const v1::DescribeResponse& response, const RunPlan& plan, int64_t clients);

}  // namespace wsload
