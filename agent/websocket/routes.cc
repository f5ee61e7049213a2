#include "agent/websocket/routes.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace wsload {

Turns::Turns(int64_t things, int64_t stride) : things_(things) {
  const int64_t common = std::gcd(things, stride);
  shifts_ = common > 1;
  // One agent's part of the pattern, times the agents.
  if (__builtin_mul_overflow(things / common, stride, &pattern_)) pattern_ = stride;
  period_ = shifts_ ? things / common * things : things;
}

Routes::Routes(const Progression& clients, const std::vector<SocketAddress>& sources)
    : clients_(clients), has_sources_(!sources.empty()) {
  for (const SocketAddress& source : sources) families_[FamilyOf(source)].sources.push_back(source);
}

void Routes::SetServers(std::vector<SocketAddress> servers) {
  std::sort(servers.begin(), servers.end());
  servers.erase(std::unique(servers.begin(), servers.end()), servers.end());
  servers_.clear();
  for (Family& family : families_) family.servers.clear();
  for (const SocketAddress& server : servers) {
    Family& family = families_[FamilyOf(server)];
    if (has_sources_ && family.sources.empty()) continue;
    family.servers.push_back(server);
    servers_.push_back(server);
  }
}

std::vector<Routes::Route> Routes::For(int64_t client) const {
  const auto turn = [this, client](const std::vector<SocketAddress>& list) -> const SocketAddress& {
    return list[static_cast<size_t>(Turns(static_cast<int64_t>(list.size()), clients_.stride).Of(client))];
  };
  const SocketAddress& home = turn(servers_);
  std::vector<Route> routes = {RouteTo(home, client)};
  const Family& family = families_[FamilyOf(home)];
  const Family& other = families_[1 - FamilyOf(home)];
  if (!other.servers.empty()) {
    routes.push_back(RouteTo(turn(other.servers), client));
    if (family.failed && !family.connected && other.connected) std::swap(routes[0], routes[1]);
  }
  return routes;
}

Routes::Route Routes::RouteTo(const SocketAddress& server, int64_t client) const {
  const std::vector<SocketAddress>& sources = families_[FamilyOf(server)].sources;
  if (sources.empty()) return {server, nullptr};
  // A client that was taken over from another agent has its place among this agent's own all the same.
  const int64_t position = std::max<int64_t>(0, client - clients_.first) / clients_.stride;
  const Turns servers(static_cast<int64_t>(servers_.size()), clients_.stride);
  const Turns turns(static_cast<int64_t>(sources.size()), servers.period());
  return {server, &sources[static_cast<size_t>(turns.Of(position))]};
}

void Routes::Report(const SocketAddress& server, bool connected) {
  Family& family = families_[FamilyOf(server)];
  (connected ? family.connected : family.failed) = true;
}

}  // namespace wsload
