// What the live screen knows of a run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/lang/statement.h"
#include "common/plan/run_plan.h"
#include "controller/feed/interval_snapshot.h"

namespace wsload {

/// What does not change while it goes on.
struct RunFacts {
  std::string version;
  RunPlan plan;
  std::string server;  ///< without credentials
  std::string run_id;
};

/// A threshold as it stands.
struct ThresholdState {
  std::string expression;
  std::string value;  ///< with its unit
  bool holds = true;
  std::optional<double> broken_since_s;  ///< of the measure phase; none: it holds
};

struct ScreenModel {
  /// Intervals that charts go back, at most.
  static constexpr size_t kHistory = 240;
  static constexpr size_t kNotices = 256;

  RunFacts facts = {};
  SharedSnapshot latest = {};  ///< null: there is none yet
  // Of the intervals of the measure phase, the newest last; below 0: nothing was measured.
  std::vector<double> sent_per_s = {};
  std::vector<double> failed_per_s = {};
  std::vector<double> response_ms_p50 = {};
  std::vector<double> response_ms_p99 = {};
  double measured_s = 0;
  std::vector<Statement> notices = {};
  std::vector<ThresholdState> thresholds = {};
  std::string ends_at = {};  ///< time of day; empty: not known

  void Add(const SharedSnapshot& snapshot);
  /// The oldest make room.
  void AddNotice(const Statement& notice);
};

}  // namespace wsload
