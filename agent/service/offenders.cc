#include "agent/service/offenders.h"

#include "agent/service/network_table.h"

namespace wsload {

bool Offenders::MayCome(const std::string& network, int64_t mono_ns) {
  const auto found = networks_.find(network);
  if (found == networks_.end()) return true;
  if (found->second.Recovered(mono_ns)) {
    networks_.erase(found);
    return true;
  }
  RateBound& connections = found->second.connections;
  if (!connections.Free(mono_ns)) return false;
  connections.Take(mono_ns);
  return true;
}

void Offenders::Count(const std::string& network, int64_t mono_ns) {
  if (!networks_.contains(network)) MakeRoom(networks_, kMaxNetworks, mono_ns);
  const auto [offender, is_new] = networks_.try_emplace(network);
  offender->second.last_ns = mono_ns;
  // The next one comes no sooner for its being the first on record.
  if (is_new) offender->second.connections.Take(mono_ns);
}

}  // namespace wsload
