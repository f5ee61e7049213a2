// A run's progress to one output, on the thread of the test.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "controller/feed/run_output.h"
#include "controller/feed/stage_follower.h"
#include "controller/result/run_listener.h"

namespace wsload {

class DirectFeed final : public RunListener {
 public:
  /// `output` outlives this.
  DirectFeed(int64_t report_interval_ns, RunOutput& output)
      : report_interval_ns_(report_interval_ns), output_(output) {}

  void OnPhase(Phase) override {
    if (begun_) return;
    begun_ = true;
    output_.OnBegin();
  }
  void OnInterval(const SeriesPoint& point, const Stats& delta, const Stats& totals_so_far,
                  const std::vector<AgentResult>& agents) override {
    IntervalSnapshot taken = TakeSnapshot(number_++, report_interval_ns_, point, delta, totals_so_far, agents);
    stages_.Complete(taken);
    const auto snapshot = std::make_shared<const IntervalSnapshot>(std::move(taken));
    if (!misses) output_.OnInterval(snapshot);
  }
  void OnStages(const StatsByStage& of_interval, const StatsByStage& so_far) override {
    stages_.Add(of_interval, so_far);
  }
  void OnNotice(const Statement& notice) override { output_.OnNotice(notice); }

  bool misses = false;  ///< the output is too slow

 private:
  const int64_t report_interval_ns_;
  RunOutput& output_;
  int64_t number_ = 0;
  StageFollower stages_;
  bool begun_ = false;
};

}  // namespace wsload
