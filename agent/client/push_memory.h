// Which pushes a connection had before: a server repeats a push until its
// acknowledgement arrives, and repeats say that acknowledgements are late or lost.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace wsload {

/// Of one event loop's connections, the last pushes, some 65,000 of them. Costs no memory before the first push, and
/// does not allocate after it. One thread.
class PushMemory {
 public:
  /// Whether this connection of the `user` had a push of this key, and remembers it. A push may be forgotten early; one
  /// that was never there is never taken for a repeat (but for two in 2^64).
  bool SeenBefore(int64_t user, int32_t device, std::string_view key);

 private:
  std::vector<uint64_t> seen_;  ///< by the low bits of what stands there
};

}  // namespace wsload
