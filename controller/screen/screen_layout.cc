#include "controller/screen/screen_layout.h"

#include <algorithm>
#include <limits>
#include <string>

#include "common/stats/figure_list.h"
#include "common/util/wrap_text.h"
#include "controller/output/figures.h"
#include "controller/output/hints.h"
#include "controller/output/messages.h"
#include "controller/screen/agents_table.h"
#include "controller/screen/fit_line.h"
#include "controller/screen/rows.h"
#include "controller/screen/sections.h"

namespace wsload {
namespace {

constexpr int kWideWidth = 118;
constexpr int kWideHeight = 24;

bool IsWideScreen(const ScreenView& view) { return view.width >= kWideWidth && view.height >= kWideHeight; }

/// Everything above the agents.
void AddOverview(Rows& rows, const ScreenModel& model, const ScreenView& view) {
  AddTitle(rows, model, view);
  AddProgress(rows, model, view);
  rows.AddBlank();
  if (model.latest == nullptr) return;
  const bool wide = IsWideScreen(view);
  if (wide) {
    constexpr int kLowest = 6, kHighest = 14;
    const auto agents = static_cast<int>(std::min<size_t>(model.latest->agents.size(), 4));
    AddCharts(rows, model, view, std::clamp(view.height - 17 - agents, kLowest, kHighest));
    AddCounts(rows, model, view, true);
    rows.AddBlank();
    AddPercentiles(rows, model, view);
  } else {
    AddCounts(rows, model, view, false);
    AddFailures(rows, model, view);
    rows.AddBlank();
    AddLatencies(rows, model, view);
  }
  rows.AddBlank();
  AddPushes(rows, model, view);
  AddGenerator(rows, model, view);
  AddThresholds(rows, model, view);
}

void AddAgentPage(Rows& rows, const ScreenModel& model, const ScreenView& view) {
  AddTitle(rows, model, view);
  AddProgress(rows, model, view);
  rows.AddBlank();
}

/// Causes with their examples and what to do about them.
void AddFailurePage(Rows& rows, const ScreenModel& model, const ScreenView& view) {
  AddTitle(rows, model, view);
  AddProgress(rows, model, view);
  rows.AddBlank();
  if (model.latest == nullptr) return;
  const Counters& totals = model.latest->totals.counters;
  const auto add = [&](Msg title, const std::string& causes) {
    if (causes.empty()) return;
    rows.Add(Rank::kFailures, StyledLine(Say(view.language, title), Style::kFaint));
    for (const std::string& line : WrapText(causes, view.width - 2)) {
      rows.Add(Rank::kFailures, StyledLine("  ").Add(Shortened(line, view.width - 2), Style::kBad));
    }
  };
  const std::string messages = JoinFigures(MessageFailures(view.language, totals));
  const ConnectionCounters& connections = totals.connections;
  add(Msg::kFailuresByCause, messages);
  add(Msg::kConnectionFailures, JoinCauses(connections.failures));
  add(Msg::kConnectionLosses, JoinCauses(connections.losses));
  for (const CauseExamples* examples : {&connections.failure_examples, &connections.loss_examples}) {
    for (const auto& [cause, example] : *examples) {
      rows.Add(Rank::kOtherAgents, StyledLine("  ").Add(Shortened(cause + ": " + example, view.width - 2)));
    }
  }
  if (messages.empty() && connections.failures.empty() && connections.losses.empty()) {
    rows.Add(Rank::kFailures, StyledLine(Say(view.language, Msg::kScreenNoFailures)));
  }
}

void AddHelpPage(Rows& rows, const ScreenModel& model, const ScreenView& view) {
  AddTitle(rows, model, view);
  AddProgress(rows, model, view);
  rows.AddBlank();
  for (const Msg text : {Msg::kScreenHelpQuit, Msg::kScreenHelpAgents, Msg::kScreenHelpFailures, Msg::kScreenHelpPause,
                         Msg::kScreenHelpWords, Msg::kScreenHelpSigns}) {
    for (const std::string& line : WrapText(Say(view.language, text), view.width)) {
      rows.Add(Rank::kFailures, StyledLine(Shortened(line, view.width)));
    }
  }
}

/// The rows of the page with `shown` agents.
Rows RowsOf(const ScreenModel& model, const ScreenView& view, size_t shown) {
  Rows rows;
  switch (view.page) {
    case ScreenPage::kOverview:
      AddOverview(rows, model, view);
      break;
    case ScreenPage::kAgents:
      AddAgentPage(rows, model, view);
      break;
    case ScreenPage::kFailures:
      AddFailurePage(rows, model, view);
      break;
    case ScreenPage::kHelp:
      AddHelpPage(rows, model, view);
      break;
  }
  if (model.latest != nullptr && (view.page == ScreenPage::kOverview || view.page == ScreenPage::kAgents)) {
    const bool alone = model.latest->agents.size() < 2;
    if (!alone || view.page == ScreenPage::kAgents) {
      if (!alone && view.page == ScreenPage::kOverview) rows.AddBlank();
      AddAgents(rows, model, view, shown);
    }
  }
  AddNotices(rows, model, view);
  rows.Add(Rank::kKeys, KeysLine(view));
  return rows;
}

size_t AgentRows(const std::vector<Row>& rows) {
  return static_cast<size_t>(std::count_if(rows.begin(), rows.end(), [](const Row& row) {
    return row.rank == Rank::kWorstAgents || row.rank == Rank::kOtherAgents;
  }));
}

}  // namespace

std::vector<StyledLine> LayOutScreen(const ScreenModel& model, const ScreenView& view) {
  const size_t agents = model.latest == nullptr ? 0 : model.latest->agents.size();
  // More than the screen has rows cannot be shown; with a line on those left out, there may be room for one less.
  size_t shown = std::min(agents, static_cast<size_t>(std::max(view.height, 0)));
  std::vector<Row> rows = RowsOf(model, view, shown).Fitting(view.height);
  for (size_t fit = AgentRows(rows); fit < shown && shown > 0; fit = AgentRows(rows)) {
    shown = std::min(fit, shown - 1);
    rows = RowsOf(model, view, shown).Fitting(view.height);
  }
  std::vector<StyledLine> lines;
  for (Row& row : rows) {
    // The keys stand at the foot of the screen.
    if (row.rank == Rank::kKeys) lines.resize(static_cast<size_t>(view.height) - 1);
    // On what is hardly a screen at all even one piece may be too long.
    const bool fits = row.line.width() <= view.width;
    lines.push_back(fits ? std::move(row.line) : StyledLine(std::string(kLeftOut)));
  }
  return lines;
}

}  // namespace wsload
