#include "controller/dashboard/dashboard_feed.h"

#include <string>
#include <utility>

#include "controller/output/json_writer.h"
#include "controller/output/live_json.h"
#include "controller/output/result_json.h"
#include "controller/output/statement_json.h"

namespace wsload {

DashboardFeed::DashboardFeed(const RunPlan& plan, std::shared_ptr<Dashboard> dashboard)
    : plan_(plan), stages_(plan), dashboard_(std::move(dashboard)) {}

void DashboardFeed::OnInterval(const SharedSnapshot& interval) {
  const SeriesPoint& point = interval->point;
  const bool warming_up = point.phase == Phase::kWarmUp;
  if (warming_up || point.phase == Phase::kMeasure) measured_s_ = point.phase_clock_s;
  // Prometheus' counters only grow: they have the connections of the warm-up, and nothing of its messages.
  Counters totals = interval->totals.counters;
  if (warming_up) totals = {.connections = totals.connections};
  Stats delta;
  if (warming_up) delta.connect = interval->delta.connect;
  durations_.Add(warming_up ? delta : interval->delta);
  std::vector<std::pair<std::string, AgentPoint>> agents;
  for (const AgentSnapshot& agent : interval->agents) {
    if (point.phase == Phase::kMeasure && agent.interval.has_value()) agents.emplace_back(agent.label, *agent.interval);
  }
  dashboard_->Publish({.json = LiveJson({plan_, point, interval->totals, interval->agents, measured_s_,
                                         interval->thresholds, interval->stages}),
                       .point = LivePointJson(point),
                       .figures = {.phase = point.phase,
                                   .active_connections = point.active_connections,
                                   .agents_reporting = point.agents_reporting,
                                   .totals = std::move(totals),
                                   .durations = durations_,
                                   .thresholds = interval->thresholds,
                                   .stage = std::string(stages_.NameAtBeginOf(point))},
                       .agents = std::move(agents),
                       .index = point.interval_index});
}

void DashboardFeed::OnNotice(const Statement& notice) {
  std::string text;
  JsonWriter json(text);
  WriteStatement(json, notice);
  dashboard_->Notice(std::move(text));
}

void DashboardFeed::OnEnd(const RunResult& result) { dashboard_->End(ResultJson(result)); }

}  // namespace wsload
