// The run as a log shows it: a line of statistics every so often.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/lang/statement.h"
#include "common/plan/phase.h"
#include "common/plan/run_plan.h"
#include "controller/feed/run_output.h"
#include "controller/output/load_stages.h"
#include "controller/output/messages.h"

namespace wsload {

struct ConsoleOptions {
  Language language = Language::kEnglish;
  int64_t stats_interval_ns = 5 * kNsPerSecond;
  bool intervals = true;  ///< false: notices alone
};

/// Reads no clock: time is what the intervals say.
class ConsoleReporter final : public RunOutput {
 public:
  using Sink = std::function<void(std::string_view text)>;

  ConsoleReporter(const RunPlan& plan, ConsoleOptions options, Sink sink);

  void OnInterval(const SharedSnapshot& interval) override;
  void OnNotice(const Statement& notice) override;
  void OnEnd(const RunResult&) override {}

 private:
  void Begin(const IntervalSnapshot& interval);
  std::string StatisticsLine(const IntervalSnapshot& interval) const;
  std::string Figures(const IntervalSnapshot& interval) const;
  /// Of the last seconds, and how many failed in all.
  std::string MeasureFigures(const Counters& totals) const;

  /// "peak (0:12 left): "; empty: the load has no stages.
  std::string StageText(const SeriesPoint& point) const;

  RunPlan plan_;
  LoadStages stages_;
  ConsoleOptions options_;
  Sink sink_;
  int64_t next_number_ = 0;
  Phase phase_ = Phase::kConnect;
  // Of the interval before, in the same phase.
  double phase_elapsed_s_ = 0;
  double phase_clock_s_ = 0;
  Stats recent_;         ///< since the last line
  double due_s_ = 0;     ///< what `recent_` covers by the schedule of intervals
  double recent_s_ = 0;  ///< and by the agents' clocks
};

}  // namespace wsload
