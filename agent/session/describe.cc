#include "agent/session/describe.h"

#include <algorithm>
#include <string>
#include <utility>

#include "agent/host/source_check.h"
#include "agent/host/target_probe.h"
#include "common/net/ws_url.h"
#include "common/version.h"

namespace wsload {
namespace {

constexpr int64_t kTargetTimeoutNs = 3 * kNsPerSecond;

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
  return means;
}

HostFacts Facts(const AgentConfig& config) { return config.host_facts ? config.host_facts() : HostFacts(); }

v1::TargetReport ReportTarget(const AgentConfig& config, const v1::DescribeRequest& request) {
  v1::TargetReport report;
  const absl::StatusOr<WsUrl> target = ParseWsUrl(request.target());
  if (!target.ok()) {
    report.set_reach(v1::TargetReport::REACH_BAD_URL);
  } else if (!config.allowed_targets.Allows(target->host, target->port)) {
    report.set_reach(v1::TargetReport::REACH_NOT_ALLOWED);
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
