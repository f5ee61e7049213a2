// Protobuf's wire format for gatewayapi.v1.Message: views into the wire bytes,
// the same acceptance as the generated parser's.
#include <google/protobuf/wrappers.pb.h>
#include <simdjson.h>

#include <array>
#include <cstring>
#include <limits>

#include "agent/client/body_messages.h"
#include "agent/client/codecs.h"
#include "common/util/status.h"

namespace wsload {
namespace {

enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kStartGroup = 3, kEndGroup = 4, kFixed32 = 5 };

constexpr uint32_t Tag(uint32_t field, WireType type) { return field << 3 | type; }
constexpr uint32_t kCmdTag = Tag(1, kVarint);
constexpr uint32_t kKeyTag = Tag(2, kBytes);
constexpr uint32_t kBodyTag = Tag(3, kBytes);
constexpr uint32_t kTextTag = Tag(1, kBytes);  // of StringValue

constexpr size_t kMaxVarintBytes = 10;
constexpr size_t kMaxTagBytes = 5;
/// Groups nest no deeper than Protobuf's own parser lets them.
constexpr size_t kMaxGroups = 100;

/// Every read checks what is left and returns false at the end or at damage.
class Reader {
 public:
  explicit Reader(std::string_view wire) : at_(wire.data()), end_(wire.data() + wire.size()) {}

  bool done() const { return at_ == end_; }

  bool ReadVarint(uint64_t& value, size_t max_bytes = kMaxVarintBytes) {
    value = 0;
    for (size_t i = 0; i < max_bytes && at_ != end_; ++i) {
      const auto byte = static_cast<uint8_t>(*at_++);
      value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
      if (byte < 0x80) return true;
    }
    return false;
  }

  /// A tag is 32 bits; what five bytes hold beyond that is dropped, as the generated parser drops it. False for field
  /// number 0.
  bool ReadTag(uint32_t& tag) {
    uint64_t value = 0;
    if (!ReadVarint(value, kMaxTagBytes)) return false;
    tag = static_cast<uint32_t>(value);
    return tag >> 3 != 0;
  }

  bool ReadBytes(std::string_view& bytes) {
    uint64_t size = 0;
    if (!ReadVarint(size, kMaxTagBytes) || size > static_cast<size_t>(end_ - at_)) return false;
    bytes = {at_, static_cast<size_t>(size)};
    at_ += size;
    return true;
  }

  bool Skip(uint32_t tag) {
    uint64_t ignored = 0;
    std::string_view bytes;
    switch (tag & 7) {
      case kVarint:
        return ReadVarint(ignored);
      case kFixed64:
        return Advance(8);
      case kBytes:
        return ReadBytes(bytes);
      case kStartGroup:
        return SkipGroup(tag);
      case kFixed32:
        return Advance(4);
      default:  // the end of a group that has not begun, or no wire type
        return false;
    }
  }

 private:
  bool Advance(size_t bytes) {
    if (bytes > static_cast<size_t>(end_ - at_)) return false;
    at_ += bytes;
    return true;
  }

  /// To the end of the group that `tag` began. A loop over the open groups, so that hostile nesting costs no stack.
  bool SkipGroup(uint32_t tag) {
    std::array<uint32_t, kMaxGroups> open;
    size_t depth = 0;
    open[depth++] = tag >> 3;
    while (depth > 0) {
      if (!ReadTag(tag)) return false;
      if ((tag & 7) == kEndGroup) {
        if (tag >> 3 != open[--depth]) return false;
      } else if ((tag & 7) == kStartGroup) {
        if (depth == open.size()) return false;
        open[depth++] = tag >> 3;
      } else if (!Skip(tag)) {
        return false;
      }
    }
    return true;
  }

  const char* at_;
  const char* end_;
};

char* WriteVarint(uint64_t value, char* out) {
  for (; value >= 0x80; value >>= 7) *out++ = static_cast<char>(value | 0x80);
  *out++ = static_cast<char>(value);
  return out;
}

char* WriteBytes(uint32_t tag, std::string_view bytes, char* out) {
  *out++ = static_cast<char>(tag);
  out = WriteVarint(bytes.size(), out);
  std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}

template <typename Proto>
absl::StatusOr<Proto> Parse(std::string_view bytes) {
  Proto message;
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max()) ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InvalidArgument("body is not a {} in Protobuf", Proto::descriptor()->full_name());
  }
  return message;
}

class ProtoCodec final : public MessageCodec {
 public:
  void Encode(const MessageView& message, std::string& out) override {
    const size_t bound = 3 * (1 + kMaxVarintBytes) + message.key.size() + message.body.size();
    if (out.size() < bound) out.resize(bound);
    char* end = out.data();
    if (message.cmd != Command::kInvalid) {
      *end++ = static_cast<char>(kCmdTag);
      // An enum is an int32, and a negative one goes out sign-extended to ten bytes.
      end = WriteVarint(static_cast<uint64_t>(static_cast<int64_t>(message.cmd)), end);
    }
    if (!message.key.empty()) end = WriteBytes(kKeyTag, message.key, end);
    if (!message.body.empty()) end = WriteBytes(kBodyTag, message.body, end);
    out.resize(static_cast<size_t>(end - out.data()));
  }

  bool Decode(std::string_view wire, MessageView& message) override {
    message = {};
    Reader reader(wire);
    while (!reader.done()) {
      uint32_t tag = 0;
      if (!reader.ReadTag(tag)) return false;
      if (tag == kCmdTag) {
        uint64_t number = 0;
        if (!reader.ReadVarint(number)) return false;
        message.cmd = static_cast<Command>(static_cast<int32_t>(number));
      } else if (tag == kKeyTag) {
        if (!reader.ReadBytes(message.key)) return false;
        // Proto3 refuses a string that is not UTF-8, also one that a later field replaces.
        if (!simdjson::validate_utf8(message.key.data(), message.key.size())) return false;
      } else if (tag == kBodyTag) {
        if (!reader.ReadBytes(message.body)) return false;
      } else if (!reader.Skip(tag)) {
        return false;
      }
    }
    return true;
  }

  std::string EncodeText(std::string_view text) const override {
    google::protobuf::StringValue value;
    value.set_value(text.data(), text.size());
    return value.SerializeAsString();
  }

  TextFrame FrameOf(size_t text_bytes) const override {
    // Proto3 leaves an empty one out.
    if (text_bytes == 0) return {};
    TextFrame frame;
    frame.head[frame.head_bytes++] = static_cast<char>(kTextTag);
    for (; text_bytes >= 0x80; text_bytes >>= 7) {
      frame.head[frame.head_bytes++] = static_cast<char>((text_bytes & 0x7F) | 0x80);
    }
    frame.head[frame.head_bytes++] = static_cast<char>(text_bytes);
    return frame;
  }

  absl::StatusOr<std::string> DecodeText(std::string_view plaintext) const override {
    auto value = Parse<google::protobuf::StringValue>(plaintext);
    if (!value.ok()) return value.status();
    return std::move(*value->mutable_value());
  }

  std::string EncodeResponse(const OnReceiveResponse& response) const override {
    return ToProto(response).SerializeAsString();
  }

  absl::StatusOr<OnReceiveResponse> DecodeResponse(std::string_view plaintext) const override {
    const auto response = Parse<gatewayapi::v1::OnReceiveResponse>(plaintext);
    if (!response.ok()) return response.status();
    return FromProto(*response);
  }

  std::string EncodeNodes(const std::vector<RedirectNode>& nodes) const override {
    return ToProto(nodes).SerializeAsString();
  }

  absl::StatusOr<std::vector<RedirectNode>> DecodeNodes(std::string_view body) const override {
    if (body.size() > kMaxNodesBytes) return TooManyNodes(body.size());
    const auto nodes = Parse<gatewayapi::v1::NodeList>(body);
    if (!nodes.ok()) return nodes.status();
    return FromProto(*nodes);
  }
};

}  // namespace

std::unique_ptr<MessageCodec> NewProtoCodec() { return std::make_unique<ProtoCodec>(); }

}  // namespace wsload
