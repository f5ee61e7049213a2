#include "controller/precheck/agent_check.h"

#include <algorithm>
#include <utility>

#include "common/plan/means.h"
#include "common/plan/workers.h"
#include "common/time/clock.h"
#include "common/util/status.h"
#include "common/util/text.h"
#include "common/version.h"

namespace wsload {
namespace {

using Kind = StatementKind;
using Reach = v1::TargetReport;

// Servers take user tokens as early or late as this, if they look at all.
constexpr int64_t kClockBoundNs = 30 * kNsPerSecond;

// As many as an agent tells.
constexpr int kMaxTargetAddresses = 64;
constexpr size_t kMaxListLength = 200;
constexpr size_t kMaxDetailLength = 400;

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
    case Reach::REACH_NOT_UPGRADED:
      return Kind::kTargetNotUpgraded;
    default:
      return std::nullopt;
  }
}

std::string TargetOf(const RunPlan& plan) { return plan.server.url().address().ToString(); }

}  // namespace

AgentCheck CheckAgent(const std::string& address, const absl::Status& status, const v1::DescribeResponse& response,
                      const RunPlan& plan, int64_t clients) {
  AgentCheck check;
  check.address = address;
  if (!status.ok()) {
    check.problems.push_back({Kind::kAgentUnusable, {std::string(Text(status))}, address});
    return check;
  }
  check.response = response;
  if (response.protocol_version() != kControlProtocolVersion) {
    check.problems.push_back({Kind::kVersionMismatch,
                              {Shown(response.agent_version()), response.protocol_version(), kControlProtocolVersion},
                              address});
    return check;
  }
  const Means means = FromProto(response.means());
  const Needs needs = NeedsOnAgent(response, plan, clients);
  if (!response.busy_run_id().empty()) {
    // What is free now says nothing about what will be.
    check.problems.push_back(
        {Kind::kAgentBusy, {Shown(response.busy_run_id()), response.busy_since_unix_ns()}, address});
    return check;
  }
  if (response.target().reach() == Reach::REACH_NOT_ALLOWED) {
    check.problems.push_back({Kind::kTargetNotAllowed, {TargetOf(plan)}, address});
  }
  if (!response.foreign_addresses().empty()) {
    check.problems.push_back({Kind::kForeignAddresses, {Shown(response.foreign_addresses(), kMaxListLength)}, address});
  }
  check.most_clients = MostClients(means, needs);
  for (Statement& shortage : FindShortages(means, needs)) {
    shortage.agent = address;
    check.problems.push_back(std::move(shortage));
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
  check.warnings.push_back({Kind::kNoHeadroom, {after_loss, clients, *check.most_clients}, check.address});
}

void CheckTarget(const RunPlan& plan, AgentCheck& check) {
  if (!check.response.has_value()) return;
  const v1::TargetReport& target = check.response->target();
  const auto kind = KindOf(target.reach());
  if (!kind.has_value()) return;
  Statement problem{*kind, {TargetOf(plan)}, check.address};
  if (*kind == Kind::kTargetNotUpgraded) {
    problem.args.emplace_back(Shown(target.detail().empty() ? target.cause() : target.detail(), kMaxDetailLength));
  }
  check.problems.push_back(std::move(problem));
}

void CheckSurroundings(const RunPlan& plan, AgentCheck& check) {
  if (!check.response.has_value()) return;
  if (HasTightQuota(*check.response)) {
    const v1::DescribeResponse& response = *check.response;
    check.warnings.push_back({Kind::kCpuQuota,
                              {response.quota_cores(), int64_t{std::max(response.host_cores(), response.cores())},
                               std::max<int64_t>(0, response.throttled_us()) * kNsPerUs},
                              check.address});
  }
  CheckTarget(plan, check);
  const int64_t offset_ns = check.clock_offset_ns;
  if (offset_ns > kClockBoundNs || offset_ns < -kClockBoundNs) {
    check.problems.push_back({Kind::kClockOff, {offset_ns}, check.address});
  }
}

bool HasTightQuota(const v1::DescribeResponse& response) {
  return response.quota_cores() > 0 && response.quota_cores() < std::max(response.host_cores(), response.cores());
}

bool NeedsDestinations(const v1::DescribeResponse& response, const RunPlan& plan, int64_t clients) {
  const Means means = FromProto(response.means());
  const Needs needs = NeedsOnAgent(response, plan, clients);
  return means.ports > 0 && needs.destinations == 0 && clients > means.MostConnections();
}

}  // namespace wsload
