#include "agent/client/push_memory.h"

#include <functional>

namespace wsload {
namespace {

constexpr size_t kPlaces = 1 << 16;

/// The finalizer of SplitMix64: every bit of the input moves every bit of the output.
uint64_t Mixed(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

bool PushMemory::SeenBefore(int64_t user, std::string_view key) {
  if (seen_.empty()) seen_.resize(kPlaces);
  const uint64_t print = Mixed(std::hash<std::string_view>()(key) + Mixed(static_cast<uint64_t>(user))) | 1;
  uint64_t& place = seen_[(print >> 1) % kPlaces];
  if (place == print) return true;
  place = print;
  return false;
}

}  // namespace wsload
