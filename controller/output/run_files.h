// What a run keeps in its directory, from its first moment on.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "common/plan/run_plan.h"
#include "common/util/language.h"
#include "controller/feed/run_output.h"
#include "controller/hdr/interval_log.h"
#include "controller/output/growing_file.h"
#include "controller/output/load_stages.h"
#include "controller/result/run_result.h"

namespace wsload {

/// While the run goes on: run.json (its id, labels and plan), and timeseries.csv and latency.hlog, which grow with
/// every interval, so that a controller that is killed leaves all but its last second. At the end: result.json,
/// report.html, latency.hgrm, junit.xml, summary.md and the whole timeseries.csv; latency.hlog gets what agents
/// reported too late for its interval, and run.json is gone. An older run's files are moved to DIR/<its run id> before
/// the first of these is written; where another run took DIR meanwhile, this one's go to DIR/<this run's id>. A run
/// that fails before it begins writes nothing where there is an older one, and nothing to a directory that was not
/// asked for.
class RunFiles final : public RunOutput {
 public:
  struct Place {
    std::string dir;                         ///< is there; empty: nothing is kept
    bool by_default = false;                 ///< nobody asked for it
    Language language = Language::kEnglish;  ///< that the report opens in
    RunLabels labels;
  };

  /// `notify` is told, from the output's thread, when an older result moved and when the series or the log cannot be
  /// written.
  RunFiles(Place place, std::string run_id, const RunPlan& plan, int64_t started_unix_ns,
           std::function<void(const Statement& notice)> notify);
  RunFiles(const RunFiles&) = delete;
  RunFiles& operator=(const RunFiles&) = delete;

  void OnBegin() override;
  void OnInterval(const SharedSnapshot& interval) override;
  void OnEnd(const RunResult& result) override { written_ = Finish(result); }

  // After the end.
  /// One line; what could be written is there all the same.
  const absl::Status& written() const { return written_; }
  /// Where the result is; empty: nowhere.
  const std::string& dir() const { return dir_; }

 private:
  void AppendToSeries(const std::string& text);
  void AppendToLog(const std::string& text);
  /// `file` is one of the names in older_run.h.
  void SayNotWritten(const char* file, const absl::Status& why);
  /// Makes room in the directory, or goes to one of its own.
  absl::Status TakePlace();
  absl::Status Finish(const RunResult& result);

  std::string dir_;
  const bool by_default_;
  const Language language_;
  const RunLabels labels_;
  const std::string run_id_;
  const RunPlan plan_;
  const LoadStages stages_;
  const int64_t started_unix_ns_;
  const std::function<void(const Statement&)> notify_;
  bool begun_ = false;
  GrowingFile series_;
  IntervalLogWriter latencies_;
  GrowingFile log_;
  absl::Status written_;
};

}  // namespace wsload
