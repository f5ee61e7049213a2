// From the run to its dashboard: what the feed tells, as texts.
#pragma once

#include <memory>

#include "common/plan/run_plan.h"
#include "controller/dashboard/dashboard.h"
#include "controller/feed/run_output.h"
#include "controller/output/load_stages.h"

namespace wsload {

/// Makes one text an interval, whoever looks on.
class DashboardFeed final : public RunOutput {
 public:
  DashboardFeed(const RunPlan& plan, std::shared_ptr<Dashboard> dashboard);

  void OnInterval(const SharedSnapshot& interval) override;
  void OnNotice(const Statement& notice) override;
  void OnEnd(const RunResult& result) override;

 private:
  const RunPlan plan_;
  const LoadStages stages_;
  const std::shared_ptr<Dashboard> dashboard_;
  double measured_s_ = 0;
  HistogramDurations durations_ = {};
};

}  // namespace wsload
