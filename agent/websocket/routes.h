// Which way a client's connection goes: from which of this host's addresses,
// to which of the server's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/net/socket_address.h"
#include "common/plan/slice.h"

namespace wsload {

/// Round robin by number, for numbers that come with a pattern of their own. An agent owns every k-th client of a run,
/// so by its number alone it would only ever reach every g-th address, g being what k and the number of addresses have
/// in common; where there is such a g, the turn shifts by one whenever the pattern would begin again. All numbers
/// together are spread evenly, exact to one, and so are each agent's.
class Turns {
 public:
  /// `things` >= 1 are taken in turn, by numbers whose pattern has the length `stride` >= 1.
  Turns(int64_t things, int64_t stride);

  /// 0 <= the answer < things, for number >= 0.
  int64_t Of(int64_t number) const { return shifts_ ? (number + number / pattern_) % things_ : number % things_; }

  /// After so many of one agent's numbers the answers repeat.
  int64_t period() const { return period_; }

 private:
  int64_t things_;
  int64_t pattern_;
  int64_t period_;
  bool shifts_;
};

/// Client i of the run goes to the server's address Turns(addresses, agents).Of(i), so that all agents together load
/// them evenly, whoever dials it. The j-th client of this agent comes from its source Turns(sources, period of the
/// former).Of(j), so that every pair of addresses is used. There is no way around an address that fails, it would hide
/// the failure; except that IPv4 and IPv6 are taken as two ways to the same server, since names often have both where
/// only one is served.
class Routes {
 public:
  struct Route {
    SocketAddress server;
    const SocketAddress* source = nullptr;  ///< null: as the kernel chooses
  };

  /// `clients`: this agent's, over all its workers. No sources: the kernel chooses.
  Routes(const Progression& clients, const std::vector<SocketAddress>& sources);

  /// The addresses of the server's name, in any order, repeats included. Those without a source of their family are
  /// left out.
  void SetServers(std::vector<SocketAddress> servers);
  /// No server is known that can be reached from a source.
  bool empty() const { return servers_.empty(); }

  /// The routes to try, one after the other: one, or two of different families. Not when empty().
  std::vector<Route> For(int64_t client) const;

  /// What came of a route: a family that fails where the other one works is tried last.
  void Report(const SocketAddress& server, bool connected);

 private:
  struct Family {
    std::vector<SocketAddress> servers;
    std::vector<SocketAddress> sources;
    bool failed = false;
    bool connected = false;
  };

  static size_t FamilyOf(const SocketAddress& address) { return address.family() == AF_INET6 ? 1 : 0; }
  Route RouteTo(const SocketAddress& server, int64_t client) const;

  const Progression clients_;
  bool has_sources_;
  std::array<Family, 2> families_;
  std::vector<SocketAddress> servers_;  ///< of both families, in the order that is the same on all agents
};

}  // namespace wsload
