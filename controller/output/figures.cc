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

/// Among equals the first ones in the list.
template <typename Agent>
std::vector<const Agent*> WorstOf(const std::vector<Agent>& agents) {
  std::vector<const Agent*> shown;
  if (agents.size() <= kMaxAgentLines) {
    for (const Agent& agent : agents) shown.push_back(&agent);
    return shown;
  }
  std::vector<std::pair<Badness, const Agent*>> ranked;
  for (const Agent& agent : agents) ranked.emplace_back(BadnessOf(agent), &agent);
  std::partial_sort(ranked.begin(), ranked.begin() + kMaxAgentLines, ranked.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  for (size_t i = 0; i < kMaxAgentLines; ++i) shown.push_back(ranked[i].second);
  std::sort(shown.begin(), shown.end());
  return shown;
}

}  // namespace

std::string MsText(int64_t us) {
  const double ms = static_cast<double>(us) / 1000.0;
  return us < 10'000 ? fmt::format("{:.3f}", ms) : fmt::format("{:.1f}", ms);
}

std::string PercentText(double ratio) { return SharePercent(ratio, 2); }

std::vector<Figure> ClassicFigures(Language language, const Counters& totals, int64_t active_connections,
                                   double elapsed_s, double measured_s, bool running) {
  const int64_t judged = running ? totals.scheduled - totals.open() : totals.scheduled;
  const double rate = measured_s > 0 ? static_cast<double>(totals.sent()) / measured_s : 0;
  const std::string success =
      judged > 0 ? PercentText(static_cast<double>(totals.success) / static_cast<double>(judged)) : kNothingToShow;
  std::vector<Figure> figures = {
      {Say(language, Msg::kTotalConnections), fmt::to_string(totals.connections.opened)},
      {Say(language, Msg::kActiveConnections), Say(language, running ? Msg::kNow : Msg::kPeak, active_connections)},
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

std::vector<const AgentResult*> AgentsToShow(const std::vector<AgentResult>& agents) { return WorstOf(agents); }

std::vector<const AgentSnapshot*> AgentsToShow(const std::vector<AgentSnapshot>& agents) { return WorstOf(agents); }

std::string MoreLine(Language language, size_t left_out, int margin) {
  if (left_out == 0) return {};
  return std::string(static_cast<size_t>(margin), ' ') + Say(language, Msg::kAndMore, left_out) + "\n";
}

}  // namespace wsload
