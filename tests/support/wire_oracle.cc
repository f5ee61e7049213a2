#include "tests/support/wire_oracle.h"

#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "gatewayapi/v1/gateway.pb.h"

namespace wsload {
namespace {

using gatewayapi::v1::Message;
using nlohmann::json;

/// Of the values inside the 100th container in a document.
constexpr size_t kMaxDepth = 101;

bool ParseByProtobuf(Serializer serializer, std::string_view wire, Message& message) {
  const google::protobuf::LogSilencer silencer;  // it logs every string that is not UTF-8
  if (serializer == Serializer::kProto) return message.ParseFromArray(wire.data(), static_cast<int>(wire.size()));
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  // A copy, for the byte after its end: Protobuf takes a text that ends where another block of memory begins for a part
  // of that, and gives up.
  const std::string text(wire);
  return google::protobuf::util::JsonStringToMessage(text, &message, options).ok();
}

/// A document as a strict JSON parser sees it, and what the documented differences turn on.
struct StrictJson {
  bool valid = false;
  bool has_unknown_command_name = false;
  bool has_empty_name = false;
  size_t depth = 0;
};

StrictJson ParseStrictly(std::string_view text) {
  StrictJson seen;
  std::string field;  // the top-level field that the parser is in
  const auto look = [&](int depth, json::parse_event_t event, json& value) {
    seen.depth = std::max(seen.depth, static_cast<size_t>(depth));
    if (event == json::parse_event_t::key) {
      const auto& name = value.get_ref<const std::string&>();
      seen.has_empty_name |= name.empty();
      if (depth == 1) field = name;
    }
    if (event == json::parse_event_t::value && depth == 1 && field == "cmd" && value.is_string()) {
      Message::CommandType ignored;
      seen.has_unknown_command_name |= !Message::CommandType_Parse(value.get_ref<const std::string&>(), &ignored);
    }
    return true;
  };
  seen.valid = !json::parse(text, look, /*allow_exceptions=*/false).is_discarded();
  return seen;
}

bool HasHugeInteger(std::string_view text) {
  size_t digits = 0;
  for (const char c : text) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits > std::numeric_limits<int64_t>::digits10) return true;
  }
  return false;
}

bool IsDocumented(std::string_view wire, bool accepted_by_us) {
  const StrictJson strict = ParseStrictly(wire);
  if (accepted_by_us) return strict.valid && strict.has_empty_name;
  return !strict.valid || strict.has_unknown_command_name || strict.depth > kMaxDepth || HasHugeInteger(wire);
}

}  // namespace

std::string WireDisagreement(Serializer serializer, MessageCodec& codec, std::string_view wire) {
  const std::unique_ptr<char[]> padded(new char[wire.size() + MessageCodec::kPadding]());
  wire.copy(padded.get(), wire.size());
  MessageView ours;
  const bool accepted = codec.Decode({padded.get(), wire.size()}, ours);
  Message theirs;
  if (accepted != ParseByProtobuf(serializer, wire, theirs)) {
    if (serializer == Serializer::kJson && IsDocumented(wire, accepted)) return "";
    return accepted ? "accepted, Protobuf refuses it" : "refused, Protobuf accepts it";
  }
  if (!accepted) return "";
  if (static_cast<int>(ours.cmd) == static_cast<int>(theirs.cmd()) && ours.key == theirs.key() &&
      ours.body == theirs.body()) {
    return "";
  }
  return fmt::format("read as cmd {}, key of {} and body of {} bytes; Protobuf reads cmd {}, {} and {}",
                     static_cast<int>(ours.cmd), ours.key.size(), ours.body.size(), static_cast<int>(theirs.cmd()),
                     theirs.key().size(), theirs.body().size());
}

}  // namespace wsload
