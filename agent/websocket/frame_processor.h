// RFC 6455 frames of one connection, the client's end: bytes in, messages and
// control frames out; and the other way round. No socket, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/websocket/deflate.h"
#include "agent/websocket/fast_random.h"

namespace wsload {

namespace hybi {
class MessagePool;
}

/// Section 5.2.
enum class Opcode : uint8_t { kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

/// What the connections of one loop share: scratch space that belongs to nobody between two calls.
class FrameContext {
 public:
  FrameContext();
  ~FrameContext();
  FrameContext(const FrameContext&) = delete;
  FrameContext& operator=(const FrameContext&) = delete;

 private:
  friend class FrameProcessor;
  friend class ClientHandshake;

  uint8_t* Scratch(size_t size);
  Deflater& SharedDeflater(uint8_t window_bits);

  FastRandom random_;
  std::unique_ptr<hybi::MessagePool> messages_;
  std::unique_ptr<uint8_t[]> scratch_;
  size_t scratch_size_ = 0;
  std::unique_ptr<Deflater> deflaters_[16];  ///< by window bits; of connections that keep no context
  std::string deflated_;
};

/// Why a peer's bytes are refused, and what a close frame should tell it.
struct FrameError {
  uint16_t close_code;  ///< 1002, 1007 or 1009
  std::string cause;    ///< "protocol_error", "bad_utf8", "bad_compression", "message_too_big"
  std::string reason;   ///< for people
};

class FrameEvents {
 public:
  /// A whole data message, inflated; kReadPadding bytes behind it may be read. False: feed no more.
  virtual bool OnData(std::string_view payload, bool binary) = 0;
  /// A control frame. False: feed no more.
  virtual bool OnControl(Opcode opcode, std::string_view payload) = 0;

 protected:
  ~FrameEvents() = default;
};

class FrameProcessor {
 public:
  /// `context` outlives this.
  FrameProcessor(FrameContext& context, size_t max_message_bytes, const DeflateParams& deflate);
  ~FrameProcessor();
  FrameProcessor(const FrameProcessor&) = delete;
  FrameProcessor& operator=(const FrameProcessor&) = delete;

  /// Takes the next bytes of the stream, split anywhere; at least Connection::kReadPadding bytes behind them may be
  /// read. After an error nothing more may be fed.
  std::optional<FrameError> Feed(std::span<const uint8_t> bytes, FrameEvents& events);

  /// One whole message in one frame, masked, and compressed when that was negotiated: frames must be sent in the order
  /// in which they were made. The view is valid until the next call to any processor of the same context.
  std::string_view DataFrame(std::string_view payload, Opcode opcode = Opcode::kBinary);

  /// As above; at most 125 bytes of payload.
  std::string_view ControlFrame(Opcode opcode, std::string_view payload);

 private:
  struct Slow;

  /// False: the message goes as it is.
  bool Compress(std::string_view payload, std::string_view* compressed);
  std::string_view BuildFrame(uint8_t opcode, std::string_view payload, bool compressed);

  FrameContext& context_;
  size_t max_message_bytes_;
  DeflateParams deflate_;
  std::unique_ptr<Deflater> deflater_;  ///< that keeps the context, made with the first message
  std::unique_ptr<Slow> slow_;          ///< made with the first frame that comes in pieces
};

/// The payload of a close frame, taken apart (section 5.5.1).
struct ClosePayload {
  uint16_t code = 1005;
  std::string_view reason;
};

/// Nothing when a close frame must not have this payload: one byte, a code that no one may send, no UTF-8.
std::optional<ClosePayload> ParseClosePayload(std::string_view payload);

/// The payload for `code` and `reason`; the reason is cut at 123 bytes, between characters. A code that may not be sent
/// becomes 1000; 1005 gives an empty payload.
std::string MakeClosePayload(uint16_t code, std::string_view reason);

}  // namespace wsload
