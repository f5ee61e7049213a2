#include "agent/client/push_memory.h"

#include <functional>

#include "common/util/split_mix.h"

namespace wsload {
namespace {

constexpr size_t kPlaces = 1 << 16;

}  // namespace

bool PushMemory::SeenBefore(int64_t user, int32_t device, std::string_view key) {
  if (seen_.empty()) seen_.resize(kPlaces);
  const uint64_t print =
      SplitMixed(std::hash<std::string_view>()(key) +
                 SplitMixed(static_cast<uint64_t>(user) + static_cast<uint64_t>(device) * kSplitMixStep)) |
      1;
  uint64_t& place = seen_[(print >> 1) % kPlaces];
  if (place == print) return true;
  place = print;
  return false;
}

}  // namespace wsload
