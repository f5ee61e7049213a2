// What is on record of networks, in a table that strangers cannot make grow without end.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace wsload {

/// Makes room for one more in a map from networks to what is on record of them, of which there are `most` at most: what
/// has Recovered() goes, else the one that is nearest to it, by full_ns().
template <typename Networks>
void MakeRoom(Networks& networks, size_t most, int64_t mono_ns) {
  if (networks.size() < most) return;
  std::erase_if(networks, [mono_ns](const auto& entry) { return entry.second.Recovered(mono_ns); });
  if (networks.size() < most) return;
  networks.erase(std::min_element(networks.begin(), networks.end(), [](const auto& a, const auto& b) {
    return a.second.full_ns() < b.second.full_ns();
  }));
}

}  // namespace wsload
