#include "controller/precheck/agent_check.h"

#include <fmt/args.h>

#include <utility>

#include "common/plan/means.h"
#include "common/plan/workers.h"
#include "common/time/clock.h"
#include "common/time/utc.h"
#include "common/util/status.h"
#include "common/util/text.h"
#include "common/version.h"

namespace wsload {
namespace {

using Kind = AgentProblem::Kind;
using Reach = v1::TargetReport;

// Servers take user tokens as early or late as this, if they look at all.
constexpr int64_t kClockBoundNs = 30 * kNsPerSecond;

// As many as an agent tells.
constexpr int kMaxTargetAddresses = 64;
constexpr size_t kMaxListLength = 200;

Kind KindOf(Shortage::Kind kind) {
  switch (kind) {
    case Shortage::Kind::kMaxClients:
      return Kind::kMaxClients;
    case Shortage::Kind::kDescriptors:
      return Kind::kDescriptors;
    case Shortage::Kind::kPorts:
      return Kind::kPorts;
    case Shortage::Kind::kMemory:
      return Kind::kMemory;
  }
  return Kind::kMaxClients;
}

Needs NeedsOnAgent(const v1::DescribeResponse& response, const RunPlan& plan, int64_t clients) {
  Needs needs = NeedsOf(plan, clients, WorkersFor(response.workers(), plan.workers, response.cores()));
  // Of a longer list it is not told how long it is.
  const int known = response.target().addresses_size();
  if (needs.destinations == 0 && known < kMaxTargetAddresses) needs.destinations = known;
  return needs;
}

std::optional<Kind> KindOf(Reach::Reach reach) {
  switch (reach) {
    case Reach::REACH_NOT_RESOLVED:
      return Kind::kTargetNotResolved;
    case Reach::REACH_REFUSED:
      return Kind::kTargetRefused;
    case Reach::REACH_UNREACHABLE:
      return Kind::kTargetUnreachable;
    case Reach::REACH_TIMEOUT:
      return Kind::kTargetTimeout;
    default:
      return std::nullopt;
  }
}

std::string TargetOf(const RunPlan& plan) { return plan.server.url().address().ToString(); }

}  // namespace

const char* ProblemFormat(Kind kind) {
  switch (kind) {
    case Kind::kUnreachable:
      return "{}";
    case Kind::kVersion:
      return "it is wsload {} and speaks control protocol {}, this controller {}; install the same wsload version on "
             "both";
    case Kind::kBusy:
      return "busy with run {} since {}; wait for its end, or use another agent";
    case Kind::kMaxClients:
      return ShortageFormat(Shortage::Kind::kMaxClients);
    case Kind::kDescriptors:
      return ShortageFormat(Shortage::Kind::kDescriptors);
    case Kind::kPorts:
      return ShortageFormat(Shortage::Kind::kPorts);
    case Kind::kMemory:
      return ShortageFormat(Shortage::Kind::kMemory);
    case Kind::kForeignAddress:
      return kForeignAddressFormat;
    case Kind::kTargetNotResolved:
      return "cannot resolve the host of {}; check -server, and the DNS of the agent's host";
    case Kind::kTargetRefused:
      return "{} refuses the connection; is the server running, is the port in -server right?";
    case Kind::kTargetUnreachable:
      return "no route to {}; check -server, and the network of the agent's host";
    case Kind::kTargetTimeout:
      return "{} does not answer; check -server, and that no firewall is between";
    case Kind::kTargetNotAllowed:
      return "{} is no target that this agent may load; add it to the agent's -allow-target, or name another -server";
    case Kind::kClock:
      return "its clock is off by {}, the server may refuse its user tokens; set the clocks by NTP";
    case Kind::kHeadroom:
      return "it would have {} clients after the loss of another agent, {} are its own, and it can carry {}: "
             "-on-agent-loss=rebalance would leave messages out; raise its limits, or add agents";
  }
  return "";
}

std::string FillProblem(std::string_view format, const AgentProblem& problem) {
  fmt::dynamic_format_arg_store<fmt::format_context> args;
  for (const std::string& arg : problem.args) args.push_back(arg);
  return fmt::vformat(fmt::string_view(format.data(), format.size()), args);
}

AgentCheck CheckAgent(const std::string& address, const absl::Status& status, const v1::DescribeResponse& response,
                      const RunPlan& plan, int64_t clients) {
  AgentCheck check;
  check.address = address;
  if (!status.ok()) {
    check.problems.push_back({Kind::kUnreachable, {std::string(Text(status))}});
    return check;
  }
  check.response = response;
  if (response.protocol_version() != kControlProtocolVersion) {
    check.problems.push_back({Kind::kVersion,
                              {Shown(response.agent_version()), std::to_string(response.protocol_version()),
                               std::to_string(kControlProtocolVersion)}});
    return check;
  }
  const Means means = FromProto(response.means());
  const Needs needs = NeedsOnAgent(response, plan, clients);
  if (!response.busy_run_id().empty()) {
    // What is free now says nothing about what will be.
    check.problems.push_back({Kind::kBusy, {Shown(response.busy_run_id()), UtcText(response.busy_since_unix_ns())}});
    return check;
  }
  if (response.target().reach() == Reach::REACH_NOT_ALLOWED) {
    check.problems.push_back({Kind::kTargetNotAllowed, {TargetOf(plan)}});
  }
  if (!response.foreign_addresses().empty()) {
    check.problems.push_back({Kind::kForeignAddress, {Shown(response.foreign_addresses(), kMaxListLength)}});
  }
  check.most_clients = MostClients(means, needs);
  for (Shortage& shortage : FindShortages(means, needs)) {
    check.problems.push_back({KindOf(shortage.kind), std::move(shortage.args)});
  }
  return check;
}

int64_t ClientsAfterLoss(const RunPlan& plan, int64_t clients, int agents) {
  if (agents < 2) return clients;
  const int64_t largest_share = (plan.clients + agents - 1) / agents;
  return clients + (largest_share + agents - 2) / (agents - 1);
}

void CheckHeadroom(int64_t clients, int64_t after_loss, AgentCheck& check) {
  if (!check.problems.empty() || !check.most_clients.has_value() || after_loss <= *check.most_clients) return;
  check.warnings.push_back(
      {Kind::kHeadroom, {std::to_string(after_loss), std::to_string(clients), std::to_string(*check.most_clients)}});
}

void CheckSurroundings(const RunPlan& plan, AgentCheck& check) {
  if (!check.response.has_value()) return;
  if (const auto kind = KindOf(check.response->target().reach()); kind.has_value()) {
    check.problems.push_back({*kind, {TargetOf(plan)}});
  }
  const int64_t offset_ns = check.clock_offset_ns;
  if (offset_ns > kClockBoundNs || offset_ns < -kClockBoundNs) {
    check.problems.push_back({Kind::kClock, {fmt::format("{:+.1f} s", static_cast<double>(offset_ns) / kNsPerSecond)}});
  }
}

bool NeedsDestinations(const v1::DescribeResponse& response, const RunPlan& plan, int64_t clients) {
  const Means means = FromProto(response.means());
  const Needs needs = NeedsOnAgent(response, plan, clients);
  return means.ports > 0 && needs.destinations == 0 && clients > means.MostConnections();
}

}  // namespace wsload
