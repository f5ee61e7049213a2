// Networks whose connections went beyond a bound of late.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "common/time/clock.h"
#include "common/util/rate_bound.h"

namespace wsload {

/// Whoever is cut off and comes back at once, again and again, costs more than who stays: each time there is a
/// handshake, and what he sends before he is looked at. So a network on record may come back now and then only. Who is
/// not on record is never held up. One thread at a time.
class Offenders {
 public:
  /// How often a network on record may come.
  static constexpr int64_t kIntervalNs = kNsPerSecond;
  /// For so long after its last offence it is on record.
  static constexpr int64_t kMemoryNs = 30 * kNsPerSecond;
  /// Networks on record. Beyond, the one whose last offence is longest ago is forgotten.
  static constexpr size_t kMaxNetworks = 1024;

  /// Whether a connection from `network` may be served; one that may counts.
  bool MayCome(const std::string& network, int64_t mono_ns);
  void Count(const std::string& network, int64_t mono_ns);

  size_t size() const { return networks_.size(); }

 private:
  struct Offender {
    int64_t last_ns = 0;
    RateBound connections{1, kIntervalNs};

    /// When it is forgotten.
    int64_t full_ns() const { return last_ns + kMemoryNs; }
    bool Recovered(int64_t mono_ns) const { return mono_ns >= full_ns(); }
  };

  std::map<std::string, Offender> networks_;
};

}  // namespace wsload
