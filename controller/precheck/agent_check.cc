#include "controller/precheck/agent_check.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/plan/means.h"
#include "common/plan/workers.h"
#include "common/stats/wire_bounds.h"
#include "common/time/clock.h"
#include "common/util/local_error.h"
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
constexpr int64_t kMostPorts = 65'535;

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

/// Of what an agent tells of itself, the first figure that no host can have; empty: there is none.
std::string ImpossibleFigure(const v1::DescribeResponse& response) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  struct Claim {
    const char* name;
    int64_t value;
    int64_t least;
    int64_t most;
  };
  const v1::Means& means = response.means();
  // Limits below 0 are none.
  const Claim claims[] = {
      {"cores", response.cores(), 0, kMaxWireCores},
      {"host_cores", response.host_cores(), 0, kMaxWireCores},
      {"workers", response.workers(), 0, kMaxWorkers},
      {"throttled_us", response.throttled_us(), 0, kMaxWireTimeUs},
      {"busy_since_unix_ns", response.busy_since_unix_ns(), 0, kMost / 2},
      {"agent_unix_ns", response.agent_unix_ns(), 0, kMost / 2},
      {"max_clients", means.max_clients(), -1, kMaxWireCount},
      {"descriptors_soft", means.descriptors_soft(), -1, kMost},
      {"descriptors_hard", means.descriptors_hard(), -1, kMost},
      {"descriptors_in_use", means.descriptors_in_use(), -1, std::numeric_limits<int32_t>::max()},
      {"ports", means.ports(), -1, kMostPorts},
      {"addresses", means.addresses(), -1, kMaxWireCores},
      {"memory_available_bytes", means.memory_available_bytes(), -1, kMaxWireCount},
      {"connect_us", response.target().connect_us(), 0, kMaxWireTimeUs},
  };
  for (const Claim& claim : claims) {
    if (claim.value < claim.least || claim.value > claim.most) return fmt::format("{} {}", claim.name, claim.value);
  }
  // So written, what is no number is out of range.
  const bool is_quota = response.quota_cores() >= 0 && response.quota_cores() <= kMaxWireCores;
  return is_quota ? std::string() : fmt::format("quota_cores {}", response.quota_cores());
}

std::string TargetOf(const RunPlan& plan) { return plan.server.url().address().ToString(); }

}  // namespace

AgentCheck CheckAgent(const std::string& address, const absl::Status& status, const v1::DescribeResponse& response,
                      const RunPlan& plan, int64_t clients) {
  AgentCheck check;
  check.address = address;
  if (!status.ok()) {
    check.problems.push_back({Kind::kAgentUnusable, {ErrorLines(status)}, address});
    return check;
  }
  if (const std::string figure = ImpossibleFigure(response);
      !figure.empty() && response.protocol_version() == kControlProtocolVersion) {
    check.problems.push_back(
        {Kind::kAgentUnusable,
         {FillLocal({"it tells the impossible of itself: {}", "它对自身的描述不可能：{}"}, figure)},
         address});
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
    problem.args.emplace_back(
        LocalString(Shown(target.detail().empty() ? target.cause() : target.detail(), kMaxDetailLength),
                    Shown(target.detail_lines().chinese(), kMaxDetailLength)));
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
