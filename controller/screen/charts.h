// Figures over time in characters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/screen/styled_text.h"

namespace wsload {

enum class Scale { kFromZero, kLogarithmic };

/// The last `width` of `values`, a block each, as high as the value is among them; nothing below 0 is known. Values
/// that are about alike look alike.
std::string Sparkline(const std::vector<double>& values, int width, Scale scale);

/// "[████░░░░]", `width` cells with its brackets; `share` of 0 to 1.
std::string ProgressBar(double share, int width);

struct ChartSeries {
  std::vector<double> values;  ///< the newest last; below 0: none
  bool dots = false;           ///< each value a mark of its own, not a line
  Style style = Style::kPlain;
};

struct Chart {
  std::string title;
  std::string legend;
  Scale scale = Scale::kFromZero;
  std::vector<ChartSeries> series;  ///< later ones over earlier ones
};

/// In a frame: `height` lines of `width` cells.
std::vector<StyledLine> DrawChart(const Chart& chart, int width, int height);

}  // namespace wsload
