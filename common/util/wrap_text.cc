#include "common/util/wrap_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "common/util/display_width.h"

namespace wsload {
namespace {

// U+3001 to U+3009 and their full-width fellows that may not begin a line.
bool ClosesSomething(uint32_t code_point) {
  constexpr std::u32string_view kClosing = U"、。》」』】，．：；？！）";
  return kClosing.find(static_cast<char32_t>(code_point)) != std::u32string_view::npos;
}

bool OpensSomething(uint32_t code_point) {
  constexpr std::u32string_view kOpening = U"《「『【（";
  return kOpening.find(static_cast<char32_t>(code_point)) != std::u32string_view::npos;
}

/// Where a line of at most `width` cells that begins `text` ends; the whole text when it fits or cannot be broken.
size_t LineEnd(std::string_view text, int width) {
  size_t last_break = 0;
  int cells = 0;
  uint32_t before = 0;
  for (size_t at = 0; at < text.size();) {
    const CodePoint next = FirstCodePoint(text.substr(at));
    const bool beside_wide = (IsWide(next.value) || IsWide(before)) && before != ' ';
    const bool may_break =
        next.value == ' ' || (beside_wide && !ClosesSomething(next.value) && !OpensSomething(before));
    if (at > 0 && may_break && (cells <= width || last_break == 0)) last_break = at;
    if (cells > width && last_break > 0) return last_break;
    cells += IsWide(next.value) ? 2 : 1;
    before = next.value;
    at += next.bytes;
  }
  return cells <= width || last_break == 0 ? text.size() : last_break;
}

}  // namespace

std::vector<std::string> WrapText(std::string_view text, int width) {
  std::vector<std::string> lines;
  do {
    const size_t end = LineEnd(text, width);
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
    if (text.starts_with(' ')) text.remove_prefix(1);
  } while (!text.empty());
  return lines;
}

}  // namespace wsload
