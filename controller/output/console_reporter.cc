#include "controller/output/console_reporter.h"

#include <algorithm>
#include <utility>

#include "common/plan/phase.h"
#include "controller/output/figures.h"
#include "controller/output/text_table.h"

namespace wsload {
namespace {

constexpr double kRounding = 1e-6;

Msg PhaseText(Phase phase) {
  switch (phase) {
    case Phase::kConnect:
      return Msg::kPhaseConnect;
    case Phase::kMeasure:
      return Msg::kPhaseMeasure;
    case Phase::kDrain:
      return Msg::kPhaseDrain;
    case Phase::kClose:
      return Msg::kPhaseClose;
  }
  return Msg::kPhaseConnect;
}

}  // namespace

ConsoleReporter::ConsoleReporter(const RunPlan& plan, ConsoleOptions options, Sink sink)
    : plan_(plan), options_(options), sink_(std::move(sink)) {}

int64_t ConsoleReporter::PlannedNs(Phase phase) const {
  switch (phase) {
    case Phase::kConnect:
      return plan_.ramp_up_ns;
    case Phase::kMeasure:
      return plan_.duration_ns;
    case Phase::kDrain:
      return plan_.resp_timeout_ns;
    case Phase::kClose:
      return 0;
  }
  return 0;
}

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
  Begin(*interval);
  const SeriesPoint& point = interval->point;
  due_s_ += point.elapsed_s - phase_elapsed_s_;
  recent_s_ += point.phase_clock_s - phase_clock_s_;
  phase_elapsed_s_ = point.elapsed_s;
  phase_clock_s_ = point.phase_clock_s;
  if (point.phase == Phase::kMeasure) measured_s_ = point.phase_clock_s;
  recent_.Merge(interval->delta);

  const bool due = due_s_ + kRounding >= static_cast<double>(options_.stats_interval_ns) / kNsPerSecond;
  const bool last = point.phase == Phase::kMeasure &&
                    point.elapsed_s + kRounding >= static_cast<double>(plan_.duration_ns) / kNsPerSecond;
  if (due || last || options_.live) Show(Block(*interval));
  if (due) {
    recent_.Clear();
    due_s_ = recent_s_ = 0;
  }
}

std::string ConsoleReporter::ProgressLine(const SeriesPoint& point) const {
  const double planned_s = static_cast<double>(PlannedNs(point.phase)) / kNsPerSecond;
  const std::string_view phase = MessageText(options_.language, PhaseText(point.phase));
  // Connecting takes longer where dials do, and closing as long as it takes.
  if (planned_s <= 0 || point.phase_clock_s > planned_s) {
    return Say(options_.language, Msg::kProgressOpen, phase, point.phase_clock_s) + "\n";
  }
  const auto percent = static_cast<int>(point.phase_clock_s / planned_s * 100 + kRounding);
  return Say(options_.language, Msg::kProgress, phase, percent, point.phase_clock_s, planned_s) + "\n";
}

std::string ConsoleReporter::Block(const IntervalSnapshot& interval) const {
  const Language language = options_.language;
  const SeriesPoint& point = interval.point;
  const Stats& totals = interval.totals;
  std::string out = ProgressLine(point);
  const auto figures = ClassicFigures(language, totals.counters, point.active_connections, point.run_clock_s,
                                      measured_s_, /*running=*/true);
  TextTable table(/*all_left=*/true);
  constexpr size_t kPerRow = 3;
  for (size_t i = 0; i < figures.size(); i += kPerRow) {
    std::vector<std::string> row;
    for (size_t k = i; k < std::min(i + kPerRow, figures.size()); ++k) {
      row.push_back(figures[k].label);
      row.push_back(figures[k].value);
    }
    table.AddRow(std::move(row));
  }
  out += table.Render(kMargin);
  if (totals.response.count() > 0) out += LatencyTable(totals);
  if (const auto failures = MessageFailures(language, totals.counters); !failures.empty()) {
    out += fmt::format("  {}: {}\n", MessageText(language, Msg::kFailuresByCause), JoinFigures(failures));
  }
  const ConnectionCounters& connections = totals.counters.connections;
  if (!connections.failures.empty()) {
    out += fmt::format("  {}: {}\n", MessageText(language, Msg::kConnectionFailures), JoinCauses(connections.failures));
  }
  if (!connections.losses.empty()) {
    out += fmt::format("  {}: {}\n", MessageText(language, Msg::kConnectionLosses), JoinCauses(connections.losses));
  }
  if (interval.agents.size() > 1) out += AgentTable(interval.agents);
  return out;
}

std::string ConsoleReporter::LatencyTable(const Stats& totals) const {
  const Language language = options_.language;
  TextTable table;
  table.AddRow({Say(language, Msg::kLatencyMs), "p50", "p95", "p99", Say(language, Msg::kMax)});
  const auto add = [&](std::string label, const Histogram& histogram) {
    table.AddRow({std::move(label), MsText(histogram.PercentileUs(50)), MsText(histogram.PercentileUs(95)),
                  MsText(histogram.PercentileUs(99)), MsText(histogram.max_us())});
  };
  const auto add_both = [&](Msg name, const Histogram& recent, const Histogram& overall) {
    const std::string_view label = MessageText(language, name);
    if (recent.count() > 0) add(Say(language, Msg::kRecent, label, recent_s_), recent);
    add(Say(language, Msg::kOverall, label), overall);
  };
  add_both(Msg::kResponse, recent_.response, totals.response);
  add_both(Msg::kService, recent_.service, totals.service);
  return table.Render(kMargin);
}

std::string ConsoleReporter::AgentTable(const std::vector<AgentSnapshot>& agents) const {
  const Language language = options_.language;
  TextTable table;
  table.AddRow({Say(language, Msg::kAgent), Say(language, Msg::kActive), Say(language, Msg::kMessages),
                Say(language, Msg::kSuccess), Say(language, Msg::kFailed), Say(language, Msg::kSendLagP99)});
  const std::vector<const AgentSnapshot*> shown = AgentsToShow(agents);
  for (const AgentSnapshot* agent : shown) {
    const Counters& totals = agent->totals;
    table.AddRow({agent->label, fmt::to_string(totals.connections.active()), fmt::to_string(totals.scheduled),
                  fmt::to_string(totals.success), fmt::to_string(totals.failed()), MsText(agent->send_lag_us_p99)});
  }
  return table.Render(kMargin) + MoreLine(language, agents.size() - shown.size(), kMargin);
}

void ConsoleReporter::Show(const std::string& block) {
  if (!options_.live) {
    sink_(block);
    return;
  }
  // Lines that are too long must not wrap, or the count of lines to go up is wrong.
  static constexpr std::string_view kNoWrap = "\x1b[?7l", kWrap = "\x1b[?7h", kClearBelow = "\x1b[J";
  const auto lines = std::count(shown_.begin(), shown_.end(), '\n');
  std::string out = lines > 0 ? fmt::format("\x1b[{}A\r", lines) : std::string();
  out.append(kClearBelow).append(kNoWrap).append(block).append(kWrap);
  shown_ = block;
  sink_(out);
}

void ConsoleReporter::OnNotice(const Statement& notice) {
  const std::string text = NoticeLine(options_.language, notice);
  if (!options_.live || shown_.empty()) {
    sink_(text);
    return;
  }
  // The notice takes the block's place, the block moves below it.
  const std::string block = std::exchange(shown_, {});
  const auto lines = std::count(block.begin(), block.end(), '\n');
  sink_(fmt::format("\x1b[{}A\r\x1b[J{}", lines, text));
  Show(block);
}

void ConsoleReporter::OnEnd(const RunResult&) { shown_.clear(); }

}  // namespace wsload
