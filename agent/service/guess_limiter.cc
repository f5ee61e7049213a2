#include "agent/service/guess_limiter.h"

#include "agent/service/network_table.h"

namespace wsload {

bool GuessLimiter::MayTry(const std::string& network, int64_t mono_ns) const {
  const auto found = networks_.find(network);
  if (found == networks_.end() || found->second.Recovered(mono_ns)) return true;
  return found->second.Free(mono_ns) && total_.Free(mono_ns);
}

void GuessLimiter::CountWrong(const std::string& network, int64_t mono_ns) {
  total_.Take(mono_ns);
  auto found = networks_.find(network);
  if (found == networks_.end()) {
    MakeRoom(networks_, kMaxNetworks, mono_ns);
    found = networks_.emplace(network, RateBound(kBurst, kIntervalNs)).first;
  }
  found->second.Take(mono_ns);
}

}  // namespace wsload
