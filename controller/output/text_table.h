// Columns that stay aligned on a terminal, also with characters two cells wide.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace wsload {

/// Of what stands under a title.
inline constexpr int kMargin = 2;

/// First column to the left, the others to the right, unless all_left.
class TextTable {
 public:
  explicit TextTable(bool all_left = false) : all_left_(all_left) {}
  void AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }
  /// One line a row, each with `margin` spaces before it, none behind, and a newline.
  std::string Render(int margin) const;

 private:
  bool all_left_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace wsload
