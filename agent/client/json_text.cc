#include "agent/client/json_text.h"

#include <array>
#include <cstdint>

namespace wsload {
namespace {

// 0: as it is; 'u': \u00XX; else: backslash and this character.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> escapes{};
  for (size_t c = 0; c < 0x20; ++c) escapes[c] = 'u';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}();

}  // namespace

char* WriteJsonText(std::string_view text, char* out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (const char c : text) {
    const char escape = kEscapes[static_cast<uint8_t>(c)];
    if (escape == 0) {
      *out++ = c;
      continue;
    }
    *out++ = '\\';
    *out++ = escape;
    if (escape != 'u') continue;
    *out++ = '0';
    *out++ = '0';
    *out++ = kHex[static_cast<uint8_t>(c) >> 4];
    *out++ = kHex[static_cast<uint8_t>(c) & 0xf];
  }
  return out;
}

}  // namespace wsload
