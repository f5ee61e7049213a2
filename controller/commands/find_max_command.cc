#include "controller/commands/find_max_command.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "common/util/file.h"
#include "common/util/local_error.h"
#include "common/util/status.h"
#include "controller/commands/command.h"
#include "controller/commands/one_run.h"
#include "controller/findmax/find_max.h"
#include "controller/findmax/output/find_max_json.h"
#include "controller/findmax/output/find_max_text.h"
#include "controller/output/ci_lines.h"
#include "controller/output/messages.h"
#include "controller/output/older_run.h"
#include "controller/output/output_dir.h"
#include "controller/page/page.h"

namespace wsload {
namespace {

constexpr LocalText kFindMaxIntro = {
    "wsload find-max -threshold='p(99)<200ms' [flags]: the highest rate at which all\n"
    "thresholds hold; with -find=clients, the most connections. Short trials first,\n"
    "then full-length ones near the bounds (MLRsearch, RFC 9971).",
    "wsload find-max -threshold='p(99)<200ms' [参数]：查找满足全部阈值的最高速率；\n"
    "-find=clients 时为最大连接数。先做短试验，再在界限附近做完整时长的试验\n"
    "（MLRsearch，RFC 9971）。"};

constexpr LocalText kFilesWritten = {"find_max.json, report.html, summary.md and a directory for each trial are in {}",
                                     "find_max.json、report.html、summary.md 以及每次试验的目录在 {}"};

constexpr size_t kMostResultBytes = size_t{1} << 30;

/// A run of its own for each trial, kept in a directory of its own.
class RunPerTrial final : public TrialRunner {
 public:
  /// Both outlive it. `dir`: where runs are kept; empty: nowhere.
  RunPerTrial(const RunCommandLine& line, const Environment& environment, std::string dir)
      : line_(line), environment_(environment), dir_(std::move(dir)), interruption_(loop_) {}

  absl::StatusOr<RunResult> RunTrial(const TrialInput& trial) override {
    if (interruption_.Came()) return absl::CancelledError();
    RunCommandLine line = line_;
    line.plan = TrialPlan(line.plan, line.find->find, trial.load, trial.duration_ns);
    // People see the trial's line, and the table at the end.
    line.output.quiet = true;
    OneRun run(line, environment_);
    if (!run.Check()) {
      refused_ = run.code();
      return absl::AbortedError("");
    }
    if (interruption_.Came()) return absl::CancelledError();
    RunFiles::Place place{.dir = dir_.empty() ? std::string() : RunDirIn(dir_, ++runs_),
                          .by_default = line.output.out_dir.empty()};
    const absl::StatusOr<Kept> kept = run.CarryOut(NewRunId(), std::move(place), loop_, interruption_);
    if (!kept.ok()) return kept.status();
    const RunResult& result = *kept->result;
    if (!result.error.ok()) return result.error;
    if (!kept->written.ok()) Print(stderr, fmt::format("wsload: {}\n", ErrorText(kept->written, line.output.language)));
    // What could not be kept of one run cannot be of all.
    if (kept->dir.empty()) dir_.clear();
    if (result.interrupted && !result.abort_reason.has_value()) return absl::CancelledError();
    dirs_[result.run_id] = kept->dir;
    return result;
  }

  /// Set when a trial was refused before it began, which has been printed.
  std::optional<ExitCode> refused() const { return refused_; }
  /// Where the run is kept; empty: nowhere.
  std::string DirOf(const std::string& run_id) const {
    const auto found = dirs_.find(run_id);
    return found == dirs_.end() ? std::string() : found->second;
  }

 private:
  const RunCommandLine& line_;
  const Environment& environment_;
  std::string dir_;
  AsioEventLoop loop_;
  Interruption interruption_;
  std::optional<ExitCode> refused_;
  int runs_ = 0;
  std::map<std::string, std::string> dirs_;
};

/// An older result may be in the directory.
void MakeRoom(const std::string& dir, const OutputOptions& options) {
  if (dir.empty()) return;
  const absl::StatusOr<std::string> moved = MoveOlderRun(dir);
  if (!moved.ok()) {
    Print(stderr, fmt::format("wsload: {}\n", ErrorText(moved.status(), options.language)));
  } else if (!moved->empty()) {
    Print(stderr, NoticeLine(options.language, {StatementKind::kOlderResultMoved, {dir, *moved}}));
  }
}

/// find_max.json and summary.md, and the report of the trial that stands for the answer, with all the others in it.
absl::Status WriteFiles(const std::string& dir, const std::string& trial_dir, const FindMaxResult& result,
                        Language language) {
  std::vector<std::pair<std::string, std::string>> files = {{kFindMaxFile, FindMaxJson(result)},
                                                            {kSummaryFile, FindMaxMarkdown(language, result)}};
  const absl::StatusOr<std::string> json = ReadSmallFile(trial_dir + "/" + kResultFile, kMostResultBytes);
  if (!json.ok()) return json.status();
  absl::StatusOr<std::string> report = ReportHtml(*json, language, FindMaxObject(result));
  if (!report.ok()) return report.status();
  files.emplace_back(kReportFile, *std::move(report));
  for (const auto& [name, content] : files) {
    const std::string path = dir + "/" + name;
    if (const absl::Status written = WriteFile(path, content); !written.ok()) {
      return LocalStatus(absl::StatusCode::kUnavailable,
                         FillLocal({"cannot write {}: {}", "无法写入 {}：{}"}, path, written));
    }
  }
  return absl::OkStatus();
}

ExitCode CodeOf(const FindMaxResult& result) {
  if (result.interrupted) return ExitCode::kInterrupted;
  if (result.found.end == SearchEnd::kGeneratorLimited) return ExitCode::kGeneratorLimited;
  switch (AnswerOf(result)) {
    case FindMaxAnswer::kFound:
    case FindMaxAnswer::kAtLeast:
      return ExitCode::kPassed;
    case FindMaxAnswer::kNoneHolds:
      return ExitCode::kServerFailed;
    case FindMaxAnswer::kUnknown:
      break;
  }
  return ExitCode::kError;
}

absl::StatusOr<int> CountAgents(const RunCommandLine& line) {
  if (line.agents.empty()) return 1;
  absl::StatusOr<Agents> agents = FindAgents(line);
  if (!agents.ok()) return agents.status();
  return std::max(1, static_cast<int>(agents->addresses.size()));
}

ExitCode Search(const RunCommandLine& line, const Environment& environment, std::string dir) {
  const OutputOptions& options = line.output;
  FILE* people = options.json ? stderr : stdout;
  FindMaxResult result;
  result.variable = line.find->find;
  result.thresholds = line.judge.thresholds.text();
  const absl::StatusOr<MaxSearchOptions> search = SearchOptionsOf(*line.find, line.plan, line.judge.thresholds);
  if (!search.ok()) return FailWith(search.status(), options.language);
  result.options = *search;
  result.most_load_given = (result.variable == FindVariable::kRate ? line.find->max_rate : line.find->max_clients) > 0;
  const absl::StatusOr<int> agents = CountAgents(line);
  if (!agents.ok()) return FailWith(agents.status(), options.language);
  result.agents = *agents;
  MakeRoom(dir, options);

  absl::Status error;
  std::string trial_dir;
  std::optional<ExitCode> refused;
  {
    RunPerTrial runner(line, environment, dir);
    int number = 0;
    const auto tell = [&](const FindMaxTrial& trial) {
      ++number;
      if (options.quiet) return;
      Print(people, FindMaxProgress(options.language, result.variable, number, trial) + "\n");
    };
    error = FindMax(SystemClock(), runner, tell, result);
    refused = runner.refused();
    if (const FindMaxTrial* best = RepresentativeTrial(result)) trial_dir = runner.DirOf(best->run_id);
  }
  if (!result.trials.empty()) {
    if (options.json) Print(stdout, FindMaxJson(result));
    if (!options.quiet) {
      Print(people, "\n" + FindMaxSummary(options.language, result));
    } else if (!options.json) {
      Print(people, FindMaxLine(options.language, result));
    }
  }
  ExitCode code = CodeOf(result);
  if (!error.ok()) code = refused.has_value() ? *refused : FailWith(error, options.language);
  if (IsUnderGithub(options.ci, environment)) {
    const absl::Status appended = AppendStepSummary(environment, FindMaxMarkdown(options.language, result));
    if (!appended.ok()) Print(stderr, fmt::format("wsload: {}\n", ErrorText(appended, options.language)));
  }
  if (dir.empty() || trial_dir.empty()) return code;
  if (const absl::Status written = WriteFiles(dir, trial_dir, result, options.language); !written.ok()) {
    return FailWith(written, options.language);
  }
  Print(options.quiet ? stderr : people, FillText(options.language, kFilesWritten, dir) + "\n");
  return code;
}

ExitCode Find(const std::vector<std::string>& args, const Environment& environment) {
  const absl::StatusOr<RunCommandLine> line = ParseFindMaxFlags(args, environment, kFindMaxIntro);
  if (!line.ok()) return FailWith(line.status(), WantedLanguage(args, environment, "WSLOAD"));
  if (line->print.has_value()) {
    Print(stdout, *line->print);
    return ExitCode::kPassed;
  }
  PrintNotices(line->notices);
  const RunId id = NewRunId();
  std::string dir = OutputDirOf(line->output.out_dir, id.text, id.unix_ns);
  if (!line->output.out_dir.empty() && !dir.empty()) {
    if (absl::Status prepared = PrepareOutputDir(dir); !prepared.ok()) {
      return FailWith(prepared, line->output.language);
    }
  }
  return Search(*line, environment, std::move(dir));
}

}  // namespace

int FindMaxCommand(const std::vector<std::string>& args, const Environment& environment) {
  return static_cast<int>(Find(args, environment));
}

}  // namespace wsload
