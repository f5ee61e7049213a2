// The two transformations of permessage-deflate (RFC 7692 section 7.2).
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace wsload {

/// What client and server agreed on.
struct DeflateParams {
  bool enabled = false;
  bool server_no_context_takeover = false;
  /// Every message of ours is compressed by itself: the server wants it so, or the run does.
  bool client_no_context_takeover = false;
  uint8_t server_window_bits = 15;
  uint8_t client_window_bits = 15;
  /// Of a compressor of the connection's own; no more than client_window_bits. A smaller window takes less memory and
  /// is always allowed.
  uint8_t context_window_bits = 15;
};

/// Compresses messages of one connection, which may then refer to those before (7.2.3.2), or each by itself, when one
/// compressor serves every connection of a loop.
class Deflater {
 public:
  enum class Context { kKept, kNone };
  /// zlib cannot make raw streams with a window of 256 bytes; messages then go uncompressed, which is always allowed.
  static constexpr uint8_t kMinWindowBits = 9;

  Deflater(uint8_t window_bits, Context context);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  /// The compressed message without the tail 00 00 ff ff: a view into `out`, which grows as need be. A message that was
  /// compressed with kKept must be sent, and in this order. False when zlib has no memory: send it as it is.
  bool Compress(std::string_view message, std::string& out, std::string_view* compressed);

 private:
  bool Run(std::string_view message, std::string& out, size_t* size);

  z_stream stream_{};
  const Context context_;
  bool ready_ = false;
};

/// One connection's decompressor.
class Inflater {
 public:
  enum class Result { kOk, kCorrupt, kTooBig };

  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Appends what `data` inflates to, but never lets `out` grow beyond `max_bytes`: a small message may inflate to a
  /// thousand times its size.
  Result Append(const uint8_t* data, size_t size, size_t max_bytes, std::string& out);

  /// Forgets the messages before (server_no_context_takeover).
  void Reset();

 private:
  bool ContinueAfterFinalBlock();

  z_stream stream_{};
  bool ready_ = false;
};

}  // namespace wsload
