#include "controller/screen/fit_line.h"

#include "common/util/display_width.h"

namespace wsload {
namespace {

/// How many of `widths`, each with its gap, fit into `room`, of which `mark` cells go to the mark when not all do.
size_t CountThatFit(const std::vector<int>& widths, int room, int mark) {
  int all = 0;
  for (const int width : widths) all += width;
  if (all <= room) return widths.size();
  size_t count = 0;
  int taken = mark;
  while (count < widths.size() && taken + widths[count] <= room) taken += widths[count++];
  return count;
}

constexpr int kMarkWidth = 2;  // and a blank before it

void AddMark(StyledLine& line, int width) {
  if (line.width() + kMarkWidth <= width) line.Add(" ");
  if (line.width() < width) line.Add(std::string(kLeftOut), Style::kFaint);
}

}  // namespace

StyledLine FitLine(StyledLine lead, const std::vector<Piece>& pieces, int width) {
  std::vector<int> widths;
  for (const Piece& piece : pieces) {
    widths.push_back(DisplayWidth(piece.text) + (widths.empty() && lead.width() == 0 ? 0 : piece.gap));
  }
  const size_t count = CountThatFit(widths, width - lead.width(), kMarkWidth);
  for (size_t i = 0; i < count; ++i) {
    lead.PadTo(lead.width() + widths[i] - DisplayWidth(pieces[i].text));
    lead.Add(pieces[i].text, pieces[i].style);
  }
  if (count < pieces.size()) AddMark(lead, width);
  return lead;
}

std::string Shortened(std::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  std::string out;
  int taken = 1;  // the mark
  while (!text.empty()) {
    const CodePoint first = FirstCodePoint(text);
    taken += IsWide(first.value) ? 2 : 1;
    if (taken > width) break;
    out += text.substr(0, first.bytes);
    text.remove_prefix(first.bytes);
  }
  return width > 0 ? out.append(kLeftOut) : std::string();
}

StyledLine FitTable::Row(const std::vector<Cell>& cells, int width) const {
  std::vector<int> taken;
  for (size_t i = 0; i < cells.size() && i < widths_.size(); ++i) taken.push_back(widths_[i] + (i > 0 ? gap_ : 0));
  const size_t count = CountThatFit(taken, width, kMarkWidth);
  StyledLine line;
  int end = 0;
  for (size_t i = 0; i < count; ++i) {
    end += taken[i];
    if (i > 0) line.PadTo(end - DisplayWidth(cells[i].text));
    line.Add(i == 0 ? Shortened(cells[i].text, widths_[0]) : cells[i].text, cells[i].style);
  }
  if (count < taken.size()) {
    line.PadTo(end);
    AddMark(line, width);
  }
  return line;
}

}  // namespace wsload
