// From the run to its dashboard: what the coordinator tells, as texts.
#pragma once

#include <string>
#include <vector>

#include "common/plan/run_plan.h"
#include "controller/dashboard/dashboard.h"
#include "controller/result/run_listener.h"

namespace wsload {

/// One thread; hands every call on. Makes one text an interval, whoever looks on, and waits for nobody.
class DashboardFeed final : public RunListener {
 public:
  /// `next` may be null; both outlive this.
  DashboardFeed(const RunPlan& plan, Dashboard& dashboard, RunListener* next);

  void OnPhase(Phase phase) override;
  void OnInterval(const SeriesPoint& point, const Stats& delta, const Stats& totals_so_far,
                  const std::vector<AgentResult>& agents) override;
  void OnNotice(const Statement& notice) override;

  /// To those who look on alone.
  void Tell(const Statement& statement);

 private:
  const RunPlan plan_;
  Dashboard& dashboard_;
  RunListener* const next_;
  double measured_s_ = 0;
  HistogramDurations durations_ = {};
};

}  // namespace wsload
