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
#include "agent/websocket/memory_budget.h"

namespace wsload {

namespace hybi {
class MessagePool;
}

/// Section 5.2.
enum class Opcode : uint8_t { kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

/// What the connections of one loop share: scratch space that belongs to nobody between two calls.
class FrameContext {
 public:
  /// `budget`: of messages on their way; null: without a bound.
  explicit FrameContext(std::shared_ptr<MemoryBudget> budget = nullptr);
  ~FrameContext();
  FrameContext(const FrameContext&) = delete;
  FrameContext& operator=(const FrameContext&) = delete;

  MemoryShare& memory() { return memory_; }

 private:
  friend class FrameProcessor;
  friend class ClientHandshake;

  uint8_t* Scratch(size_t size);
  Deflater& SharedDeflater(uint8_t window_bits);

  FastRandom random_;
  MemoryShare memory_;
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

/// What to do with the bytes that follow.
enum class Feeding : uint8_t {
  kGoOn,
  kLater,  ///< the rest is fed again later
  kEnd,    ///< nothing more is fed
};

class FrameEvents {
 public:
  /// A whole data message, inflated; kReadPadding bytes behind it may be read.
  virtual Feeding OnData(std::string_view payload, bool binary) = 0;
  virtual Feeding OnControl(Opcode opcode, std::string_view payload) = 0;
  /// `bytes` were looked at or inflated, and no message has ended with them.
  virtual Feeding OnPart(size_t bytes) = 0;

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
  /// read. What it has taken is cut off `bytes`: all of it, unless `events` says otherwise. After an error nothing more
  /// may be fed.
  std::optional<FrameError> Feed(std::span<const uint8_t>& bytes, FrameEvents& events);

  /// One whole message in one frame, masked, and compressed when that was negotiated: frames must be sent in the order
  /// in which they were made. The view is valid until the next call to any processor of the same context.
  std::string_view DataFrame(std::string_view payload, Opcode opcode = Opcode::kBinary);

  /// Every compressed frame refers to those before: none may be left out.
  bool keeps_context() const { return deflate_.enabled && !deflate_.client_no_context_takeover; }

  /// As above; at most 125 bytes of payload.
  std::string_view ControlFrame(Opcode opcode, std::string_view payload);

 private:
  struct Slow;

  /// False: the message goes as it is.
  bool Compress(std::string_view payload, std::string_view* compressed);
  std::string_view BuildFrame(uint8_t opcode, std::string_view payload, bool compressed);
  std::optional<FrameError> FeedSlowly(std::span<const uint8_t>& bytes, FrameEvents& events, Feeding* next);

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
