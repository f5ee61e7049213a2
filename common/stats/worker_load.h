// What a worker's thread spent, waited for and missed: by this a run knows whether its generator was the limit.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "common/time/clock.h"
#include "common/util/saturating.h"

namespace wsload {

/// A message that leaves later than this is late; when more than one in a hundred is, the generator shapes the
/// latencies.
inline constexpr int64_t kSendLagBoundUs = 10'000;
/// Fewer late messages prove nothing: a small sample has one in a hundred by accident.
inline constexpr int64_t kLateMessagesMin = 10;
/// A worker's loop that comes back later than this has stalled.
inline constexpr int64_t kStallNs = 20 * kNsPerMs;
/// From here on the lateness of a loop is worth a sample: less is what any wake-up costs.
inline constexpr int64_t kLoopLateNs = kNsPerMs;

/// Of one worker, over an interval or several. Adding them is exact, in any order.
struct WorkerLoad {
  // Of its thread. The three do not add up to the wall time: the rest it slept, or was stopped.
  int64_t user_us = 0;
  int64_t system_us = 0;
  int64_t waited_us = 0;  ///< ready to run while others had the cores; 0 also where the kernel does not tell
  int64_t wall_us = 0;
  int64_t sent = 0;
  int64_t sent_late = 0;   ///< more than kSendLagBoundUs after they were due
  int64_t given_up = 0;    ///< due, and never sent: too far behind at the end of the schedule
  int64_t stalls = 0;      ///< times the loop came back more than kStallNs late
  int64_t stalled_us = 0;  ///< how late in all
  int64_t stall_us_max = 0;

  /// Of one core, 0 to 1.
  double cpu_share() const { return Share(SaturatingAdd(user_us, system_us), wall_us); }
  double waited_share() const { return Share(waited_us, wall_us); }
  double stalled_share() const { return Share(stalled_us, wall_us); }
  double late_share() const { return Share(sent_late, sent); }
  /// The messages whose latency stalls may have shaped, 0 to 1: those that left late, and those whose acknowledgement
  /// was read late. The reader of a stalled loop is late for what arrives meanwhile; as the schedule is even, that is
  /// the share of the time. So are the late ones among few messages.
  double touched_share() const {
    if (stalls == 0) return 0;
    const double late = sent_late >= kLateMessagesMin ? late_share() : std::min(late_share(), stalled_share());
    return std::min(1.0, stalled_share() + late);
  }

  void Merge(const WorkerLoad& other);

  friend bool operator==(const WorkerLoad&, const WorkerLoad&) = default;

 private:
  static double Share(int64_t part, int64_t whole) {
    if (whole <= 0) return 0;
    return std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
  }
};

/// Worker by worker; `into` grows to the longer of the two.
inline void MergeWorkers(std::vector<WorkerLoad>& into, const std::vector<WorkerLoad>& from) {
  if (into.size() < from.size()) into.resize(from.size());
  for (size_t worker = 0; worker < from.size(); ++worker) into[worker].Merge(from[worker]);
}

/// What was worst in one interval, over all workers of all agents.
struct WorkerPeaks {
  double cpu_share_max = 0;
  double waited_share_max = 0;
  int64_t loop_stall_us_max = 0;
  int64_t wall_us_max = 0;

  void Add(const std::vector<WorkerLoad>& workers) {
    for (const WorkerLoad& worker : workers) {
      cpu_share_max = std::max(cpu_share_max, worker.cpu_share());
      waited_share_max = std::max(waited_share_max, worker.waited_share());
      loop_stall_us_max = std::max(loop_stall_us_max, worker.stall_us_max);
      wall_us_max = std::max(wall_us_max, worker.wall_us);
    }
  }
};

}  // namespace wsload
