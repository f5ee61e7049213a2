// -compress: what the clients offer of permessage-deflate (RFC 7692), and the memory that it takes.
#pragma once

#include <array>
#include <cstdint>

#include "common/util/choice.h"

namespace wsload {

enum class Compression {
  kOff,
  kContext,    ///< a message may refer to the ones before it, as browsers do: a compressor for each connection
  kNoContext,  ///< every message by itself: one compressor for all connections of a worker
};

template <>
inline constexpr std::array kChoices<Compression> = {Choice{Compression::kOff, "off"},
                                                     Choice{Compression::kContext, "context"},
                                                     Choice{Compression::kNoContext, "no-context"}};

/// zlib's memLevel for a connection's own compressor: 16 KB where its default takes 128 KB, for next to no more bytes
/// on the wire.
inline constexpr int kContextMemLevel = 5;

/// Window of a connection's own compressor, as a power of two: several messages of that size with all that is around
/// the text fit into it. 12 to 15; a larger one would only take memory.
uint8_t ContextWindowBits(int64_t msg_size_bytes);

/// What permessage-deflate adds to a connection's memory, once messages went both ways.
int64_t CompressionBytesPerClient(Compression compression, int64_t msg_size_bytes);

}  // namespace wsload
