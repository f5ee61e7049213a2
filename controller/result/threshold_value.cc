#include "controller/result/threshold_value.h"

#include <fmt/format.h>

#include <cmath>

#include "common/time/clock.h"
#include "common/util/share_text.h"

namespace wsload {
namespace {

using Figure = Threshold::Figure;

/// `count` of `all`; of none there is nothing to say, but that a phase had none of them.
std::optional<double> Count(const Threshold& threshold, int64_t count, int64_t all) {
  const bool of_a_phase = threshold.phase.has_value() && threshold.unit == ThresholdUnit::kCount;
  if (all <= 0 && !of_a_phase) return std::nullopt;
  const auto value = static_cast<double>(count);
  return threshold.unit == ThresholdUnit::kRatio ? value / static_cast<double>(all) : value;
}

std::optional<double> LatencyOf(const Threshold& threshold, const Histogram& histogram) {
  if (histogram.count() == 0) return std::nullopt;
  switch (threshold.figure) {
    case Figure::kMean:
      return histogram.mean_us();
    case Figure::kMax:
      return static_cast<double>(histogram.max_us());
    case Figure::kMin:
      return static_cast<double>(histogram.min_us());
    default:
      return static_cast<double>(histogram.PercentileUs(static_cast<double>(threshold.percentile) /
                                                        static_cast<double>(Threshold::kPercentileScale)));
  }
}

std::string LatencyText(double us, int digits) {
  constexpr double kUsPerMs = static_cast<double>(kNsPerMs) / kNsPerUs;
  const double ms = us / kUsPerMs;
  const int before_point = ms >= 1 ? static_cast<int>(std::log10(ms)) + 1 : 1;
  return fmt::format("{:.{}f} ms", ms, std::max(0, digits - before_point));
}

/// `digits`: 3 is what people read.
std::string Rounded(const Threshold& threshold, double value, int digits) {
  switch (threshold.unit) {
    case ThresholdUnit::kMicroseconds:
      return LatencyText(value, digits);
    case ThresholdUnit::kRatio:
      return SharePercent(value, digits - 1) + " %";
    case ThresholdUnit::kPerSecond:
      return fmt::format("{:.{}f}/s", value, digits - 2);
    case ThresholdUnit::kCount:
      return fmt::format("{:.0f}", value);
  }
  return {};
}

/// What `text` says, in the threshold's unit.
double ReadBack(const Threshold& threshold, const std::string& text) {
  const double number = std::stod(text);
  if (threshold.unit == ThresholdUnit::kMicroseconds) return number * kNsPerMs / kNsPerUs;
  return threshold.unit == ThresholdUnit::kRatio ? number / 100 : number;
}

}  // namespace

std::optional<double> ValueOf(const Threshold& threshold, const Measured& measured) {
  const Counters& counters = measured.counters;
  const ConnectionCounters& connections = counters.connections;
  const int64_t messages = counters.scheduled - (measured.running ? counters.open() : 0);
  switch (threshold.figure) {
    case Figure::kPercentile:
    case Figure::kMean:
    case Figure::kMax:
    case Figure::kMin:
      return measured.histogram == nullptr ? std::nullopt : LatencyOf(threshold, *measured.histogram);
    case Figure::kSuccessRate:
      return Count(threshold, counters.success, messages);
    case Figure::kRate:
      if (measured.measured_s <= 0) return std::nullopt;
      return static_cast<double>(counters.sent()) / measured.measured_s;
    case Figure::kFailed:
      return Count(threshold, threshold.cause == nullptr ? counters.failed() : counters.*threshold.cause, messages);
    case Figure::kUnsent:
      return Count(threshold, counters.unsent, messages);
    case Figure::kConnectionsFailed:
      return Count(threshold, connections.failed, connections.attempted);
    case Figure::kConnectionsLost:
      return Count(threshold, connections.lost, connections.opened);
    case Figure::kAgentsLost:
      return static_cast<double>(measured.agents_lost);
    case Figure::kPushLossRate:
      // Some are on their way as long as the run goes on.
      if (measured.running) return std::nullopt;
      return Count(threshold, counters.push_lost(), counters.push_expected);
    case Figure::kPushDuplicates:
      return Count(threshold, counters.push_duplicates, counters.push_received);
    case Figure::kPushOutOfOrder:
      return Count(threshold, counters.push_out_of_order, counters.push_received);
    case Figure::kPushesRepeated:
      return Count(threshold, counters.pushes_repeated, counters.pushes);
  }
  return std::nullopt;
}

std::string ValueText(const Threshold& threshold, double value) {
  constexpr int kFewestDigits = 3;
  constexpr int kMostDigits = 9;
  std::string text = Rounded(threshold, value, kFewestDigits);
  for (int digits = kFewestDigits + 1; digits <= kMostDigits; ++digits) {
    if (threshold.Holds(ReadBack(threshold, text)) == threshold.Holds(value)) break;
    text = Rounded(threshold, value, digits);
  }
  return text;
}

std::string BoundText(const Threshold& threshold) {
  return fmt::format("{} {}", NameOf(threshold.comparison), threshold.bound_text);
}

}  // namespace wsload
