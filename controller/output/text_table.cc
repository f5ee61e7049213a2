#include "controller/output/text_table.h"

#include <algorithm>
#include <cstdint>

namespace wsload {
namespace {

constexpr int kColumnGap = 3;

struct Range {
  uint32_t first, last;
};

// Wide and full-width blocks of UAX #11, as far as console texts use them.
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},  {0x3041, 0x33FF}, {0x3400, 0x4DBF},
                           {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},  {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
                           {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
                           {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

bool IsWide(uint32_t code_point) {
  return std::any_of(std::begin(kWide), std::end(kWide),
                     [&](const Range& range) { return code_point >= range.first && code_point <= range.last; });
}

}  // namespace

int DisplayWidth(std::string_view utf8) {
  int width = 0;
  for (size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    size_t length = 1;
    uint32_t code_point = lead;
    if (lead >= 0xF0) {
      length = 4;
      code_point = lead & 0x07u;
    } else if (lead >= 0xE0) {
      length = 3;
      code_point = lead & 0x0Fu;
    } else if (lead >= 0xC0) {
      length = 2;
      code_point = lead & 0x1Fu;
    }
    for (size_t k = 1; k < length && i + k < utf8.size(); ++k) {
      code_point = (code_point << 6) | (static_cast<unsigned char>(utf8[i + k]) & 0x3Fu);
    }
    width += IsWide(code_point) ? 2 : 1;
    i += length;
  }
  return width;
}

std::string TextTable::Render(int margin) const {
  std::vector<int> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line(margin, ' ');
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - DisplayWidth(row[i]), ' ');
      if (i > 0) line.append(kColumnGap, ' ');
      line += i == 0 || all_left_ ? row[i] + padding : padding + row[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace wsload
