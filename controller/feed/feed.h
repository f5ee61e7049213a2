// Hands a run's progress to its outputs without ever waiting for one of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "common/loop/side_thread.h"
#include "common/plan/phase.h"
#include "controller/feed/run_output.h"
#include "controller/feed/stage_follower.h"
#include "controller/result/run_listener.h"

namespace wsload {

enum class OutputKind {
  kFile,    ///< is to have every interval: up to kFileBytes of them wait for it
  kPeople,  ///< may miss some: what is shown late helps nobody
};

/// One snapshot per interval, shared by all outputs; a thread and a queue for each output. Belongs to the coordinator's
/// thread but for OnNotice().
class Feed final : public RunListener {
 public:
  static constexpr size_t kFileBytes = 64 << 20;
  static constexpr size_t kShownIntervals = 8;
  static constexpr size_t kNotices = 256;

  /// `report_interval_ns`: the plan's.
  explicit Feed(int64_t report_interval_ns);
  /// Outputs that have not ended are not waited for.
  ~Feed() override;

  /// Before the run.
  void Add(OutputKind kind, std::shared_ptr<RunOutput> output);

  /// Asked with every interval, on the coordinator's thread: how thresholds stand after it.
  void SetThresholds(std::function<std::vector<ThresholdResult>()> standing) { standing_ = std::move(standing); }

  void OnPhase(Phase phase) override;
  void OnInterval(const SeriesPoint& point, const Stats& delta, const Stats& totals_so_far,
                  const std::vector<AgentResult>& agents) override;
  void OnStages(const StatsByStage& of_interval, const StatsByStage& so_far) override {
    stages_.Add(of_interval, so_far);
  }
  /// Any thread.
  void OnNotice(const Statement& notice) override;

  /// Intervals that the outputs of the kind were too slow for: the most that one of them has missed.
  int64_t Missed(OutputKind kind) const;

  /// Ends the outputs of the kind, each when the one before it has ended, in the order in which they were added. False:
  /// one of them got on with nothing for `patience_ns` (SideThread::End()), and those behind it do not see the result.
  bool End(OutputKind kind, const std::shared_ptr<const RunResult>& result, int64_t patience_ns,
           const std::function<int64_t()>& progress = nullptr);

 private:
  struct Place {
    OutputKind kind;
    std::shared_ptr<RunOutput> output;
    std::unique_ptr<SideThread> thread;
  };

  const int64_t report_interval_ns_;
  std::function<std::vector<ThresholdResult>()> standing_;
  std::vector<Place> places_;
  StageFollower stages_;
  int64_t intervals_ = 0;
  bool begun_ = false;
};

}  // namespace wsload
