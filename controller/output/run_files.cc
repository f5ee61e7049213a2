#include "controller/output/run_files.h"

#include <unistd.h>

#include <utility>

#include "common/lang/statement.h"
#include "common/util/local_error.h"
#include "common/util/status.h"
#include "controller/output/older_run.h"
#include "controller/output/output_dir.h"
#include "controller/output/result_json.h"
#include "controller/output/timeseries_csv.h"

namespace wsload {

RunFiles::RunFiles(Place place, std::string run_id, const RunPlan& plan, int64_t started_unix_ns,
                   std::function<void(const Statement&)> notify)
    : dir_(std::move(place.dir)),
      by_default_(place.by_default),
      language_(place.language),
      labels_(std::move(place.labels)),
      run_id_(std::move(run_id)),
      plan_(plan),
      stages_(plan),
      started_unix_ns_(started_unix_ns),
      notify_(std::move(notify)),
      latencies_(started_unix_ns) {}

void RunFiles::OnInterval(const SharedSnapshot& interval) {
  AppendToSeries(TimeseriesLine(interval->point, stages_));
  // All lines together are what is measured.
  if (interval->point.phase == Phase::kWarmUp) return;
  AppendToLog(latencies_.Lines({.start_s = interval->begin_s, .length_s = interval->duration_s},
                               interval->delta.response, interval->delta.service));
}

absl::Status RunFiles::TakePlace() {
  const absl::StatusOr<std::string> moved = MoveOlderRun(dir_);
  if (!moved.ok()) return MakeOutputDir(dir_ += "/" + run_id_);
  if (!moved->empty()) notify_({StatementKind::kOlderResultMoved, {dir_, *moved}});
  return absl::OkStatus();
}

void RunFiles::OnBegin() {
  begun_ = true;
  if (dir_.empty()) return;
  if (const absl::Status taken = TakePlace(); !taken.ok()) return SayNotWritten(kTimeseriesFile, taken);
  // Where this fails, the series does too.
  if (GrowingFile run; run.Create(dir_ + "/" + kRunFile).ok()) {
    (void)run.Append(RunJson(run_id_, started_unix_ns_, plan_, labels_));
  }
  if (absl::Status made = series_.Create(dir_ + "/" + kTimeseriesFile); !made.ok()) {
    return SayNotWritten(kTimeseriesFile, made);
  }
  AppendToSeries(TimeseriesHeader());
  if (absl::Status made = log_.Create(dir_ + "/" + kLatencyLogFile); !made.ok()) {
    return SayNotWritten(kLatencyLogFile, made);
  }
  AppendToLog(latencies_.Head());
}

void RunFiles::AppendToSeries(const std::string& text) {
  if (absl::Status appended = series_.Append(text); !appended.ok()) SayNotWritten(kTimeseriesFile, appended);
}

void RunFiles::AppendToLog(const std::string& text) {
  if (absl::Status appended = log_.Append(text); !appended.ok()) SayNotWritten(kLatencyLogFile, appended);
}

void RunFiles::SayNotWritten(const char* file, const absl::Status& why) {
  const auto kind = file == kLatencyLogFile ? StatementKind::kLatencyLogNotWritten : StatementKind::kSeriesNotWritten;
  notify_({kind, {dir_ + "/" + file, ErrorLines(why)}});
}

absl::Status RunFiles::Finish(const RunResult& result) {
  series_.Close();
  AppendToLog(latencies_.Rest(result.totals.response, result.totals.service));
  log_.Close();
  if (dir_.empty()) return absl::OkStatus();
  if (!begun_ && !result.error.ok() && (by_default_ || HasRun(dir_))) {
    if (by_default_) RemoveEmptyOutputDir(dir_);
    dir_.clear();
    return absl::OkStatus();
  }
  const std::string holder = RunIn(dir_);
  if (!begun_ || (!holder.empty() && holder != run_id_)) {
    // Of another run that began beside this one, what is there is its own.
    absl::Status taken = begun_ ? MakeOutputDir(dir_ += "/" + run_id_) : TakePlace();
    if (!taken.ok()) return taken;
  }
  absl::Status written = WriteResultFiles(dir_, result, language_);
  if (written.ok()) ::unlink((dir_ + "/" + kRunFile).c_str());
  return written;
}

}  // namespace wsload
