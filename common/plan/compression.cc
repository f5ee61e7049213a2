#include "common/plan/compression.h"

#include <algorithm>

namespace wsload {
namespace {

constexpr uint8_t kLeastWindowBits = 12;
constexpr uint8_t kMostWindowBits = 15;
// What is around a message's text: key, command, and the cipher's own.
constexpr int64_t kAroundTextBytes = 128;
// So many of the messages before are within reach.
constexpr int64_t kMessagesInReach = 8;

// zconf.h: windows, hash tables and what is pending; beside them the two states.
constexpr int64_t DeflateBytes(int window_bits, int mem_level) {
  return (int64_t{1} << (window_bits + 2)) + (int64_t{1} << (mem_level + 9)) + (6 << 10);
}
constexpr int64_t kInflateBytes = (32 << 10) + (8 << 10);

}  // namespace

uint8_t ContextWindowBits(int64_t msg_size_bytes) {
  uint8_t bits = kLeastWindowBits;
  const int64_t wanted =
      kMessagesInReach * (std::clamp<int64_t>(msg_size_bytes, 0, 1 << kMostWindowBits) + kAroundTextBytes);
  while (bits < kMostWindowBits && (int64_t{1} << bits) < wanted) ++bits;
  return bits;
}

int64_t CompressionBytesPerClient(Compression compression, int64_t msg_size_bytes) {
  switch (compression) {
    case Compression::kOff:
      return 0;
    case Compression::kContext:
      return kInflateBytes + DeflateBytes(ContextWindowBits(msg_size_bytes), kContextMemLevel);
    case Compression::kNoContext:
      return kInflateBytes;
  }
  return 0;
}

}  // namespace wsload
