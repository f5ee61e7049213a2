#include "controller/output/run_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "common/lang/statement.h"
#include "common/util/status.h"
#include "controller/output/older_run.h"
#include "controller/output/output_dir.h"
#include "controller/output/result_json.h"
#include "controller/output/timeseries_csv.h"

namespace wsload {
namespace {

std::string Reason(int error) { return std::generic_category().message(error); }

/// An errno; 0: all is in the file.
int AppendTo(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

/// A descriptor; below 0: errno says why there is none.
int Create(const std::string& path) { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644); }

}  // namespace

RunFiles::RunFiles(Place place, std::string run_id, const RunPlan& plan, int64_t started_unix_ns, RunListener* next)
    : dir_(std::move(place.dir)),
      by_default_(place.by_default),
      language_(place.language),
      labels_(std::move(place.labels)),
      run_id_(std::move(run_id)),
      plan_(plan),
      started_unix_ns_(started_unix_ns),
      next_(next) {}

RunFiles::~RunFiles() { CloseSeries(); }

void RunFiles::OnPhase(Phase phase) {
  if (!begun_) Begin();
  if (next_ != nullptr) next_->OnPhase(phase);
}

void RunFiles::OnInterval(const SeriesPoint& point, const Stats& delta, const Stats& totals_so_far,
                          const std::vector<AgentResult>& agents) {
  if (!begun_) Begin();
  Append(TimeseriesLine(point));
  if (next_ != nullptr) next_->OnInterval(point, delta, totals_so_far, agents);
}

void RunFiles::OnNotice(const Statement& notice) {
  if (next_ != nullptr) next_->OnNotice(notice);
}

absl::Status RunFiles::TakePlace() {
  const absl::StatusOr<std::string> moved = MoveOlderRun(dir_);
  if (!moved.ok()) return MakeOutputDir(dir_ += "/" + run_id_);
  if (!moved->empty()) OnNotice({StatementKind::kOlderResultMoved, {dir_, *moved}});
  return absl::OkStatus();
}

void RunFiles::Begin() {
  begun_ = true;
  if (dir_.empty()) return;
  if (const absl::Status taken = TakePlace(); !taken.ok()) return GiveUpSeries(std::string(Text(taken)));
  // Not to the disk, which may take its time while agents wait for the controller. Where this fails, the series does
  // too.
  if (const int run = Create(dir_ + "/" + kRunFile); run >= 0) {
    AppendTo(run, RunJson(run_id_, started_unix_ns_, plan_, labels_));
    ::close(run);
  }
  series_ = Create(dir_ + "/" + kTimeseriesFile);
  if (series_ < 0) return GiveUpSeries(Reason(errno));
  Append(TimeseriesHeader());
}

void RunFiles::Append(const std::string& text) {
  if (series_ < 0) return;
  if (const int error = AppendTo(series_, text); error != 0) return GiveUpSeries(Reason(error));
  series_bytes_ += static_cast<int64_t>(text.size());
}

void RunFiles::GiveUpSeries(std::string why) {
  // Half a line would be no line.
  if (series_ >= 0 && ::ftruncate(series_, series_bytes_) != 0) why += "; its last line is not whole";
  CloseSeries();
  OnNotice({StatementKind::kSeriesNotWritten, {dir_ + "/" + kTimeseriesFile, std::move(why)}});
}

void RunFiles::CloseSeries() {
  if (series_ >= 0) ::close(std::exchange(series_, -1));
}

absl::Status RunFiles::Finish(const RunResult& result) {
  CloseSeries();
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
