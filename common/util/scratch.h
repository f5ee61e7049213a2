// Buffers that are kept from one use to the next.
#pragma once

#include <cstddef>
#include <string>

namespace wsload {

/// Beyond this a buffer is given back with the next use that needs no more: one large message must not own it for the
/// rest of the run.
inline constexpr size_t kMaxKeptScratchBytes = 1 << 20;

/// Before `buffer` is used for about `bytes`, whatever is in it.
inline void GiveBackScratch(std::string& buffer, size_t bytes) {
  if (buffer.capacity() > 2 * kMaxKeptScratchBytes && bytes <= kMaxKeptScratchBytes) buffer = std::string();
}

}  // namespace wsload
