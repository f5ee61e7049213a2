// One agent's slice of a run, on real connections: what the session drives.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/lang/statement.h"
#include "common/plan/phase.h"
#include "common/plan/run_plan.h"
#include "common/plan/slice.h"
#include "common/stats/stage_stats.h"
#include "common/stats/stats.h"
#include "common/stats/worker_load.h"

namespace wsload {

/// What happened in one interval, over all workers of the slice.
struct IntervalReport {
  Phase phase = Phase::kConnect;
  int64_t interval_index = 0;  ///< inside the phase, from 0
  Stats delta;
  /// The warm-up's figures, `delta` by stage where there are several, and the awkward clients'.
  StatsByStage stages = {};
  std::vector<WorkerLoad> workers = {};  ///< in this interval, by worker
};

/// The end: `totals` is the sum of all IntervalReport deltas, to the message, and `warm_up` and `awkward` those of the
/// warm-up's and the awkward clients' figures.
struct FinalReport {
  Stats totals;
  CpuUsage cpu;
  std::optional<Statement> stopped_early = {};  ///< why the load ended before its time; none: it did not
  int64_t started_mono_ns = 0;                  ///< when the last worker began its load; 0: none did
  Stats warm_up = {};
  Stats awkward = {};
};

/// Upcalls come from any thread, one at a time, and in order; the observer hands them on without blocking.
class LoadEngineObserver {
 public:
  /// Every client is connected or given up.
  virtual void OnReady(int64_t opened, int64_t failed) = 0;
  virtual void OnInterval(IntervalReport report) = 0;
  /// No connection of the slice is open, at the beginning of the measure phase or since now. May come again.
  virtual void OnStarved() = 0;
  /// The answer to YieldFrom(): the instant on the monotonic clock from which nothing is the engine's any more.
  virtual void OnYielded(int64_t from_mono_ns) = 0;
  /// Last upcall: schedule over, drained, connections closed, threads done.
  virtual void OnDone(FinalReport report) = 0;

 protected:
  ~LoadEngineObserver() = default;
};

/// Calls return at once; any thread. Order: Connect, Start, with Stop at any time.
class LoadEngine {
 public:
  /// Stops at once, without upcalls; returns when all threads have ended.
  virtual ~LoadEngine() = default;

  /// Slot s of the ramp-up is at ramp_start + s * ramp_up / clients, on the monotonic clock; see dial_list.h.
  virtual void Connect(int64_t ramp_start_mono_ns) = 0;

  /// Message i of the run is due at start + offset(i).
  virtual void Start(int64_t start_mono_ns) = 0;

  /// No new dials and messages; drain, close, OnDone. Idempotent; also before Connect. `reason` becomes stopped_early.
  virtual void Stop(const Statement& reason) = 0;

  /// Load is allowed until this instant on the monotonic clock; later calls move it. When it passes, the engine stops
  /// by itself as Stop() with kLeaseExpired would, before it sends anything more, however late it wakes. No bound
  /// before the first call.
  virtual void SetLease(int64_t until_mono_ns) = 0;

  /// Adds a slice, a part of a lost or starved agent's, between Start and the end of the measure phase: its clients, of
  /// which there may be none, are dialled from `from_mono_ns` on at the pace of the ramp-up, its messages that are due
  /// at or after `from_mono_ns` are sent at their due times. Ignored at other times.
  virtual void TakeOver(const Slice& slice, int64_t from_mono_ns) = 0;

  /// After Start: gives up all messages that are due at or after `from_mono_ns`, of what it has been given before this
  /// call; from a later instant where some of them were taken from the schedule already. OnYielded() answers, unless
  /// OnDone() comes first; not to be called again before.
  virtual void YieldFrom(int64_t from_mono_ns) = 0;

  virtual int workers() const = 0;
};

/// Checks what can be checked before any load (keys, certificates) and makes the workers.
/// `run_id` makes message keys unique over runs.
using LoadEngineFactory = std::function<absl::StatusOr<std::unique_ptr<LoadEngine>>(
    const std::string& run_id, const RunPlan& plan, const Slice& slice, LoadEngineObserver& observer)>;

}  // namespace wsload
