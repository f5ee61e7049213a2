// What becomes of a line for which there is too little room: whole pieces fall away from its end, and a mark says so.
// No number is ever cut.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/screen/styled_text.h"

namespace wsload {

inline constexpr std::string_view kLeftOut = "…";

struct Piece {
  std::string text;
  Style style = Style::kPlain;
  int gap = 3;  ///< blanks before it
};

/// `pieces` behind `lead`, as many as `width` cells have room for.
StyledLine FitLine(StyledLine lead, const std::vector<Piece>& pieces, int width);

/// Words, not numbers: cut to `width` cells, with the mark at the end.
std::string Shortened(std::string_view text, int width);

struct Cell {
  std::string text;
  Style style = Style::kPlain;
};

/// A table for a screen: columns that do not fit fall away from the right.
class FitTable {
 public:
  /// Widths by column; the first is to the left, the others to the right, with `gap` blanks between.
  FitTable(std::vector<int> widths, int gap) : widths_(std::move(widths)), gap_(gap) {}
  /// The row in `width` cells.
  StyledLine Row(const std::vector<Cell>& cells, int width) const;

 private:
  std::vector<int> widths_;
  int gap_;
};

}  // namespace wsload
