#include "controller/dashboard/dashboard_feed.h"

#include <utility>

#include "controller/output/json_writer.h"
#include "controller/output/live_json.h"
#include "controller/output/statement_json.h"

namespace wsload {

DashboardFeed::DashboardFeed(const RunPlan& plan, Dashboard& dashboard, RunListener* next)
    : plan_(plan), dashboard_(dashboard), next_(next) {}

void DashboardFeed::OnPhase(Phase phase) {
  if (next_ != nullptr) next_->OnPhase(phase);
}

void DashboardFeed::OnInterval(const SeriesPoint& point, const Stats& delta, const Stats& totals_so_far,
                               const std::vector<AgentResult>& agents) {
  if (point.phase == Phase::kMeasure) measured_s_ = point.phase_clock_s;
  durations_.Add(delta);
  std::vector<LiveAgent> rows;
  rows.reserve(agents.size());
  for (const AgentResult& agent : agents) rows.push_back(MakeLiveAgent(agent));
  dashboard_.Publish({.json = LiveJson({plan_, point, totals_so_far, rows, measured_s_}),
                      .point = LivePointJson(point),
                      .figures = {.phase = point.phase,
                                  .active_connections = point.active_connections,
                                  .agents_reporting = point.agents_reporting,
                                  .totals = totals_so_far.counters,
                                  .durations = durations_}});
  if (next_ != nullptr) next_->OnInterval(point, delta, totals_so_far, agents);
}

void DashboardFeed::OnNotice(const Statement& notice) {
  Tell(notice);
  if (next_ != nullptr) next_->OnNotice(notice);
}

void DashboardFeed::Tell(const Statement& statement) {
  std::string text;
  JsonWriter json(text);
  WriteStatement(json, statement);
  dashboard_.Notice(std::move(text));
}

}  // namespace wsload
