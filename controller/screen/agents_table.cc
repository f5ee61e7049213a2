#include "controller/screen/agents_table.h"

#include <algorithm>
#include <string>
#include <vector>

#include "common/stats/worker_load.h"
#include "controller/output/figures.h"
#include "controller/output/messages.h"
#include "controller/screen/fit_line.h"

namespace wsload {
namespace {

constexpr int kWideScreen = 118;
constexpr size_t kWorst = 3;

double FailedShare(const Counters& totals) {
  const int64_t ended = totals.scheduled - totals.open();
  return ended > 0 ? static_cast<double>(totals.failed() + totals.unsent) / static_cast<double>(ended) : 0;
}

/// Gone, late itself, or failing clearly more often than all together.
bool StandsOut(const AgentSnapshot& agent, double failed_share_of_all) {
  constexpr double kClearly = 1.5;
  return agent.state != AgentResult::State::kDone || agent.send_lag_us_p99 > kSendLagBoundUs ||
         FailedShare(agent.totals) > kClearly * failed_share_of_all;
}

std::string StateText(const ScreenModel& model, const AgentSnapshot& agent, Language language) {
  if (agent.state == AgentResult::State::kDone) return Say(language, PhaseMsg(model.latest->point.phase));
  return Say(language, StateMsg(agent.state));
}

std::string ClockMsText(const AgentSnapshot& agent) {
  return fmt::format("{:+.2f} ±{:.2f}", static_cast<double>(agent.clock_offset_us) / 1000,
                     static_cast<double>(agent.clock_error_us) / 1000);
}

FitTable TableOf(int name, bool wide) {
  if (!wide) return FitTable({name, 7, 10, 8, 8, 8, 6}, 1);
  return FitTable({name, 10, 7, 10, 10, 8, 6, 8, 8, 6, 14}, 1);
}

std::vector<Cell> Header(Language language, bool wide) {
  std::vector<Cell> cells;
  const auto add = [&](Msg title) { cells.push_back({Say(language, title), Style::kFaint}); };
  add(Msg::kAgent);
  if (wide) add(Msg::kState);
  add(Msg::kScreenConnections);
  if (wide) add(Msg::kScreenDueColumn);
  add(Msg::kScreenOkColumn);
  add(Msg::kFailed);
  if (wide) add(Msg::kScreenOpenColumn);
  add(Msg::kScreenP99);
  add(Msg::kScreenLagP99);
  add(Msg::kScreenCpuColumn);
  if (wide) add(Msg::kScreenClock);
  return cells;
}

std::vector<Cell> RowOf(const ScreenModel& model, const AgentSnapshot& agent, bool stands_out, Language language,
                        bool wide) {
  const Counters& totals = agent.totals;
  const Style style = stands_out ? Style::kBad : Style::kPlain;
  std::vector<Cell> cells;
  const auto add = [&](std::string text) { cells.push_back({std::move(text), style}); };
  add((stands_out ? "! " : "  ") + agent.label);
  if (wide) add(StateText(model, agent, language));
  add(GroupedText(totals.connections.active()));
  if (wide) add(GroupedText(totals.scheduled));
  add(GroupedText(totals.success));
  add(GroupedText(totals.failed() + totals.unsent));
  if (wide) add(GroupedText(totals.open()));
  add(ShortMsText(agent.response_us_p99));
  add(ShortMsText(agent.send_lag_us_p99));
  add(SharePercentText(agent.worker_cpu_share_max));
  if (wide) add(ClockMsText(agent));
  return cells;
}

}  // namespace

void AddAgents(Rows& rows, const ScreenModel& model, const ScreenView& view, size_t shown) {
  const std::vector<const AgentSnapshot*> agents = WorstFirst(model.latest->agents);
  const double failed_share = FailedShare(model.latest->totals.counters);
  const bool wide = view.width >= kWideScreen;
  // Names get what the columns leave, and the columns what names need at least.
  int longest = DisplayWidth(MessageText(view.language, Msg::kAgent));
  for (size_t i = 0; i < agents.size() && i < shown; ++i)
    longest = std::max(longest, DisplayWidth(agents[i]->label) + 2);
  const int columns = wide ? 97 : 53;
  const int name = std::clamp(longest, 12, std::max(view.width - columns, 14));
  const FitTable table = TableOf(name, wide);
  rows.Add(Rank::kAgentHeader, table.Row(Header(view.language, wide), view.width));
  for (size_t i = 0; i < agents.size() && i < shown; ++i) {
    const std::vector<Cell> cells = RowOf(model, *agents[i], StandsOut(*agents[i], failed_share), view.language, wide);
    rows.Add(i < kWorst ? Rank::kWorstAgents : Rank::kOtherAgents, table.Row(cells, view.width));
  }
  if (shown >= agents.size()) return;
  const auto not_well = std::count_if(agents.begin() + static_cast<std::ptrdiff_t>(shown), agents.end(),
                                      [&](const AgentSnapshot* agent) { return StandsOut(*agent, failed_share); });
  const size_t more = agents.size() - shown;
  const std::string text = not_well == 0 ? Say(view.language, Msg::kScreenMoreWell, more)
                                         : Say(view.language, Msg::kScreenMoreNotWell, more, not_well);
  rows.Add(Rank::kMoreAgents, FitLine(StyledLine("  "), {{text, Style::kFaint, 0}}, view.width));
}

}  // namespace wsload
