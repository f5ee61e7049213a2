// The run as a person watches it: plain statistics every so often, or one
// block that is kept up to date on a terminal.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/lang/statement.h"
#include "common/plan/phase.h"
#include "common/plan/run_plan.h"
#include "controller/feed/run_output.h"
#include "controller/output/messages.h"

namespace wsload {

struct ConsoleOptions {
  Language language = Language::kEnglish;
  int64_t stats_interval_ns = 5 * kNsPerSecond;
  /// Rewrite one block in place (ANSI escapes) instead of printing block after block.
  bool live = false;
};

/// Reads no clock: time is what the intervals say.
class ConsoleReporter final : public RunOutput {
 public:
  using Sink = std::function<void(std::string_view text)>;

  ConsoleReporter(const RunPlan& plan, ConsoleOptions options, Sink sink);

  void OnInterval(const SharedSnapshot& interval) override;
  void OnNotice(const Statement& notice) override;
  /// Leaves the last live block standing; nothing is printed over it.
  void OnEnd(const RunResult& result) override;

 private:
  void Begin(const IntervalSnapshot& interval);
  std::string Block(const IntervalSnapshot& interval) const;
  std::string ProgressLine(const SeriesPoint& point) const;
  std::string LatencyTable(const Stats& totals) const;
  std::string AgentTable(const std::vector<AgentSnapshot>& agents) const;
  void Show(const std::string& block);
  int64_t PlannedNs(Phase phase) const;

  RunPlan plan_;
  ConsoleOptions options_;
  Sink sink_;
  int64_t next_number_ = 0;
  Phase phase_ = Phase::kConnect;
  // Of the interval before, in the same phase.
  double phase_elapsed_s_ = 0;
  double phase_clock_s_ = 0;
  double measured_s_ = 0;
  Stats recent_;         ///< since the last block
  double due_s_ = 0;     ///< what `recent_` covers by the schedule of intervals
  double recent_s_ = 0;  ///< and by the agents' clocks
  std::string shown_;    ///< the live block on the screen
};

}  // namespace wsload
