// permessage-deflate (RFC 7692) by zlib.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace wsload::gateway {

/// Compresses every message by itself: no context is carried over, so one object serves all connections of a thread.
class MessageDeflater {
 public:
  explicit MessageDeflater(int level = 6);
  ~MessageDeflater();
  MessageDeflater(const MessageDeflater&) = delete;
  MessageDeflater& operator=(const MessageDeflater&) = delete;

  /// Replaces `out` by the payload that goes into the frame (RFC 7692 section 7.2.1).
  void Compress(std::string_view message, std::string& out);

 private:
  z_stream stream_ = {};
};

/// Decompresses one connection's messages, whose compressor may refer back to earlier ones.
class MessageInflater {
 public:
  MessageInflater();
  ~MessageInflater();
  MessageInflater(const MessageInflater&) = delete;
  MessageInflater& operator=(const MessageInflater&) = delete;

  enum class Result { kOk, kBad, kTooBig };

  /// Replaces `out` by the message, of at most `max_size` bytes. After anything but kOk the object is of no more use.
  Result Decompress(std::string_view payload, size_t max_size, std::string& out);

  /// The messages before are not referred to any more.
  void Forget() { inflateReset(&stream_); }

 private:
  Result Feed(std::string_view input, size_t max_size, std::string& out, size_t& size);

  z_stream stream_ = {};
};

}  // namespace wsload::gateway
