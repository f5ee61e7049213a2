// Sees early that no connection opens.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "common/loop/event_loop.h"
#include "common/plan/run_plan.h"
#include "controller/result/run_listener.h"

namespace wsload {

/// Hands every call on, on the way from the result to its listener. One thread.
class OpeningWatch final : public RunListener {
 public:
  /// From then on dials that only fail are no bad beginning any more.
  static constexpr int64_t kPatienceNs = kNsPerSecond;
  /// One that fails may be one server's of many behind a balancer.
  static constexpr int64_t kEnoughFailures = 3;

  /// `next` may be null and outlives this. `nothing_opens` is called at most once, from within OnInterval().
  OpeningWatch(const RunPlan& plan, RunListener* next, Callback nothing_opens)
      : enough_(std::min(kEnoughFailures, WellBehavedClients(plan))),
        next_(next),
        nothing_opens_(std::move(nothing_opens)) {}

  void OnPhase(Phase phase) override {
    if (next_ != nullptr) next_->OnPhase(phase);
  }
  void OnInterval(const SeriesPoint& point, const Stats& delta, const Stats& totals_so_far,
                  const std::vector<AgentResult>& agents) override {
    if (next_ != nullptr) next_->OnInterval(point, delta, totals_so_far, agents);
    opened_ += point.delta.connections.opened;
    failed_ += point.delta.connections.failed;
    const bool patient = point.elapsed_s < static_cast<double>(kPatienceNs) / kNsPerSecond;
    if (point.phase != Phase::kConnect || patient || opened_ > 0 || failed_ < enough_) return;
    if (!std::exchange(told_, true)) nothing_opens_();
  }
  void OnStages(const StatsByStage& of_interval, const StatsByStage& so_far) override {
    if (next_ != nullptr) next_->OnStages(of_interval, so_far);
  }
  void OnNotice(const Statement& notice) override {
    if (next_ != nullptr) next_->OnNotice(notice);
  }

 private:
  const int64_t enough_;
  RunListener* const next_;
  Callback nothing_opens_;
  int64_t opened_ = 0;
  int64_t failed_ = 0;
  bool told_ = false;
};

}  // namespace wsload
