#include "controller/output/console_reporter.h"

#include <utility>

#include "common/util/share_text.h"
#include "controller/output/figures.h"

namespace wsload {
namespace {

constexpr double kRounding = 1e-6;
constexpr char kNotMeasured[] = "-";

}  // namespace

ConsoleReporter::ConsoleReporter(const RunPlan& plan, ConsoleOptions options, Sink sink)
    : plan_(plan), stages_(plan), options_(options), sink_(std::move(sink)) {}

void ConsoleReporter::Begin(const IntervalSnapshot& interval) {
  const SeriesPoint& point = interval.point;
  const bool missed_some = interval.number != next_number_;
  next_number_ = interval.number + 1;
  if (point.phase == phase_ && !missed_some) return;
  phase_ = point.phase;
  // What is recent is of one phase, and without a hole.
  recent_.Clear();
  due_s_ = recent_s_ = 0;
  phase_elapsed_s_ = missed_some ? point.elapsed_s - interval.duration_s : 0;
  phase_clock_s_ = missed_some ? point.phase_clock_s - interval.duration_s : 0;
}

void ConsoleReporter::OnInterval(const SharedSnapshot& interval) {
  if (!options_.intervals) return;
  Begin(*interval);
  const SeriesPoint& point = interval->point;
  due_s_ += point.elapsed_s - phase_elapsed_s_;
  recent_s_ += point.phase_clock_s - phase_clock_s_;
  phase_elapsed_s_ = point.elapsed_s;
  phase_clock_s_ = point.phase_clock_s;
  recent_.Merge(interval->delta);

  const bool due = due_s_ + kRounding >= static_cast<double>(options_.stats_interval_ns) / kNsPerSecond;
  const bool last = point.phase == Phase::kMeasure &&
                    point.elapsed_s + kRounding >= static_cast<double>(plan_.duration_ns) / kNsPerSecond;
  if (due || last) sink_(StatisticsLine(*interval));
  if (due) {
    recent_.Clear();
    due_s_ = recent_s_ = 0;
  }
}

std::string ConsoleReporter::StatisticsLine(const IntervalSnapshot& interval) const {
  const Language language = options_.language;
  const ConnectionCounters& connections = interval.totals.counters.connections;
  std::string line = ClockText(interval.point.phase_clock_s) + " " + Say(language, PhaseMsg(interval.point.phase)) +
                     " " + Figures(interval);
  if (const int64_t unsent = interval.totals.counters.unsent; unsent > 0) {
    line += Say(language, Msg::kLineUnsent, GroupedText(unsent));
  }
  if (connections.failed > 0) {
    line += Say(language, Msg::kLineConnections, GroupedText(connections.failed), JoinCauses(connections.failures));
  }
  if (connections.lost > 0) {
    line += Say(language, Msg::kLineLost, GroupedText(connections.lost), JoinCauses(connections.losses));
  }
  return line + "\n";
}

std::string ConsoleReporter::Figures(const IntervalSnapshot& interval) const {
  const Language language = options_.language;
  const Counters& totals = interval.totals.counters;
  switch (interval.point.phase) {
    case Phase::kConnect:
      return Say(language, Msg::kLineConnect, GroupedText(totals.connections.active()), GroupedText(plan_.clients));
    case Phase::kWarmUp:
      return MeasureFigures(totals);
    case Phase::kMeasure:
      return StageText(interval.point) + MeasureFigures(totals);
    case Phase::kDrain:
      return Say(language, Msg::kLineDrain, GroupedText(totals.open()), GroupedText(totals.failed()));
    case Phase::kClose:
      break;
  }
  return Say(language, Msg::kLineClose, GroupedText(totals.connections.active()));
}

std::string ConsoleReporter::StageText(const SeriesPoint& point) const {
  // The one that the figures are of, to their end.
  const TimelineStage* stage = stages_.AtBeginOf(point);
  if (stage == nullptr) return {};
  const double left_s = stages_.LeftOf(*stage, point.phase, point.phase_clock_s);
  return Say(options_.language, Msg::kLineStage, stage->name, ClockText(left_s));
}

std::string ConsoleReporter::MeasureFigures(const Counters& totals) const {
  const Counters& recent = recent_.counters;
  const int64_t ended = recent.success + recent.failed() + recent.unsent;
  const bool measured = recent_.answers().count() > 0;
  const auto ms = [&](double percentile) {
    return measured ? ShortMsText(recent_.answers().PercentileUs(percentile)) : kNotMeasured;
  };
  const std::string ok =
      ended > 0 ? SharePercent(static_cast<double>(recent.success) / static_cast<double>(ended), 1) : kNotMeasured;
  const double rate = recent_s_ > 0 ? static_cast<double>(recent.sent()) / recent_s_ : 0;
  return Say(options_.language, Msg::kLineMeasure, rate, ok, ms(50), ms(99), recent_s_, GroupedText(totals.failed()));
}

void ConsoleReporter::OnNotice(const Statement& notice) { sink_(NoticeLine(options_.language, notice)); }

}  // namespace wsload
