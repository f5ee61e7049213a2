// A line of text on its way to a screen.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/util/display_width.h"

namespace wsload {

/// What a stretch of text is; a screen without colours loses nothing that the text does not say as well.
enum class Style { kPlain, kStrong, kFaint, kGood, kBad, kWarning };

struct Span {
  Style style = Style::kPlain;
  std::string text;

  friend bool operator==(const Span&, const Span&) = default;
};

/// Without a line end.
class StyledLine {
 public:
  StyledLine() = default;
  explicit StyledLine(std::string text, Style style = Style::kPlain) { Add(std::move(text), style); }

  StyledLine& Add(std::string text, Style style = Style::kPlain) {
    width_ += DisplayWidth(text);
    if (!text.empty()) spans_.push_back({style, std::move(text)});
    return *this;
  }
  StyledLine& Add(const StyledLine& line) {
    for (const Span& span : line.spans_) Add(span.text, span.style);
    return *this;
  }
  /// Blanks up to `column`, when the line is shorter.
  StyledLine& PadTo(int column) {
    if (column > width_) Add(std::string(static_cast<size_t>(column - width_), ' '));
    return *this;
  }

  /// In cells.
  int width() const { return width_; }
  const std::vector<Span>& spans() const { return spans_; }
  std::string text() const {
    std::string all;
    for (const Span& span : spans_) all += span.text;
    return all;
  }

 private:
  std::vector<Span> spans_;
  int width_ = 0;
};

}  // namespace wsload
