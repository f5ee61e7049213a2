#include "agent/service/offenders.h"

#include <algorithm>

namespace wsload {

bool Offenders::MayCome(const std::string& network, int64_t mono_ns) {
  const auto found = networks_.find(network);
  if (found == networks_.end()) return true;
  if (mono_ns - found->second.last_ns >= kMemoryNs) {
    networks_.erase(found);
    return true;
  }
  RateBound& connections = found->second.connections;
  if (!connections.Free(mono_ns)) return false;
  connections.Take(mono_ns);
  return true;
}

void Offenders::Count(const std::string& network, int64_t mono_ns) {
  if (networks_.size() >= kMaxNetworks && !networks_.contains(network)) MakeRoom(mono_ns);
  const auto [offender, is_new] = networks_.try_emplace(network);
  offender->second.last_ns = mono_ns;
  // The next one comes no sooner for its being the first on record.
  if (is_new) offender->second.connections.Take(mono_ns);
}

void Offenders::MakeRoom(int64_t mono_ns) {
  std::erase_if(networks_, [mono_ns](const auto& entry) { return mono_ns - entry.second.last_ns >= kMemoryNs; });
  if (networks_.size() < kMaxNetworks) return;
  networks_.erase(std::min_element(networks_.begin(), networks_.end(), [](const auto& a, const auto& b) {
    return a.second.last_ns < b.second.last_ns;
  }));
}

}  // namespace wsload
