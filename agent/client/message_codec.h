// The gateway's application messages to and from bytes: gatewayapi.v1.Message
// as proto3 JSON or as Protobuf. On the message path: no allocation once the buffers have grown.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/plan/run_plan.h"

namespace wsload {

/// gatewayapi.v1.Message.CommandType; other numbers are kept as they come.
enum class Command : int32_t {
  kInvalid = 0,
  kHeartbeat = 1,
  kUpstreamMessage = 2,
  kUpstreamAck = 3,
  kDownstreamMessage = 4,
  kDownstreamAck = 5,
  kRedirect = 6,
  kRateLimitExceeded = 7,
};

/// A decoded message; the views live until the next call of the codec that made them, or the end of the wire bytes.
struct MessageView {
  Command cmd = Command::kInvalid;
  std::string_view key{};
  std::string_view body{};
};

struct OnReceiveResponse {
  int64_t msg_id = 0;
  int64_t biz_id = 0;
};

struct RedirectNode {
  std::string id;
  std::string ip;
  int32_t port = 0;
  int32_t weight = 0;
  std::string location;
  std::vector<std::string> labels;
  int64_t capacity = 0;
  int64_t load = 0;
};

/// One thread at a time (it owns scratch buffers).
class MessageCodec {
 public:
  /// Readable bytes that Decode() needs behind the end of its input.
  static constexpr size_t kPadding = 64;
  /// Of a downstream message's key, which its acknowledgement brings back.
  static constexpr size_t kMaxKeyBytes = 4 << 10;
  /// Of a REDIRECT's body: some hundred gateways, with what is said of them.
  static constexpr size_t kMaxNodesBytes = 64 << 10;

  struct TextFrame {
    static constexpr size_t kMostHeadBytes = 8;
    static constexpr size_t kMostTailBytes = 1;
    std::array<char, kMostHeadBytes> head{};
    size_t head_bytes = 0;
    std::string_view tail{};  ///< a literal
  };

  virtual ~MessageCodec() = default;

  /// Replaces `out` by the encoded message. `key` must be UTF-8 (all of ours are ASCII).
  virtual void Encode(const MessageView& message, std::string& out) = 0;

  /// False: not a Message. Takes any valid proto3 JSON (enum by name or number, any key order, escapes, either base64
  /// alphabet with or without padding, null as absent, unknown fields ignored, last one wins, white space anywhere) or
  /// any valid Protobuf encoding (unknown fields ignored, last one wins). Unknown command numbers are kept, unknown
  /// names refused. Hostile bytes are refused, never read past `wire.size() + kPadding`. JSON that is larger than a
  /// real message ever is in anything but its key and body is refused before anything is built of it.
  virtual bool Decode(std::string_view wire, MessageView& message) = 0;

  // The bodies' plaintexts, off the hot path.

  /// StringValue(text), the plaintext of an upstream message.
  virtual std::string EncodeText(std::string_view text) const = 0;
  /// What EncodeText() puts around a text of so many bytes that needs no escapes. On the message path.
  virtual TextFrame FrameOf(size_t text_bytes) const = 0;
  virtual absl::StatusOr<std::string> DecodeText(std::string_view plaintext) const = 0;
  virtual std::string EncodeResponse(const OnReceiveResponse& response) const = 0;
  virtual absl::StatusOr<OnReceiveResponse> DecodeResponse(std::string_view plaintext) const = 0;
  virtual std::string EncodeNodes(const std::vector<RedirectNode>& nodes) const = 0;
  /// kInvalidArgument: no node list, or more than kMaxNodesBytes.
  virtual absl::StatusOr<std::vector<RedirectNode>> DecodeNodes(std::string_view body) const = 0;
};

std::unique_ptr<MessageCodec> NewMessageCodec(Serializer serializer);

}  // namespace wsload
