#include "controller/commands/run_command.h"

#include <memory>
#include <utility>

#include "common/util/status.h"
#include "controller/commands/command.h"
#include "controller/commands/one_run.h"
#include "controller/output/ci_lines.h"
#include "controller/output/markdown_summary.h"
#include "controller/output/older_run.h"
#include "controller/output/output_dir.h"
#include "controller/output/run_series.h"
#include "controller/result/series_exit_code.h"

namespace wsload {
namespace {

/// Under GitHub's runner, for people who read no log. It is the runner's file: a line, and nothing else, when it fails.
void AddStepSummary(const OutputOptions& options, const Environment& environment, const std::string& markdown) {
  if (!IsUnderGithub(options.ci, environment)) return;
  const absl::Status appended = AppendStepSummary(environment, markdown);
  if (!appended.ok()) Print(stderr, fmt::format("wsload: {}\n", Text(appended)));
}

ExitCode RunOnce(const RunCommandLine& line, const Environment& environment, const RunId& id, RunFiles::Place place) {
  OneRun run(line, environment);
  if (!run.Check()) return run.code();
  absl::StatusOr<Kept> kept;
  {
    AsioEventLoop loop;
    Interruption interruption(loop);
    kept = run.CarryOut(id, std::move(place), loop, interruption);
  }
  if (!kept.ok()) return FailWith(kept.status(), line.output.language);
  const ExitCode code = run.Publish(*kept);
  AddStepSummary(line.output, environment, MarkdownSummary(line.output.language, *kept->result));
  return code;
}

/// The runs of -repeat.
class RunSeries {
 public:
  RunSeries(const RunCommandLine& line, const Environment& environment, RunFiles::Place place)
      : line_(line), environment_(environment), place_(std::move(place)) {}

  ExitCode CarryOut() {
    {
      AsioEventLoop loop;
      Interruption interruption(loop);
      while (!IsOver()) {
        const ExitCode code = Next(loop, interruption);
        codes_.push_back(code);
        if (EndsSeries(code)) break;
        if (interruption.Came()) {
          codes_.push_back(ExitCode::kInterrupted);
          break;
        }
      }
    }
    return Publish();
  }

 private:
  int planned() const { return line_.policy.repeat; }

  bool IsOver() const {
    if (static_cast<int>(codes_.size()) == planned()) return true;
    return !line_.judge.thresholds.empty() && !line_.policy.repeat_all && RunsAgree(codes_, planned());
  }

  ExitCode Next(AsioEventLoop& loop, Interruption& interruption) {
    const OutputOptions& options = line_.output;
    const int number = static_cast<int>(codes_.size()) + 1;
    if (!options.quiet) Print(stdout, "\n" + Say(options.language, Msg::kSeriesRun, number, planned()) + "\n");
    OneRun run(line_, environment_);
    if (!run.Check()) return run.code();
    // The check waits for agents and servers, and not for signals.
    if (interruption.Came()) return ExitCode::kInterrupted;
    if (number == 1) MakeRoom();
    RunFiles::Place place = place_;
    if (!place.dir.empty()) place.dir = RunDirIn(place.dir, number);
    absl::StatusOr<Kept> kept = run.CarryOut(NewRunId(), std::move(place), loop, interruption);
    if (!kept.ok()) return FailWith(kept.status(), options.language);
    const ExitCode code = run.Publish(*kept);
    results_.push_back(ForSeries(*kept->result));
    // What could not be kept of one run cannot be of all.
    if (kept->dir.empty()) place_.dir.clear();
    return code;
  }

  /// An older result may be in the directory.
  void MakeRoom() {
    if (place_.dir.empty()) return;
    const absl::StatusOr<std::string> moved = MoveOlderRun(place_.dir);
    if (!moved.ok()) {
      Print(stderr, fmt::format("wsload: {}\n", ErrorText(moved.status(), line_.output.language)));
    } else if (!moved->empty() && !line_.output.quiet) {
      Print(stdout, NoticeLine(line_.output.language, {StatementKind::kOlderResultMoved, {place_.dir, *moved}}));
    }
  }

  ExitCode Publish() {
    const OutputOptions& options = line_.output;
    const ExitCode worst = WorstOf(codes_);
    if (!place_.dir.empty()) RemoveEmptyOutputDir(place_.dir);
    if (results_.empty()) return worst;
    const auto done = static_cast<int>(results_.size());
    std::string text = "\n" + SeriesSummary(options.language, results_);
    if (done < planned()) {
      const bool agreed = !EndsSeries(codes_.back());
      text += Say(options.language, agreed ? Msg::kSeriesAgreed : Msg::kSeriesEnded, done, planned()) + "\n";
    }
    if (!options.quiet) Print(stdout, text);
    AddStepSummary(options, environment_, SeriesMarkdown(options.language, results_));
    if (place_.dir.empty()) return worst;
    if (const absl::Status written = WriteSeriesFiles(place_.dir, options.language, results_); !written.ok()) {
      return WorstOf({worst, FailWith(written, options.language)});
    }
    Print(options.quiet ? stderr : stdout, Say(options.language, Msg::kSeriesWritten, place_.dir) + "\n");
    return worst;
  }

  const RunCommandLine& line_;
  const Environment& environment_;
  RunFiles::Place place_;  ///< of all of them
  std::vector<ExitCode> codes_;
  std::vector<RunResult> results_;
};

ExitCode Run(const std::vector<std::string>& args, const Environment& environment) {
  const absl::StatusOr<RunCommandLine> line = ParseRunFlags(args, environment);
  if (!line.ok()) return FailWith(line.status(), WantedLanguage(args, environment, "WSLOAD"));
  if (line->print.has_value()) {
    Print(stdout, *line->print);
    return ExitCode::kPassed;
  }
  PrintNotices(line->notices);
  const OutputOptions& options = line->output;
  const RunId id = NewRunId();
  RunFiles::Place place{.dir = OutputDirOf(options.out_dir, id.text, id.unix_ns),
                        .by_default = options.out_dir.empty()};
  if (!place.by_default && !place.dir.empty()) {
    // Before the run: a run whose result cannot be kept is not worth its time.
    if (absl::Status prepared = PrepareOutputDir(place.dir); !prepared.ok())
      return FailWith(prepared, options.language);
  }
  if (line->policy.repeat > 1) return RunSeries(*line, environment, std::move(place)).CarryOut();
  return RunOnce(*line, environment, id, std::move(place));
}

}  // namespace

int RunCommand(const std::vector<std::string>& args, const Environment& environment) {
  return static_cast<int>(Run(args, environment));
}

}  // namespace wsload
