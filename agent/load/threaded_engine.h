// The load engine on real sockets: one thread and event loop per worker, one
// more that adds their reports up.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "agent/load/interval_merger.h"
#include "agent/load/load_engine.h"
#include "agent/load/sibling_board.h"
#include "agent/load/worker.h"
#include "common/lang/statement.h"
#include "common/loop/asio_event_loop.h"
#include "common/stats/counters.h"
#include "common/time/thread_cpu.h"

namespace wsload {

class ThreadedEngine final : public LoadEngine {
 public:
  /// kInvalidArgument: a key or certificate that cannot work; kResourceExhausted: a thread that cannot be made.
  /// `workers` >= 1.
  static absl::StatusOr<std::unique_ptr<ThreadedEngine>> New(const std::string& run_id, const RunPlan& plan,
                                                             const Slice& slice, int workers, int64_t message_bytes,
                                                             const Clock& clock, const TargetGate& may_load,
                                                             LoadEngineObserver& observer);
  ~ThreadedEngine() override;

  void Connect(int64_t ramp_start_mono_ns) override;
  void Start(int64_t start_mono_ns) override;
  void Stop(const Statement& reason) override;
  void SetLease(int64_t until_mono_ns) override;
  void TakeOver(const Slice& slice, int64_t from_mono_ns) override;
  void YieldFrom(int64_t from_mono_ns) override;
  int workers() const override { return static_cast<int>(threads_.size()); }

 private:
  class WorkerThread;

  ThreadedEngine(int workers, LoadModel model, LoadEngineObserver& observer);

  /// As StartThread().
  absl::Status Run();

  // On the collector's thread.
  void StopsEarly(const Statement& reason);
  void OnThreadReady(int64_t opened, int64_t failed);
  void OnThreadStarved();
  /// A worker takes no message that is due at or after `from_ns`.
  void OnThreadHolds(int64_t from_ns);
  void OnThreadDone(int thread);
  void EmitInterval(IntervalReport report);
  /// At the end: every message has an end, and the workers' own sums are what was reported.
  void CheckFigures() const;

  LoadEngineObserver& observer_;
  const LoadModel model_;
  SiblingBoard siblings_;
  AsioEventLoop collector_;
  std::vector<std::unique_ptr<WorkerThread>> threads_;
  std::unique_ptr<IntervalMerger> merger_;
  std::thread collector_thread_;

  // Owned by the collector's thread.
  size_t workers_ready_ = 0;
  size_t workers_done_ = 0;
  size_t workers_hold_ = 0;
  int64_t yield_from_ns_ = 0;  ///< the latest that one of them told
  int64_t opened_ = 0;
  int64_t failed_ = 0;
  Counters worker_totals_;            ///< what the workers that are done say they have reported
  std::vector<WorkerLoad> measured_;  ///< by worker, in the measure phase
  std::vector<WorkerLoad> drained_;   ///< likewise, in the drain
  FinalReport final_;
  StageLayout layout_;  ///< whether there is a warm-up
};

}  // namespace wsload
