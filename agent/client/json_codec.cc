// Proto3 JSON for gatewayapi.v1.Message: a writer and a reader for this one
// message as printers write it, and simdjson's DOM parser for every other spelling (it validates all of the document,
// also what we skip).
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wrappers.pb.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <new>
#include <optional>

#include "agent/client/body_messages.h"
#include "agent/client/codecs.h"
#include "agent/client/json_text.h"
#include "common/util/base64.h"
#include "common/util/scratch.h"
#include "common/util/status.h"

namespace wsload {
namespace {

static_assert(MessageCodec::kPadding >= simdjson::SIMDJSON_PADDING);

constexpr std::array<std::string_view, 8> kCommandNames = {
    "COMMAND_TYPE_INVALID_UNSPECIFIED",
    "COMMAND_TYPE_HEARTBEAT",
    "COMMAND_TYPE_UPSTREAM_MESSAGE",
    "COMMAND_TYPE_UPSTREAM_ACK",
    "COMMAND_TYPE_DOWNSTREAM_MESSAGE",
    "COMMAND_TYPE_DOWNSTREAM_ACK",
    "COMMAND_TYPE_REDIRECT",
    "COMMAND_TYPE_RATE_LIMIT_EXCEEDED",
};

/// simdjson refuses the container that makes this many, the document's own among them: 100 inside it are Protobuf's
/// limit too.
constexpr size_t kMaxDepth = 102;

/// Bytes of JSON that the parser has room for from the start; it grows when longer ones come.
constexpr size_t kFirstCapacity = 4096;

/// Values, names and brackets in a message with any number of fields that we skip. The document takes some 20 bytes for
/// each, so that 16 MiB of "[[],[],..." would become 300.
constexpr size_t kMaxTokens = 100'000;

/// Everything in a message but its key and its body.
constexpr size_t kMaxOverhead = 96;

char* Write(std::string_view text, char* out) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* WriteCommand(Command command, char* out) {
  const auto number = static_cast<int32_t>(command);
  if (number < 0 || number >= static_cast<int32_t>(kCommandNames.size())) {
    return std::to_chars(out, out + std::numeric_limits<int32_t>::digits10 + 2, number).ptr;
  }
  *out++ = '"';
  out = Write(kCommandNames[static_cast<size_t>(number)], out);
  *out++ = '"';
  return out;
}

std::optional<Command> CommandByName(std::string_view name) {
  for (size_t i = 0; i < kCommandNames.size(); ++i) {
    if (name == kCommandNames[i]) return static_cast<Command>(i);
  }
  return std::nullopt;
}

/// An enum by its name or its number (`3`, also `3.0`: proto3 JSON takes any spelling of an integer).
std::optional<Command> ReadCommand(simdjson::dom::element value) {
  std::string_view name;
  if (value.get(name) == simdjson::SUCCESS) return CommandByName(name);
  int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) {
    if (number < std::numeric_limits<int32_t>::min() || number > std::numeric_limits<int32_t>::max()) {
      return std::nullopt;
    }
    return static_cast<Command>(number);
  }
  double real = 0;
  if (!value.is_double() || value.get(real) != simdjson::SUCCESS) return std::nullopt;
  if (!(real >= std::numeric_limits<int32_t>::min() && real <= std::numeric_limits<int32_t>::max())) {
    return std::nullopt;
  }
  const auto whole = static_cast<int32_t>(real);
  if (static_cast<double>(whole) != real) return std::nullopt;
  return static_cast<Command>(whole);
}

template <typename Proto>
std::string ToJson(const Proto& message) {
  std::string json;
  // Fails only for text that is not UTF-8, which our callers' types rule out.
  (void)google::protobuf::util::MessageToJsonString(message, &json);
  return json;
}

template <typename Proto>
absl::StatusOr<Proto> FromJson(std::string_view json) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  Proto message;
  // A copy, for the byte after its end: Protobuf takes a text that ends where another block of memory begins for a part
  // of that, and throws.
  const std::string text(json);
  const auto status = google::protobuf::util::JsonStringToMessage(text, &message, options);
  if (!status.ok()) return InvalidArgument("body is not a {} in JSON", Proto::descriptor()->full_name());
  return message;
}

/// Whether `json` cannot have more than kMaxTokens of them. Those within texts count as well: a body is base64, which
/// has none.
bool FewTokens(std::string_view json) {
  if (json.size() <= kMaxTokens) return true;
  size_t tokens = 0;
  for (const char c : json) tokens += static_cast<size_t>((c == ',') | (c == ':') | (c == '[') | (c == '{'));
  return tokens <= kMaxTokens;
}

/// Reads what printers of this message write: no spaces, the fields in order, the command by name, a key of printable
/// ASCII without escapes. A cursor that takes what it is told to expect, or nothing.
class Canonical {
 public:
  explicit Canonical(std::string_view wire) : rest_(wire) {}

  bool Take(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

  /// Up to the closing quote, which is taken too.
  bool TakeText(std::string_view& text) { return TakeQuoted(text) && std::all_of(text.begin(), text.end(), IsPlain); }

  /// TakeText() for a text that is looked at more closely elsewhere.
  bool TakeQuoted(std::string_view& text) {
    const size_t size = rest_.find('"');
    if (size == std::string_view::npos) return false;
    text = rest_.substr(0, size);
    rest_.remove_prefix(size + 1);
    return true;
  }

  bool done() const { return rest_.empty(); }

 private:
  static bool IsPlain(char c) { return c >= 0x20 && c < 0x7f && c != '\\'; }

  std::string_view rest_;
};

class JsonCodec final : public MessageCodec {
 public:
  JsonCodec() { Allocate(); }

  void Encode(const MessageView& message, std::string& out) override {
    const size_t bound = kMaxOverhead + JsonTextBound(message.key.size()) + Base64Size(message.body.size());
    if (out.size() < bound) out.resize(bound);
    char* const start = out.data();
    char* end = start;
    *end++ = '{';
    if (message.cmd != Command::kInvalid) {
      end = Write("\"cmd\":", end);
      end = WriteCommand(message.cmd, end);
    }
    if (!message.key.empty()) {
      end = Write(end - start > 1 ? ",\"key\":\"" : "\"key\":\"", end);
      end = WriteJsonText(message.key, end);
      *end++ = '"';
    }
    if (!message.body.empty()) {
      end = Write(end - start > 1 ? ",\"body\":\"" : "\"body\":\"", end);
      end = EncodeBase64(message.body, end);
      *end++ = '"';
    }
    *end++ = '}';
    out.resize(static_cast<size_t>(end - start));
  }

  bool Decode(std::string_view wire, MessageView& message) override {
    return DecodeCanonical(wire, message) || DecodeAny(wire, message);
  }

  std::string EncodeText(std::string_view text) const override {
    google::protobuf::StringValue value;
    value.set_value(text.data(), text.size());
    return ToJson(value);
  }

  TextFrame FrameOf(size_t) const override { return {{'"'}, 1, "\""}; }

  absl::StatusOr<std::string> DecodeText(std::string_view plaintext) const override {
    auto value = FromJson<google::protobuf::StringValue>(plaintext);
    if (!value.ok()) return value.status();
    return std::move(*value->mutable_value());
  }

  std::string EncodeResponse(const OnReceiveResponse& response) const override { return ToJson(ToProto(response)); }

  absl::StatusOr<OnReceiveResponse> DecodeResponse(std::string_view plaintext) const override {
    const auto response = FromJson<gatewayapi::v1::OnReceiveResponse>(plaintext);
    if (!response.ok()) return response.status();
    return FromProto(*response);
  }

  std::string EncodeNodes(const std::vector<RedirectNode>& nodes) const override { return ToJson(ToProto(nodes)); }

  absl::StatusOr<std::vector<RedirectNode>> DecodeNodes(std::string_view body) const override {
    if (body.size() > kMaxNodesBytes) return TooManyNodes(body.size());
    const auto nodes = FromJson<gatewayapi::v1::NodeList>(body);
    if (!nodes.ok()) return nodes.status();
    return FromProto(*nodes);
  }

 private:
  void Allocate() {
    parser_ = simdjson::dom::parser();
    document_ = simdjson::dom::document();
    // Both, or every message longer than all before it would grow the document to its own length and no further.
    if (parser_.allocate(kFirstCapacity, kMaxDepth) || document_.allocate(kFirstCapacity)) throw std::bad_alloc();
  }

  /// False: not of that form, which says nothing about whether it is a message.
  bool DecodeCanonical(std::string_view wire, MessageView& message) {
    message = {};
    Canonical at(wire);
    std::string_view text;
    if (!at.Take("{\"cmd\":\"") || !at.TakeQuoted(text)) return false;
    const std::optional<Command> command = CommandByName(text);
    if (!command) return false;
    message.cmd = *command;
    if (at.Take(",\"key\":\"") && !at.TakeText(message.key)) return false;
    if (at.Take(",\"body\":\"") && (!at.TakeQuoted(text) || !ReadBody(text, message.body))) return false;
    return at.Take("}") && at.done();
  }

  bool DecodeAny(std::string_view wire, MessageView& message) {
    message = {};
    simdjson::dom::object fields;
    if (!FewTokens(wire)) return false;
    if (parser_.capacity() > 2 * kMaxKeptScratchBytes && wire.size() <= kMaxKeptScratchBytes) Allocate();
    const auto* bytes = reinterpret_cast<const uint8_t*>(wire.data());
    if (parser_.parse_into_document(document_, bytes, wire.size(), false).get(fields)) return false;
    for (const auto [name, value] : fields) {
      // Null leaves a field as it is, like an absent one; of equal names the last value counts.
      if (value.is_null()) continue;
      if (name == "cmd") {
        const std::optional<Command> command = ReadCommand(value);
        if (!command) return false;
        message.cmd = *command;
      } else if (name == "key") {
        if (value.get(message.key)) return false;
      } else if (name == "body") {
        std::string_view text;
        if (value.get(text) || !ReadBody(text, message.body)) return false;
      }
    }
    return true;
  }

  bool ReadBody(std::string_view text, std::string_view& body) {
    const size_t bound = Base64DecodedBound(text.size());
    GiveBackScratch(body_, bound);
    if (body_.size() < bound) body_.resize(bound);
    const std::optional<size_t> size = DecodeBase64(text, body_.data());
    if (!size) return false;
    body = {body_.data(), *size};
    return true;
  }

  simdjson::dom::parser parser_;
  simdjson::dom::document document_;
  std::string body_;  // the decoded body is its beginning
};

}  // namespace

std::unique_ptr<MessageCodec> NewJsonCodec() { return std::make_unique<JsonCodec>(); }

}  // namespace wsload
