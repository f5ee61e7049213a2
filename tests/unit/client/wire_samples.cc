#include "tests/unit/client/wire_samples.h"

#include <fmt/format.h>
#include <google/protobuf/stubs/strutil.h>

#include <algorithm>
#include <array>
#include <vector>

namespace wsload {
namespace {

using gatewayapi::v1::Message;

void AppendUtf8(uint32_t c, std::string& out) {
  const auto tail = [&](int shift) { out.push_back(static_cast<char>(0x80 | (c >> shift & 0x3f))); };
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xc0 | c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | c >> 12));
    tail(6);
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xf0 | c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

uint32_t TakeUtf8(std::string_view& text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  const size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  uint32_t c = size == 1 ? lead : lead & (0x7fu >> size);
  for (size_t i = 1; i < size; ++i) c = c << 6 | (static_cast<uint8_t>(text[i]) & 0x3f);
  text.remove_prefix(size);
  return c;
}

}  // namespace

std::string WireSamples::RandomText(size_t max_characters) {
  std::string text;
  for (size_t left = Below(max_characters + 1); left > 0; --left) {
    switch (Below(8)) {
      case 0:
        AppendUtf8(static_cast<uint32_t>(Below(0x20)), text);
        break;
      case 1:
        text.push_back("\"\\/<>&'\x7f"[Below(8)]);
        break;
      case 2:
        AppendUtf8(static_cast<uint32_t>(0x80 + Below(0xd800 - 0x80)), text);
        break;
      case 3:
        AppendUtf8(static_cast<uint32_t>(0xe000 + Below(0x110000 - 0xe000)), text);
        break;
      default:
        AppendUtf8(static_cast<uint32_t>(0x20 + Below(0x5f)), text);
    }
  }
  return text;
}

std::string WireSamples::RandomBytes(size_t max_bytes) {
  std::string bytes(Below(max_bytes + 1), '\0');
  for (char& byte : bytes) byte = static_cast<char>(Below(256));
  return bytes;
}

Message WireSamples::RandomMessage() {
  Message message;
  const int32_t cmd = OneIn(4) ? static_cast<int32_t>(random_()) : static_cast<int32_t>(Below(9));
  message.set_cmd(static_cast<Message::CommandType>(cmd));
  message.set_key(RandomText(40));
  message.set_body(RandomBytes(OneIn(8) ? 3000 : 200));
  return message;
}

std::string WireSamples::Space() {
  std::string space;
  while (OneIn(3)) space.push_back(" \t\r\n"[Below(4)]);
  return space;
}

std::string WireSamples::Literal(std::string_view text) {
  const bool plain = OneIn(2);
  std::string literal = "\"";
  while (!text.empty()) {
    const uint32_t c = TakeUtf8(text);
    constexpr std::string_view kShort = "\"\\/\b\f\n\r\t";
    const size_t at = c < 0x80 ? kShort.find(static_cast<char>(c)) : std::string_view::npos;
    const bool must = c < 0x20 || c == '"' || c == '\\';
    if (!must && (plain || !OneIn(4))) {
      AppendUtf8(c, literal);
    } else if (at != std::string_view::npos && !OneIn(3)) {
      literal += '\\';
      literal += "\"\\/bfnrt"[at];
    } else if (c < 0x10000) {
      literal += OneIn(2) ? fmt::format("\\u{:04x}", c) : fmt::format("\\u{:04X}", c);
    } else {
      literal += fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + ((c - 0x10000) & 0x3ff));
    }
  }
  return literal + '"';
}

std::string WireSamples::CommandJson(int32_t number) {
  if (Message::CommandType_IsValid(number) && !OneIn(3)) {
    return Literal(Message::CommandType_Name(static_cast<Message::CommandType>(number)));
  }
  switch (Below(4)) {
    case 0:
      return fmt::format("{}.0", number);
    case 1:
      return fmt::format("{}{}e0", number, OneIn(2) ? ".000" : "");
    default:
      return fmt::format("{}", number);
  }
}

std::string WireSamples::BodyJson(const std::string& body) {
  std::string base64;
  const auto* bytes = reinterpret_cast<const unsigned char*>(body.data());
  const auto size = static_cast<int>(body.size());
  if (OneIn(2)) {
    google::protobuf::Base64Escape(bytes, size, &base64, OneIn(2));
  } else {
    google::protobuf::WebSafeBase64Escape(bytes, size, &base64, OneIn(2));
  }
  return Literal(base64);
}

std::string WireSamples::RandomValue(int depth) {
  switch (Below(depth > 0 ? 8 : 6)) {
    case 0:
      return "null";
    case 1:
      return OneIn(2) ? "true" : "false";
    case 2:
      return fmt::format("{}", static_cast<int64_t>(random_()) >> Below(64));
    case 3:
      return fmt::format("-{}.{}{}", Below(100), Below(1000), OneIn(2) ? "E+12" : "e-7");
    case 6: {
      std::string array = "[" + Space();
      for (size_t left = Below(4); left > 0; --left) array += RandomValue(depth - 1) + Space() + (left > 1 ? "," : "");
      return array + "]";
    }
    case 7: {
      std::string object = "{" + Space();
      for (size_t left = Below(4); left > 0; --left) {
        object +=
            Literal("f" + RandomText(5)) + Space() + ":" + Space() + RandomValue(depth - 1) + (left > 1 ? "," : "");
      }
      return object + Space() + "}";
    }
    default:
      return Literal(RandomText(10));
  }
}

std::string WireSamples::RandomJson(const Message& message) {
  struct Field {
    std::string name;
    std::string value;
    std::string overridden;  // a value that an earlier field of the same name may have
  };
  std::vector<Field> fields;
  if (message.cmd() != 0 || OneIn(3)) fields.push_back({"cmd", CommandJson(message.cmd()), CommandJson(7)});
  if (!message.key().empty() || OneIn(3)) fields.push_back({"key", Literal(message.key()), Literal(RandomText(5))});
  if (!message.body().empty() || OneIn(3)) fields.push_back({"body", BodyJson(message.body()), BodyJson("?")});
  while (OneIn(2)) fields.push_back({"x" + RandomText(5), RandomValue(4), "0"});
  std::shuffle(fields.begin(), fields.end(), random_);

  std::vector<std::pair<std::string, std::string>> members;
  for (const Field& field : fields) {
    if (OneIn(8)) members.emplace_back(field.name, field.overridden);
    members.emplace_back(field.name, field.value);
    if (OneIn(8)) members.emplace_back(field.name, "null");
  }
  std::string json = Space() + "{" + Space();
  for (size_t i = 0; i < members.size(); ++i) {
    if (i > 0) json += "," + Space();
    json += Literal(members[i].first) + Space() + ":" + Space() + members[i].second + Space();
  }
  return json + "}" + Space();
}

std::string WireSamples::LongVarint(uint64_t value, size_t max_bytes) {
  std::string varint;
  do {
    varint.push_back(static_cast<char>(value & 0x7f));
    value >>= 7;
  } while (value != 0);
  while (varint.size() < max_bytes && OneIn(8)) varint.push_back('\0');
  for (size_t i = 0; i + 1 < varint.size(); ++i) varint[i] = static_cast<char>(varint[i] | 0x80);
  return varint;
}

std::string WireSamples::UnknownWire(uint32_t field, int depth) {
  const auto tag = [&](uint32_t type) { return LongVarint(field << 3 | type, 5); };
  switch (Below(depth > 0 ? 5 : 4)) {
    case 0:
      return tag(0) + LongVarint(random_() >> Below(64), 10);
    case 1:
      return tag(1) + std::string(8, 'a');
    case 2:
      return tag(5) + std::string(4, 'b');
    case 3: {
      const std::string bytes = RandomBytes(20);
      return tag(2) + LongVarint(bytes.size(), 5) + bytes;
    }
    default: {
      std::string group = tag(3);
      while (OneIn(2)) group += UnknownWire(static_cast<uint32_t>(1 + Below(20)), depth - 1);
      return group + tag(4);
    }
  }
}

std::string WireSamples::RandomWire(const Message& message) {
  const auto bytes_field = [&](uint32_t field, const std::string& bytes) {
    return LongVarint(field << 3 | 2, 5) + LongVarint(bytes.size(), 5) + bytes;
  };
  const auto command_field = [&](int32_t number) {
    return LongVarint(1 << 3, 5) + LongVarint(static_cast<uint64_t>(static_cast<int64_t>(number)), 10);
  };
  std::array<std::string, 3> known;
  for (std::string& field : known) {
    if (!OneIn(8)) continue;
    field = &field == &known[0]   ? command_field(5)
            : &field == &known[1] ? bytes_field(2, RandomText(5))
                                  : bytes_field(3, RandomBytes(5));
  }
  // An overridden field is set even to its default.
  if (message.cmd() != 0 || !known[0].empty()) known[0] += command_field(message.cmd());
  if (!message.key().empty() || !known[1].empty()) known[1] += bytes_field(2, message.key());
  if (!message.body().empty() || !known[2].empty()) known[2] += bytes_field(3, message.body());
  std::vector<std::string> fields(known.begin(), known.end());
  while (OneIn(2)) fields.push_back(UnknownWire(OneIn(4) ? (1u << 29) - 1 : static_cast<uint32_t>(4 + Below(1000)), 4));
  std::shuffle(fields.begin(), fields.end(), random_);
  std::string wire;
  for (const std::string& field : fields) wire += field;
  return wire;
}

std::string WireSamples::Mutate(std::string_view text) {
  std::string mutated(text);
  for (size_t left = 1 + Below(4); left > 0 && !mutated.empty(); --left) {
    const size_t at = Below(mutated.size());
    switch (Below(6)) {
      case 0:
        mutated[at] = static_cast<char>(mutated[at] ^ 1 << Below(8));
        break;
      case 1:
        mutated[at] = "\"\\{}[],:\x80\xff\x00 0-e"[Below(15)];
        break;
      case 2:
        mutated.insert(at, 1, static_cast<char>(Below(256)));
        break;
      case 3:
        mutated.erase(at, 1 + Below(3));
        break;
      case 4:
        std::swap(mutated[at], mutated[Below(mutated.size())]);
        break;
      default:
        if (OneIn(3)) mutated.resize(at);
    }
  }
  return mutated;
}

}  // namespace wsload
