#include "common/util/display_width.h"

#include <algorithm>
#include <iterator>

namespace wsload {
namespace {

struct Range {
  uint32_t first, last;
};

constexpr Range kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},  {0x3041, 0x33FF}, {0x3400, 0x4DBF},
                           {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},  {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
                           {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
                           {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

}  // namespace

CodePoint FirstCodePoint(std::string_view utf8) {
  const auto lead = static_cast<unsigned char>(utf8.front());
  size_t length = 1;
  uint32_t value = lead;
  if (lead >= 0xF0) {
    length = 4;
    value = lead & 0x07u;
  } else if (lead >= 0xE0) {
    length = 3;
    value = lead & 0x0Fu;
  } else if (lead >= 0xC0) {
    length = 2;
    value = lead & 0x1Fu;
  }
  length = std::min(length, utf8.size());
  for (size_t k = 1; k < length; ++k) {
    value = (value << 6) | (static_cast<unsigned char>(utf8[k]) & 0x3Fu);
  }
  return {value, length};
}

bool IsWide(uint32_t code_point) {
  return std::any_of(std::begin(kWide), std::end(kWide),
                     [&](const Range& range) { return code_point >= range.first && code_point <= range.last; });
}

int DisplayWidth(std::string_view utf8) {
  int width = 0;
  while (!utf8.empty()) {
    const CodePoint first = FirstCodePoint(utf8);
    width += IsWide(first.value) ? 2 : 1;
    utf8.remove_prefix(first.bytes);
  }
  return width;
}

}  // namespace wsload
