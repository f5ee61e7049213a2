// What an agent has done since it began, over all its runs: the sum of the
// interval reports that its runs ship to their controllers.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "agent/load/load_engine.h"
#include "common/metrics/histogram_durations.h"
#include "common/plan/phase.h"
#include "common/stats/counters.h"

namespace wsload {

/// kBroken: it was taken down before it had told its totals.
enum class RunEnd { kCompleted, kStopped, kLeaseOver, kBroken };
inline constexpr size_t kRunEnds = 4;

struct AgentFigures {
  // Since the agent began; these only grow.
  Counters totals;
  HistogramDurations durations = {};
  std::array<int64_t, kRunEnds> runs = {};  ///< by RunEnd

  // The run under way; of no meaning when there is none.
  struct Run {
    std::string id;
    int64_t clients = 0;         ///< of its slice, and of what it took over
    Counters counters;           ///< of this run alone
    std::optional<Phase> phase;  ///< of its last report
    int64_t lease_until_mono_ns = 0;
  };
  std::optional<Run> run;
};

/// Any thread. Called once per report, never on the way of a message.
class AgentMetrics {
 public:
  void RunBegan(std::string id, int64_t clients);
  void ClientsTakenOver(int64_t clients);
  void LeaseUntil(int64_t until_mono_ns);
  /// `warm_up`, `awkward`: what of the report was the warm-up's, and the awkward clients'; null: nothing.
  void Add(const IntervalReport& report, const Stats* warm_up = nullptr, const Stats* awkward = nullptr);
  /// Its connections are gone.
  void RunEnded(RunEnd end);

  AgentFigures Read() const;

 private:
  mutable std::mutex mutex_;
  AgentFigures figures_;
};

}  // namespace wsload
