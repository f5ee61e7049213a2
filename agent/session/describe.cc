#include "agent/session/describe.h"

#include <algorithm>
#include <string>
#include <utility>

#include "agent/host/source_check.h"
#include "agent/host/target_probe.h"
#include "common/net/ws_url.h"
#include "common/plan/plan_proto.h"
#include "common/util/redact.h"
#include "common/util/text.h"
#include "common/version.h"

namespace wsload {
namespace {

constexpr int64_t kTargetTimeoutNs = 3 * kNsPerSecond;
// An agent that is asked to leave waits for it.
constexpr int64_t kMostProbeNs = 30 * kNsPerSecond;
constexpr size_t kMaxDetailLength = 400;

/// What a hostile or newer controller may ask for counts as none.
SourceList SourcesOf(const std::string& local_addrs) {
  absl::StatusOr<SourceList> sources = SourceList::Parse(local_addrs);
  return sources.ok() ? *std::move(sources) : SourceList();
}

Means ToMeans(const AgentConfig& config, const HostFacts& facts, const SourceList& sources) {
  Means means;
  means.addresses = std::max<int64_t>(1, static_cast<int64_t>(sources.addresses().size()));
  means.max_clients = config.max_clients;
  means.descriptors_soft = facts.descriptors_soft;
  means.descriptors_hard = facts.descriptors_hard;
  means.descriptors_in_use = facts.descriptors_in_use;
  means.ports = facts.ports;
  means.memory_available_bytes = facts.memory_available_bytes;
  means.threads_left = facts.threads_left;
  return means;
}

HostFacts Facts(const AgentConfig& config) { return config.host_facts ? config.host_facts() : HostFacts(); }

v1::TargetReport::Reach ReachOf(const std::string& cause) {
  if (cause.empty()) return v1::TargetReport::REACH_UPGRADED;
  if (cause == "refused") return v1::TargetReport::REACH_REFUSED;
  if (cause == "unreachable") return v1::TargetReport::REACH_UNREACHABLE;
  return v1::TargetReport::REACH_NOT_UPGRADED;
}

/// Looks the host up, and opens a connection as a client of the run would. What cannot be a run is refused when it is
/// assigned, and not here.
v1::TargetReport TryUpgrade(const AgentConfig& config, const v1::DescribeRequest& request) {
  v1::TargetReport report;
  absl::StatusOr<RunPlan> plan = FromProto(request.plan());
  if (!plan.ok() || request.client() < 0 || request.client() >= plan->clients) return report;
  const WsUrl& url = plan->server.url();
  if (!config.allowed_targets.Allows(url.host, url.port)) {
    report.set_reach(v1::TargetReport::REACH_NOT_ALLOWED);
    return report;
  }
  const bool cut = plan->conn_timeout_ns > kMostProbeNs;
  plan->conn_timeout_ns = std::min(plan->conn_timeout_ns, kMostProbeNs);
  report = ProbeTarget(url.host, url.port, /*connect=*/false, plan->conn_timeout_ns);
  plan->local_addrs = LocalAddrsFor(config.local_addrs, plan->local_addrs);
  const bool foreign = !ForeignAddresses(plan->local_addrs.addresses()).empty();
  if (report.reach() != v1::TargetReport::REACH_RESOLVED || foreign || !config.upgrade_probe) return report;
  const UpgradeReport found = config.upgrade_probe(*plan, request.client());
  // Whether the run's own, longer time would have been enough is not known.
  if (cut && found.cause == "timeout") return report;
  report.set_reach(ReachOf(found.cause));
  report.set_cause(found.cause);
  const LocalString detail(Shown(RedactText(found.detail.english()), kMaxDetailLength),
                           Shown(RedactText(found.detail.chinese()), kMaxDetailLength));
  report.set_detail(detail.english());
  report.mutable_detail_lines()->set_english(detail.english());
  report.mutable_detail_lines()->set_chinese(detail.chinese());
  report.set_connect_us(found.upgrade_us);
  return report;
}

v1::TargetReport ReportTarget(const AgentConfig& config, const v1::DescribeRequest& request) {
  v1::TargetReport report;
  const absl::StatusOr<WsUrl> target = ParseWsUrl(request.target());
  if (!target.ok()) {
    report.set_reach(v1::TargetReport::REACH_BAD_URL);
  } else if (!config.allowed_targets.Allows(target->host, target->port)) {
    report.set_reach(v1::TargetReport::REACH_NOT_ALLOWED);
  } else if (request.depth() == v1::DescribeRequest::DEPTH_UPGRADE) {
    report = TryUpgrade(config, request);
  } else if (request.depth() != v1::DescribeRequest::DEPTH_ALLOWED) {
    const bool connect = request.depth() == v1::DescribeRequest::DEPTH_CONNECT;
    report = ProbeTarget(target->host, target->port, connect, kTargetTimeoutNs);
  }
  return report;
}

}  // namespace

Means MeansOf(const AgentConfig& config, const SourceList& sources) { return ToMeans(config, Facts(config), sources); }

v1::DescribeResponse Describe(const AgentConfig& config, const v1::DescribeRequest& request) {
  v1::DescribeResponse response;
  response.set_agent_name(config.name);
  response.set_agent_version(kVersion);
  response.set_protocol_version(kControlProtocolVersion);
  response.set_cores(config.cores);
  response.set_host_cores(std::max(config.host_cores, config.cores));
  if (config.cpu_quota) {
    const CpuQuota quota = config.cpu_quota();
    response.set_quota_cores(quota.cores);
    response.set_throttled_us(quota.throttled_us);
  }
  response.set_workers(config.workers);
  const HostFacts facts = Facts(config);
  const SourceList of_plan = SourcesOf(request.local_addrs());
  const SourceList& sources = LocalAddrsFor(config.local_addrs, of_plan);
  *response.mutable_means() = ToProto(ToMeans(config, facts, sources));
  response.set_foreign_addresses(ListAddresses(ForeignAddresses(sources.addresses())));
  for (const std::string& address : facts.source_addresses) response.add_source_addresses(address);
  if (!request.target().empty()) *response.mutable_target() = ReportTarget(config, request);
  return response;
}

void AddRun(const AgentConfig& config, const Clock& clock, v1::DescribeResponse& response) {
  if (config.slot != nullptr) {
    response.set_busy_run_id(config.slot->run_id());
    response.set_busy_since_unix_ns(config.slot->since_unix_ns());
  }
  response.set_agent_unix_ns(clock.UnixNs());
}

}  // namespace wsload
