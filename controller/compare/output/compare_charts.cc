#include "controller/compare/output/compare_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

namespace wsload {
namespace {

constexpr double kWidth = 860;
constexpr double kHeight = 340;
constexpr double kLeft = 70;
constexpr double kRight = 16;
constexpr double kTop = 12;
constexpr double kBottom = 34;
constexpr double kRowWidth = 140;
constexpr double kRowHeight = 22;

struct Axis {
  double low = 0;
  double high = 1;
  double from = 0;
  double to = 1;

  double At(double value) const { return from + (to - from) * (value - low) / std::max(1e-9, high - low); }
};

/// How many halvings, in powers of ten, to 100 %.
double TailOf(double percentile) { return -std::log10(1 - percentile / 100); }

Histogram Merged(const std::vector<RunSample>& runs) {
  Histogram merged;
  for (const RunSample& run : runs) merged.Merge(run.response);
  return merged;
}

std::string Curve(const Histogram& histogram, const Axis& x, const Axis& y, double last_tail,
                  std::string_view classes) {
  if (histogram.count() == 0) return {};
  std::string points;
  // As far as ten samples are above.
  const double end = std::min(last_tail, std::log10(static_cast<double>(histogram.count()) / 10 + 1));
  constexpr int kSteps = 160;
  for (int step = 0; step <= kSteps; ++step) {
    const double tail = end * step / kSteps;
    const auto us = static_cast<double>(std::max<int64_t>(1, histogram.PercentileUs(100 * (1 - std::pow(10, -tail)))));
    points += fmt::format("{:.1f},{:.1f} ", x.At(tail), y.At(std::log10(us)));
  }
  return fmt::format("<polyline class=\"{}\" points=\"{}\"/>", classes, points);
}

std::string Grid(const Axis& x, const Axis& y, double last_tail) {
  std::string out;
  for (const auto& [percentile, name] : std::vector<std::pair<double, const char*>>{{0, "0 %"},
                                                                                    {50, "50 %"},
                                                                                    {90, "90 %"},
                                                                                    {99, "99 %"},
                                                                                    {99.9, "99.9 %"},
                                                                                    {99.99, "99.99 %"},
                                                                                    {99.999, "99.999 %"}}) {
    if (TailOf(percentile) > last_tail + 1e-6) continue;
    const double at = x.At(TailOf(percentile));
    out += fmt::format(
        "<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>"
        "<text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>",
        at, kTop, kHeight - kBottom, kHeight - 12, name);
  }
  const double span = y.high - y.low;
  for (int power = -3; power < 8; ++power) {
    for (const double digit : {1.0, 2.0, 5.0}) {
      const double value = std::log10(digit) + power + 3;
      if (value < y.low || value > y.high || (span > 2 && digit != 1)) continue;
      out += fmt::format(
          "<line class=\"grid\" x1=\"{1}\" x2=\"{2}\" y1=\"{0:.1f}\" y2=\"{0:.1f}\"/>"
          "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5:g} ms</text>",
          y.At(value), kLeft, kWidth - kRight, kLeft - 6, y.At(value) + 4, digit * std::pow(10, power));
    }
  }
  return out;
}

std::string Row(const std::string& inside) {
  return fmt::format("<svg viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" aria-hidden=\"true\">{2}</svg>",
                     kRowWidth, kRowHeight, inside);
}

}  // namespace

std::string PercentileCurves(const Comparison& comparison) {
  const Histogram a = Merged(comparison.a);
  const Histogram b = Merged(comparison.b);
  if (a.count() == 0 || b.count() == 0) return {};
  const double last_tail =
      std::clamp(std::log10(static_cast<double>(std::max(a.count(), b.count())) / 10 + 1), 1.0, 5.0);
  double low = 12;
  double high = 0;
  for (const Histogram* histogram : {&a, &b}) {
    const double end = 100 * (1 - std::pow(10, -last_tail));
    low = std::min(low, std::log10(static_cast<double>(std::max<int64_t>(1, histogram->min_us()))));
    high = std::max(high, std::log10(static_cast<double>(std::max<int64_t>(1, histogram->PercentileUs(end)))));
  }
  const Axis x{.low = 0, .high = last_tail, .from = kLeft, .to = kWidth - kRight};
  const Axis y{.low = low - 0.05, .high = high + 0.05, .from = kHeight - kBottom, .to = kTop};
  std::string out = fmt::format("<svg class=\"curves\" viewBox=\"0 0 {} {}\" role=\"img\">", kWidth, kHeight);
  out += Grid(x, y, last_tail);
  for (const RunSample& run : comparison.a) out += Curve(run.response, x, y, last_tail, "curve a thin");
  for (const RunSample& run : comparison.b) out += Curve(run.response, x, y, last_tail, "curve b thin");
  return out + Curve(a, x, y, last_tail, "curve a") + Curve(b, x, y, last_tail, "curve b") + "</svg>";
}

std::string RunDots(const MetricComparison& metric) {
  std::vector<double> all = metric.a;
  all.insert(all.end(), metric.b.begin(), metric.b.end());
  const auto [low, high] = std::minmax_element(all.begin(), all.end());
  const double margin = *high > *low ? 0 : 1;
  const Axis x{.low = *low - margin, .high = *high + margin, .from = 8, .to = kRowWidth - 8};
  std::string dots;
  for (const double value : metric.a)
    dots += fmt::format("<circle class=\"dot a\" cx=\"{:.1f}\" cy=\"6\" r=\"4\"/>", x.At(value));
  for (const double value : metric.b)
    dots += fmt::format("<circle class=\"dot b\" cx=\"{:.1f}\" cy=\"16\" r=\"4\"/>", x.At(value));
  return Row(dots);
}

double WidestChange(const Comparison& comparison) {
  double most = std::log1p(comparison.options.min_change) * 2;
  for (const MetricComparison& metric : comparison.metrics) {
    if (!metric.interval.has_value()) continue;
    most = std::max({most, std::fabs(std::log(metric.interval->low)), std::fabs(std::log(metric.interval->high))});
  }
  return most;
}

std::string ChangeBar(const MetricComparison& metric, double most) {
  if (metric.answer == Answer::kNotCompared) return {};
  const Axis x{.low = -most, .high = most, .from = 4, .to = kRowWidth - 4};
  const double matters = std::log1p(metric.min_change);
  std::string out = fmt::format("<rect class=\"band\" x=\"{:.1f}\" y=\"0\" width=\"{:.1f}\" height=\"{}\"/>",
                                x.At(-matters), x.At(matters) - x.At(-matters), kRowHeight);
  out += fmt::format("<line class=\"zero\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"0\" y2=\"{1}\"/>", x.At(0), kRowHeight);
  if (metric.interval.has_value()) {
    out +=
        fmt::format("<line class=\"interval {}\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"11\" y2=\"11\"/>",
                    NameOf(metric.answer), x.At(std::log(metric.interval->low)), x.At(std::log(metric.interval->high)));
  }
  return Row(out + fmt::format("<circle class=\"effect {}\" cx=\"{:.1f}\" cy=\"11\" r=\"4\"/>", NameOf(metric.answer),
                               x.At(std::log(metric.ratio))));
}

}  // namespace wsload
