#include "agent/service/guess_limiter.h"

#include <algorithm>

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
    if (networks_.size() >= kMaxNetworks) MakeRoom(mono_ns);
    found = networks_.emplace(network, RateBound(kBurst, kIntervalNs)).first;
  }
  found->second.Take(mono_ns);
}

void GuessLimiter::MakeRoom(int64_t mono_ns) {
  std::erase_if(networks_, [mono_ns](const auto& entry) { return entry.second.Recovered(mono_ns); });
  if (networks_.size() < kMaxNetworks) return;
  networks_.erase(std::min_element(networks_.begin(), networks_.end(), [](const auto& a, const auto& b) {
    return a.second.full_ns() < b.second.full_ns();
  }));
}

}  // namespace wsload
