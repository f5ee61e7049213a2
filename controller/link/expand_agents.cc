#include "controller/link/expand_agents.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/net/host_port.h"
#include "common/net/lookup.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr std::string_view kDnsScheme = "dns:///";
constexpr size_t kMaxAgents = 10'000;

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// What is written like a URL: what to write instead. Nothing of the entry is repeated but host and port: there may be
/// a password in it.
absl::Status RefuseUrl(std::string_view entry) {
  const size_t scheme = entry.find("://");
  std::string_view rest = entry.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  rest = rest.substr(rest.find('@') == std::string_view::npos ? 0 : rest.rfind('@') + 1);
  const bool dns = entry.substr(0, scheme) == "dns";
  if (const auto address = ParseHostPort(rest); address.ok()) {
    return LocalInvalidArgument(
        {"-agents: an agent's address is no URL; write {}{}", "-agents：压测节点的地址不是 URL；请写 {}{}"},
        dns ? kDnsScheme : "", address->ToString());
  }
  return LocalInvalidArgument({"-agents: an agent's address is no URL; write host:port, for example {}host1:7400",
                               "-agents：压测节点的地址不是 URL；请写 host:port，例如 {}host1:7400"},
                              dns ? kDnsScheme : "");
}

absl::StatusOr<std::vector<AgentAddress>> ExpandEntry(std::string_view entry, const HostResolver& resolve) {
  const bool dns = entry.starts_with(kDnsScheme);
  if (!dns && entry.find("://") != std::string_view::npos) return RefuseUrl(entry);
  const auto address = ParseHostPort(dns ? entry.substr(kDnsScheme.size()) : entry);
  if (!address.ok()) {
    // What stands before an @ may be a password.
    const std::string_view shown = entry.substr(entry.rfind('@') == std::string_view::npos ? 0 : entry.rfind('@'));
    return LocalInvalidArgument({"-agents: \"{}\": {}; want host:port or dns:///name:port",
                                 "-agents：\"{}\"：{}；应为 host:port 或 dns:///name:port"},
                                shown, address.status());
  }
  if (!dns) return std::vector<AgentAddress>{{address->ToString(), address->host}};

  const auto hosts = resolve(address->host);
  if (!hosts.ok()) {
    return LocalStatus(hosts.status().code(),
                       FillLocal({"-agents: \"{}\": {}", "-agents：\"{}\"：{}"}, entry, hosts.status()));
  }
  std::vector<AgentAddress> expanded;
  for (const std::string& host : *hosts) {
    expanded.push_back({HostPort{host, address->port}.ToString(), address->host});
  }
  return expanded;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ResolveHost(const std::string& host) {
  const absl::StatusOr<std::vector<SocketAddress>> found = LookUp(host, 0);
  if (!found.ok()) {
    return LocalStatus(absl::StatusCode::kUnavailable, FillLocal({"cannot resolve {}: {}; check the name and the DNS",
                                                                  "无法解析 {}：{}；请检查名称和 DNS"},
                                                                 host, found.status()));
  }
  std::vector<std::string> addresses;
  for (const SocketAddress& address : *found) addresses.push_back(address.Literal());
  // The resolver's order changes from call to call; slices should not.
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  return addresses;
}

absl::StatusOr<std::vector<AgentAddress>> ExpandAgents(std::string_view flag, const HostResolver& resolve) {
  std::vector<AgentAddress> agents;
  std::set<std::string> seen;
  for (size_t begin = 0; begin <= flag.size();) {
    const size_t comma = std::min(flag.find(',', begin), flag.size());
    const std::string_view entry = Trim(flag.substr(begin, comma - begin));
    begin = comma + 1;
    if (entry.empty()) {
      return LocalInvalidArgument({"-agents: an empty entry in \"{}\"; want host:port,host:port,...",
                                   "-agents：\"{}\" 中有空项；应为 host:port,host:port,..."},
                                  Shown(flag));
    }
    auto expanded = ExpandEntry(entry, resolve);
    if (!expanded.ok()) return expanded.status();
    for (AgentAddress& agent : *expanded) {
      if (!seen.insert(agent.address).second) {
        return LocalInvalidArgument({"-agents: {} is named twice; an agent takes one share of a run",
                                     "-agents：{} 写了两次；一个压测节点只承担一份负载"},
                                    agent.address);
      }
      agents.push_back(std::move(agent));
    }
    if (agents.size() > kMaxAgents)
      return LocalInvalidArgument({"-agents: more than {} agents; name fewer", "-agents：压测节点超过 {} 个；请减少"},
                                  kMaxAgents);
  }
  return agents;
}

}  // namespace wsload
