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
  uint8_t client_window_bits = 15;
};

/// Compresses each message by itself, as a client always may (7.2.3.2 obliges it only when asked), so one compressor
/// serves every connection of a loop instead of 260 KB for each.
class Deflater {
 public:
  /// zlib cannot make raw streams with a window of 256 bytes; messages then go uncompressed, which is always allowed.
  static constexpr uint8_t kMinWindowBits = 9;

  explicit Deflater(uint8_t window_bits);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  /// The compressed message without the tail 00 00 ff ff, valid until the next call; false when zlib has no memory.
  bool Compress(std::string_view message, std::string_view* compressed);

 private:
  z_stream stream_{};
  bool ready_ = false;
  std::string out_;
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
