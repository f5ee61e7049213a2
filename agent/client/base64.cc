#include "agent/client/base64.h"

#include <array>
#include <cstdint>

namespace wsload {
namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// A character's six bits, and above them what it says about the alphabet: the flags of a whole text are or-ed together
// and looked at once.
constexpr uint16_t kSixBits = 0x3f;
constexpr uint16_t kOnlyStandard = 0x100;
constexpr uint16_t kOnlyUrl = 0x200;
constexpr uint16_t kForeign = 0x400;

constexpr std::array<uint16_t, 256> kValues = [] {
  std::array<uint16_t, 256> values{};
  values.fill(kForeign);
  for (size_t i = 0; i < 64; ++i) {
    values[static_cast<uint8_t>(kStandard[i])] = static_cast<uint16_t>(i | (i < 62 ? 0 : kOnlyStandard));
    if (i >= 62) values[static_cast<uint8_t>(kUrl[i])] = static_cast<uint16_t>(i | kOnlyUrl);
  }
  return values;
}();

uint32_t Value(char c) { return kValues[static_cast<uint8_t>(c)]; }

uint32_t Byte(char c) { return static_cast<uint8_t>(c); }

char* Encode(std::string_view bytes, std::string_view alphabet, bool padded, char* out) {
  const char* in = bytes.data();
  size_t left = bytes.size();
  for (; left >= 3; left -= 3, in += 3, out += 4) {
    const uint32_t bits = Byte(in[0]) << 16 | Byte(in[1]) << 8 | Byte(in[2]);
    out[0] = alphabet[bits >> 18];
    out[1] = alphabet[bits >> 12 & kSixBits];
    out[2] = alphabet[bits >> 6 & kSixBits];
    out[3] = alphabet[bits & kSixBits];
  }
  if (left == 0) return out;
  const uint32_t bits = Byte(in[0]) << 16 | (left == 2 ? Byte(in[1]) << 8 : 0);
  *out++ = alphabet[bits >> 18];
  *out++ = alphabet[bits >> 12 & kSixBits];
  if (left == 2) *out++ = alphabet[bits >> 6 & kSixBits];
  if (padded) {
    *out++ = '=';
    if (left == 1) *out++ = '=';
  }
  return out;
}

/// `text` without padding; `flags` gets the or of all characters' flags, or kForeign when the text cannot be base64.
size_t Decode(std::string_view text, char* out, uint32_t& flags) {
  const char* in = text.data();
  const char* const start = out;
  size_t left = text.size();
  uint32_t seen = 0;
  for (; left >= 4; left -= 4, in += 4, out += 3) {
    const uint32_t a = Value(in[0]), b = Value(in[1]), c = Value(in[2]), d = Value(in[3]);
    seen |= a | b | c | d;
    const uint32_t bits = (a & kSixBits) << 18 | (b & kSixBits) << 12 | (c & kSixBits) << 6 | (d & kSixBits);
    out[0] = static_cast<char>(bits >> 16);
    out[1] = static_cast<char>(bits >> 8);
    out[2] = static_cast<char>(bits);
  }
  if (left == 1) {
    seen |= kForeign;
  } else if (left >= 2) {
    const uint32_t a = Value(in[0]), b = Value(in[1]), c = left == 3 ? Value(in[2]) : 0;
    seen |= a | b | c;
    const uint32_t bits = (a & kSixBits) << 18 | (b & kSixBits) << 12 | (c & kSixBits) << 6;
    if ((bits & (left == 3 ? 0xffu : 0xffffu)) != 0) seen |= kForeign;
    *out++ = static_cast<char>(bits >> 16);
    if (left == 3) *out++ = static_cast<char>(bits >> 8);
  }
  flags = seen;
  return static_cast<size_t>(out - start);
}

}  // namespace

char* EncodeBase64(std::string_view bytes, char* out) { return Encode(bytes, kStandard, true, out); }

char* EncodeBase64Url(std::string_view bytes, char* out) { return Encode(bytes, kUrl, false, out); }

std::optional<size_t> DecodeBase64(std::string_view text, char* out) {
  if (text.size() % 4 == 0 && text.ends_with('=')) text.remove_suffix(text.ends_with("==") ? 2 : 1);
  uint32_t flags = 0;
  const size_t size = Decode(text, out, flags);
  const bool mixed = (flags & kOnlyStandard) != 0 && (flags & kOnlyUrl) != 0;
  if (mixed || (flags & kForeign) != 0) return std::nullopt;
  return size;
}

std::optional<size_t> DecodeBase64Url(std::string_view text, char* out) {
  uint32_t flags = 0;
  const size_t size = Decode(text, out, flags);
  if ((flags & (kOnlyStandard | kForeign)) != 0) return std::nullopt;
  return size;
}

}  // namespace wsload
