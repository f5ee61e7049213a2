// What a run keeps in its directory, from its first moment on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/lang/language.h"
#include "common/plan/run_plan.h"
#include "controller/result/run_listener.h"
#include "controller/result/run_result.h"

namespace wsload {

/// While the run goes on: run.json (its id, labels and plan) and timeseries.csv, which grows by a line with every
/// interval, so that a controller that is killed leaves all but its last second. At the end: result.json, report.html
/// and the whole timeseries.csv; run.json is then gone. An older run's files are moved to DIR/<its run id> before the
/// first of these is written; where another run took DIR meanwhile, this one's go to DIR/<this run's id>. A run that
/// fails before it begins writes nothing where there is an older one, and nothing to a directory that was not asked
/// for. One thread; hands every call on.
class RunFiles final : public RunListener {
 public:
  struct Place {
    std::string dir;                         ///< is there; empty: nothing is kept
    bool by_default = false;                 ///< nobody asked for it
    Language language = Language::kEnglish;  ///< that the report opens in
    RunLabels labels;
  };

  /// `next` may be null; it outlives this, and is told when the series cannot be written.
  RunFiles(Place place, std::string run_id, const RunPlan& plan, int64_t started_unix_ns, RunListener* next);
  ~RunFiles() override;
  RunFiles(const RunFiles&) = delete;
  RunFiles& operator=(const RunFiles&) = delete;

  void OnPhase(Phase phase) override;
  void OnInterval(const SeriesPoint& point, const Stats& delta, const Stats& totals_so_far,
                  const std::vector<AgentResult>& agents) override;
  void OnNotice(const Statement& notice) override;

  /// Once, with the run's result. The error is one line; what could be written is there all the same.
  absl::Status Finish(const RunResult& result);

  /// Where the result is; empty: nowhere. After Finish().
  const std::string& dir() const { return dir_; }

 private:
  void Begin();
  void Append(const std::string& text);
  void GiveUpSeries(std::string why);
  void CloseSeries();
  /// Makes room in the directory, or goes to one of its own.
  absl::Status TakePlace();

  std::string dir_;
  const bool by_default_;
  const Language language_;
  const RunLabels labels_;
  const std::string run_id_;
  const RunPlan plan_;
  const int64_t started_unix_ns_;
  RunListener* const next_;
  bool begun_ = false;
  int series_ = -1;           ///< a descriptor; -1: closed
  int64_t series_bytes_ = 0;  ///< whole lines in the file
};

}  // namespace wsload
