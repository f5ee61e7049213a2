// The server's half of RFC 6455 framing: masked frames in, unmasked frames out, messages put together from fragments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wsload::gateway {

enum class Opcode : uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xA,
};

inline constexpr bool IsControl(Opcode opcode) { return (static_cast<uint8_t>(opcode) & 0x8) != 0; }

/// Close codes of RFC 6455 section 7.4.1, and of its registry, that this server sends.
enum class CloseCode : uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupportedData = 1003,
  kInvalidPayload = 1007,
  kPolicyViolation = 1008,
  kTooBig = 1009,
  kServiceRestart = 1012,
};

/// Appends the header of an unfragmented, unmasked frame.
void AppendFrameHeader(std::string& out, Opcode opcode, bool compressed, size_t payload_size);

/// Appends a close frame; the reason is cut at 123 bytes.
void AppendCloseFrame(std::string& out, CloseCode code, std::string_view reason);

/// A whole data message, or a control frame.
struct Incoming {
  Opcode opcode = Opcode::kBinary;
  bool compressed = false;   ///< RSV1 of the message's first frame (RFC 7692)
  std::string_view payload;  ///< until the next call; kReadPadding bytes behind it may be read
};

/// Takes client frames from a byte stream, however it is cut.
class FrameReader {
 public:
  /// What Next() may find.
  enum class Result { kNeedMore, kFragment, kIncoming, kError };

  /// Bytes that the caller keeps readable behind the data it hands to Next().
  static constexpr size_t kReadPadding = 64;
  static constexpr size_t kMaxHeader = 14;

  /// A frame or message over `max_message` bytes is an error (1009).
  FrameReader(size_t max_message, bool allow_compressed)
      : max_message_(max_message), allow_compressed_(allow_compressed) {}

  /// Looks for one frame at the front of `data` and unmasks it in place. kFragment and kIncoming: `consumed` bytes are
  /// used up. kNeedMore: nothing was touched; call again with more bytes behind the same ones. kError: error_code() and
  /// error_reason() say what the close frame should; the reader is of no more use.
  Result Next(char* data, size_t size, Incoming& incoming, size_t& consumed);

  CloseCode error_code() const { return error_code_; }
  const char* error_reason() const { return error_reason_; }

 private:
  struct Header;
  Result Fail(CloseCode code, const char* reason);
  Result CheckHeader(const Header& header);
  Result Assemble(const Header& header, std::string_view payload, Incoming& incoming);

  size_t max_message_;
  bool allow_compressed_;
  bool in_message_ = false;  ///< a fragmented message is under way
  bool message_complete_ = false;
  Opcode message_opcode_ = Opcode::kBinary;
  bool message_compressed_ = false;
  std::string fragments_;
  CloseCode error_code_ = CloseCode::kProtocolError;
  const char* error_reason_ = "";
};

/// A close frame's payload as RFC 6455 section 5.5.1 wants it: empty, or a code that may travel and a reason.
bool IsValidClosePayload(std::string_view payload);

}  // namespace wsload::gateway
