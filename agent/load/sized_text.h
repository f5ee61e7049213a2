// The bodies of messages of any size, out of one buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/client/message_codec.h"
#include "common/plan/message_sizes.h"

namespace wsload {

/// One thread. Allocates nothing once it is made. The texts are "abc...": each is the beginning of every larger one.
class SizedText {
 public:
  /// Which message has which size: as MessageSizes::Draw() has it. `codec` outlives it; null: the text alone is the
  /// body, as with the echo protocol.
  SizedText(const MessageSizes& sizes, uint64_t seed, const MessageCodec* codec);

  /// What WebSocketClient::SendUpstream() takes for the message with that number in the run; until the next call.
  std::string_view Of(int64_t number) {
    const int64_t bytes = sizes_.Draw(seed_, number);
    if (bytes != bytes_) Frame(bytes);
    return {buffer_.data() + begin_, length_};
  }
  /// Where all texts begin: for what is written into each of them, within the smallest one.
  char* text() { return buffer_.data() + kBefore; }

 private:
  static constexpr size_t kBefore = MessageCodec::TextFrame::kMostHeadBytes;

  /// Makes it the body with a text of so many bytes.
  void Frame(int64_t bytes);

  const MessageSizes sizes_;
  const uint64_t seed_;
  const MessageCodec* const codec_;
  std::string buffer_;  ///< room for what stands before a text, the largest text, room for what stands behind it
  // Of the body now in it.
  int64_t bytes_ = -1;  ///< of its text
  size_t begin_ = 0;
  size_t length_ = 0;
};

}  // namespace wsload
