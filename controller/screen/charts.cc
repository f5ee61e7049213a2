#include "controller/screen/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "controller/screen/fit_line.h"

namespace wsload {
namespace {

constexpr std::array<std::string_view, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr double kLeastLog = 0.01;

struct Axis {
  double low = 0;
  double high = 1;
  Scale scale = Scale::kFromZero;

  /// 0 to 1.
  double At(double value) const {
    if (scale == Scale::kFromZero) return std::clamp((value - low) / (high - low), 0.0, 1.0);
    return std::clamp(std::log(std::max(value, low) / low) / std::log(high / low), 0.0, 1.0);
  }
};

/// Round ends: of a logarithmic axis powers of ten, of another one a digit and zeros.
Axis AxisOf(const std::vector<const std::vector<double>*>& all, Scale scale) {
  double least = -1, most = 0;
  for (const std::vector<double>* values : all) {
    for (const double value : *values) {
      if (value < 0) continue;
      most = std::max(most, value);
      least = least < 0 ? value : std::min(least, value);
    }
  }
  if (scale == Scale::kLogarithmic) {
    const double low = std::pow(10, std::floor(std::log10(std::max(least, kLeastLog))));
    const double high = std::pow(10, std::ceil(std::log10(std::max(most, kLeastLog))));
    return {low, std::max(high, low * 10), scale};
  }
  if (most <= 0) return {0, 1, scale};
  const double digit = std::pow(10, std::floor(std::log10(most)));
  const double step = digit / 2;
  return {0, std::ceil(most * 1.02 / step) * step, scale};
}

std::vector<double> LastOf(const std::vector<double>& values, int width) {
  const auto count = std::min(values.size(), static_cast<size_t>(std::max(width, 0)));
  return {values.end() - static_cast<std::ptrdiff_t>(count), values.end()};
}

/// What stands beside a row: the ends of an axis and its middle, of a logarithmic one every power of ten.
std::optional<double> LabelOfRow(const Axis& axis, int row, int rows) {
  const auto row_of = [rows](double share) { return rows - 1 - static_cast<int>(std::lround(share * (rows - 1))); };
  if (axis.scale == Scale::kFromZero) {
    for (const double share : {0.0, 0.5, 1.0}) {
      if (row_of(share) == row) return axis.low + share * (axis.high - axis.low);
    }
    return std::nullopt;
  }
  for (double value = axis.low; value < axis.high * 1.5; value *= 10) {
    if (row_of(axis.At(value)) == row) return value;
  }
  return std::nullopt;
}

/// Of an axis: four characters at most for what anybody plots.
std::string AxisText(double value) {
  if (value >= 1e6) return fmt::format("{:.3g}M", value / 1e6);
  if (value >= 1e4) return fmt::format("{:.3g}k", value / 1e3);
  return fmt::format("{:.4g}", value);
}

struct Mark {
  std::string_view text = " ";
  Style style = Style::kPlain;
};

using Canvas = std::vector<std::vector<Mark>>;

void DrawLine(Canvas& canvas, const ChartSeries& series, const Axis& axis) {
  const int rows = static_cast<int>(canvas.size());
  const int columns = static_cast<int>(canvas.front().size());
  const std::vector<double> values = LastOf(series.values, columns);
  const auto put = [&](int row, size_t column, std::string_view text) {
    canvas[static_cast<size_t>(row)][column] = {text, series.style};
  };
  std::optional<int> before;
  for (size_t column = 0; column < values.size(); ++column) {
    if (values[column] < 0) {
      before.reset();
      continue;
    }
    const int row = rows - 1 - static_cast<int>(std::lround(axis.At(values[column]) * (rows - 1)));
    const int from = before.value_or(row);
    before = row;
    if (series.dots) {
      put(row, column, "·");
    } else if (row == from) {
      put(row, column, "─");
    } else {
      // From the row of the value before it to its own.
      put(from, column, row < from ? "╯" : "╮");
      put(row, column, row < from ? "╭" : "╰");
      for (int between = std::min(row, from) + 1; between < std::max(row, from); ++between) put(between, column, "│");
    }
  }
}

/// Neighbours of one style in one span.
void AddMarks(StyledLine& line, const std::vector<Mark>& marks) {
  for (size_t i = 0; i < marks.size();) {
    std::string text;
    const Style style = marks[i].style;
    while (i < marks.size() && marks[i].style == style) text += marks[i++].text;
    line.Add(std::move(text), style);
  }
}

std::string Repeated(std::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace

std::string Sparkline(const std::vector<double>& values, int width, Scale scale) {
  const std::vector<double> shown = LastOf(values, width);
  const double most = shown.empty() ? 0 : *std::max_element(shown.begin(), shown.end());
  double low = 0;
  if (scale == Scale::kLogarithmic) {
    // A decade at least, so that what is noise looks flat.
    double least = std::max(most, kLeastLog);
    for (const double value : shown) least = value > 0 ? std::min(least, value) : least;
    low = std::min(least, std::max(most, kLeastLog) / 10);
  }
  const Axis axis = {low, most > low ? most : low + 1, scale};
  std::string line;
  for (const double value : shown) {
    const auto level = static_cast<size_t>(std::floor(axis.At(value) * (kBlocks.size() - 1) + 0.5));
    line += value < 0 ? " " : kBlocks[level];
  }
  return line;
}

std::string ProgressBar(double share, int width) {
  const int cells = std::max(width - 2, 0);
  const int full = std::clamp(static_cast<int>(share * cells), 0, cells);
  return "[" + Repeated("█", full) + Repeated("░", cells - full) + "]";
}

std::vector<StyledLine> DrawChart(const Chart& chart, int width, int height) {
  constexpr int kAxisWidth = 5;
  const int rows = std::max(height - 2, 2);
  const int columns = std::max(width - kAxisWidth - 3, 1);
  std::vector<std::vector<double>> shown;
  for (const ChartSeries& series : chart.series) shown.push_back(LastOf(series.values, columns));
  std::vector<const std::vector<double>*> all;
  for (const std::vector<double>& values : shown) all.push_back(&values);
  const Axis axis = AxisOf(all, chart.scale);

  Canvas canvas(static_cast<size_t>(rows), std::vector<Mark>(static_cast<size_t>(columns)));
  for (const ChartSeries& series : chart.series) DrawLine(canvas, series, axis);

  const std::string title = " " + Shortened(chart.title, width - 6) + " ";
  std::vector<StyledLine> lines;
  lines.push_back(StyledLine("┌", Style::kFaint)
                      .Add(title)
                      .Add(Repeated("─", width - 2 - DisplayWidth(title)) + "┐", Style::kFaint));
  for (int row = 0; row < rows; ++row) {
    const std::optional<double> value = LabelOfRow(axis, row, rows);
    StyledLine line("│", Style::kFaint);
    line.Add(fmt::format("{:>{}}", value.has_value() ? AxisText(*value) : "", kAxisWidth), Style::kFaint);
    line.Add(value.has_value() ? "┤" : "│", Style::kFaint);
    AddMarks(line, canvas[static_cast<size_t>(row)]);
    lines.push_back(line.PadTo(width - 1).Add("│", Style::kFaint));
  }
  const std::string legend = " " + Shortened(chart.legend, width - 6) + " ";
  lines.push_back(StyledLine("└", Style::kFaint)
                      .Add(Repeated("─", width - 2 - DisplayWidth(legend)), Style::kFaint)
                      .Add(legend)
                      .Add("┘", Style::kFaint));
  return lines;
}

}  // namespace wsload
