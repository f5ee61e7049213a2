#include "controller/output/figures.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "common/stats/figure_list.h"
#include "common/util/share_text.h"

namespace wsload {
namespace {

constexpr std::array<std::pair<int64_t Counters::*, Msg>, 5> kCauseLabels = {
    {{&Counters::timeout, Msg::kCauseTimeout},
     {&Counters::rate_limited, Msg::kCauseRateLimited},
     {&Counters::connection_lost, Msg::kCauseConnectionLost},
     {&Counters::send_error, Msg::kCauseSendError},
     {&Counters::refused, Msg::kCauseRefused}}};

/// In place of a share of nothing.
constexpr char kNothingToShow[] = "-";

/// In the reader's language, where it has a word for it.
std::string CauseLabel(Language language, const CounterInfo& failure) {
  for (const auto& [field, label] : kCauseLabels) {
    if (field == failure.field) return Say(language, label);
  }
  return failure.name.shown;
}

/// Greater is worse.
using Badness = std::tuple<bool, int64_t, int64_t>;

Badness BadnessOf(AgentResult::State state, const Counters& totals, int64_t send_lag_us_p99) {
  return {state != AgentResult::State::kDone, totals.failed() + totals.unsent, send_lag_us_p99};
}
Badness BadnessOf(const AgentResult& agent) {
  return BadnessOf(agent.state, agent.totals.counters, agent.totals.send_lag.PercentileUs(99));
}
Badness BadnessOf(const AgentSnapshot& agent) { return BadnessOf(agent.state, agent.totals, agent.send_lag_us_p99); }

/// The worst first; among equals as in the list.
template <typename Agent>
std::vector<const Agent*> Ranked(const std::vector<Agent>& agents) {
  std::vector<std::pair<Badness, const Agent*>> ranked;
  for (const Agent& agent : agents) ranked.emplace_back(BadnessOf(agent), &agent);
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<const Agent*> in_order;
  for (const auto& [badness, agent] : ranked) in_order.push_back(agent);
  return in_order;
}

}  // namespace

std::string MsText(int64_t us) {
  const double ms = static_cast<double>(us) / 1000.0;
  return us < 10'000 ? fmt::format("{:.3f}", ms) : fmt::format("{:.1f}", ms);
}

std::string ShortMsText(int64_t us) {
  const double ms = static_cast<double>(us) / 1000.0;
  // What rounding would give a fourth digit has one decimal less.
  constexpr double kTwoDecimals = 9.995, kOneDecimal = 99.95;
  if (ms < kTwoDecimals) return fmt::format("{:.2f}", ms);
  return fmt::format("{:.{}f}", ms, ms < kOneDecimal ? 1 : 0);
}

std::string PercentText(double ratio) { return SharePercent(ratio, 2); }

std::string SharePercentText(double ratio) { return SharePercent(ratio, 0) + " %"; }

std::string GroupedText(int64_t count) {
  std::string text = fmt::to_string(count);
  const size_t first = count < 0 ? 1 : 0;
  for (size_t digits = 3; text.size() > digits + first; digits += 4) text.insert(text.size() - digits, 1, ',');
  return text;
}

std::string ClockText(double seconds) {
  constexpr double kRounding = 0.05;
  const auto whole = static_cast<int64_t>(std::max(seconds, 0.0) + kRounding);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

Msg PhaseMsg(Phase phase) {
  switch (phase) {
    case Phase::kConnect:
      return Msg::kPhaseConnect;
    case Phase::kWarmUp:
      return Msg::kPhaseWarmUp;
    case Phase::kMeasure:
      return Msg::kPhaseMeasure;
    case Phase::kDrain:
      return Msg::kPhaseDrain;
    case Phase::kClose:
      return Msg::kPhaseClose;
  }
  return Msg::kPhaseConnect;
}

Msg StateMsg(AgentResult::State state) {
  switch (state) {
    case AgentResult::State::kDone:
      return Msg::kStateDone;
    case AgentResult::State::kLost:
      return Msg::kStateLost;
    case AgentResult::State::kRefused:
      return Msg::kStateRefused;
    case AgentResult::State::kUnreachable:
      return Msg::kStateUnreachable;
  }
  return Msg::kStateDone;
}

std::vector<Figure> ClassicFigures(Language language, const Counters& totals, int64_t peak_connections,
                                   double elapsed_s, double measured_s) {
  const double rate = measured_s > 0 ? static_cast<double>(totals.sent()) / measured_s : 0;
  const std::string success =
      totals.scheduled > 0 ? PercentText(static_cast<double>(totals.success) / static_cast<double>(totals.scheduled))
                           : kNothingToShow;
  std::vector<Figure> figures = {
      {Say(language, Msg::kTotalConnections), fmt::to_string(totals.connections.opened)},
      {Say(language, Msg::kActiveConnections), Say(language, Msg::kPeak, peak_connections)},
      {Say(language, Msg::kTotalMessages), fmt::to_string(totals.scheduled)},
      {Say(language, Msg::kSucceededMessages), fmt::to_string(totals.success)},
      {Say(language, Msg::kFailedMessages), fmt::to_string(totals.failed())},
      {Say(language, Msg::kElapsed), Say(language, Msg::kElapsedValue, elapsed_s, measured_s)},
      {Say(language, Msg::kMessageRate), fmt::format("{:.2f}", rate)},
      {Say(language, Msg::kSuccessRate), success},
  };
  if (totals.unsent > 0) figures.push_back({Say(language, Msg::kUnsentMessages), fmt::to_string(totals.unsent)});
  return figures;
}

std::vector<Figure> MessageFailures(Language language, const Counters& totals) {
  std::vector<Figure> figures;
  for (const CounterInfo& row : kCounters) {
    if (row.group != CounterInfo::Group::kFailures || row.Of(totals) == 0) continue;
    figures.push_back({CauseLabel(language, row), fmt::to_string(row.Of(totals))});
  }
  return figures;
}

std::string JoinFigures(const std::vector<Figure>& figures) {
  std::string text;
  for (const Figure& figure : figures) text += (text.empty() ? "" : ", ") + figure.label + " " + figure.value;
  return text;
}

std::vector<const AgentResult*> AgentsToShow(const std::vector<AgentResult>& agents) {
  std::vector<const AgentResult*> shown = Ranked(agents);
  if (shown.size() > kMaxAgentLines) shown.resize(kMaxAgentLines);
  std::sort(shown.begin(), shown.end());
  return shown;
}

std::vector<const AgentSnapshot*> WorstFirst(const std::vector<AgentSnapshot>& agents) { return Ranked(agents); }

std::string MoreLine(Language language, size_t left_out, int margin) {
  if (left_out == 0) return {};
  return std::string(static_cast<size_t>(margin), ' ') + Say(language, Msg::kAndMore, left_out) + "\n";
}

}  // namespace wsload
