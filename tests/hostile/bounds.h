// What a program under attack may use, and how it is seen to keep to it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/cluster.h"

namespace wsload::hostile {

/// What a process uses now, and its peak memory so far; read from /proc, all zero when the process is gone.
struct Use {
  int64_t rss_bytes = 0;
  int64_t peak_rss_bytes = 0;
  int threads = 0;
  int descriptors = 0;
};
Use UseOf(pid_t pid);

/// A control group of the test's own (cgroup v2 or v1) whose processes together may have `bytes` of memory and no swap.
/// Where none can be made the test still runs, and bounds are held by UseOf() alone.
class MemoryLimit {
 public:
  explicit MemoryLimit(int64_t bytes);
  /// Its processes must have ended.
  ~MemoryLimit();
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

  bool made() const { return !group_.empty(); }
  /// Programs started there live under the limit.
  e2e::Host host() const;

 private:
  std::string group_;  ///< its directory
};

/// How long `wsload doctor` with `flags` (which name the agents) takes until it has an answer from all of them; nothing
/// when one does not answer. It waits for ten seconds at most.
std::optional<std::chrono::milliseconds> TimeToAnswer(const std::vector<std::string>& flags);

/// Whether the long attacks are wanted, which `tests/hostile/run-long.sh` asks for.
bool Long();

}  // namespace wsload::hostile
