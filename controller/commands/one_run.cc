#include "controller/commands/one_run.h"

#include <unistd.h>

#include <csignal>
#include <random>
#include <string_view>
#include <utility>

#include "common/plan/plan_warnings.h"
#include "common/util/status.h"
#include "controller/commands/command.h"
#include "controller/link/embedded_agent_link.h"
#include "controller/link/grpc_agent_link.h"
#include "controller/output/ci_lines.h"
#include "controller/output/console_summary.h"
#include "controller/output/markdown_summary.h"
#include "controller/output/output_dir.h"
#include "controller/output/result_json.h"
#include "controller/output/threshold_lines.h"
#include "controller/result/judging_listener.h"
#include "controller/result/run_exit_code.h"
#include "controller/result/threshold_judgement.h"

namespace wsload {
namespace {

using Links = std::vector<std::unique_ptr<AgentLink>>;

Links MakeLinks(Agents agents) {
  Links links;
  if (agents.addresses.empty()) links.push_back(NewEmbeddedAgentLink(std::move(agents.embedded)));
  for (AgentAddress& agent : agents.addresses) links.push_back(NewGrpcAgentLink(std::move(agent), agents.access));
  return links;
}

/// Every reason not to begin, one line each on stderr; false when there is none.
bool RefuseRun(const std::vector<AgentCheck>& checks, Language language) {
  std::string lines;
  for (const AgentCheck& check : checks) {
    for (const Statement& problem : check.problems) {
      lines += fmt::format("wsload: {}\n", StatementText(language, problem));
    }
  }
  Print(stderr, lines);
  return !lines.empty();
}

std::vector<Statement> Warnings(const RunPlan& plan, const std::vector<AgentCheck>& checks) {
  std::vector<Statement> warnings = PlanWarnings(plan);
  for (const AgentCheck& check : checks) warnings.insert(warnings.end(), check.warnings.begin(), check.warnings.end());
  return warnings;
}

/// Rewriting in place works on terminals that know the escapes.
bool IsLive(FILE* stream, const Environment& environment) {
  const std::string term = ValueOf(environment, "TERM");
  return ::isatty(::fileno(stream)) != 0 && !term.empty() && term != "dumb";
}

/// A directory that nobody asked for and that cannot be made is no reason not to run.
absl::Status MakePlace(const OutputOptions& options, RunFiles::Place& place, std::vector<Statement>& warnings) {
  place.language = options.language;
  if (place.dir.empty()) return absl::OkStatus();
  absl::Status made = MakeOutputDir(place.dir);
  if (made.ok() || !place.by_default) return made;
  warnings.push_back({StatementKind::kResultNotKept, {place.dir, std::string(Text(made))}});
  // It is a warning like others to those who see them.
  if (options.quiet) Print(stderr, NoticeLine(options.language, warnings.back()));
  place.dir.clear();
  return absl::OkStatus();
}

}  // namespace

RunId NewRunId() {
  std::random_device random;
  return {.text = fmt::format("{:08x}{:08x}", random(), random()), .unix_ns = SystemClock().UnixNs()};
}

FILE* PeoplesStream(const OutputOptions& options) { return options.json ? stderr : stdout; }

Interruption::Interruption(AsioEventLoop& loop)
    : loop_(loop), watch_(loop, EndingSignals(), [this](int signal) { OnSignal(signal); }) {}

void Interruption::Enter(RunCoordinator& coordinator, ConsoleReporter* reporter) {
  coordinator_ = &coordinator;
  reporter_ = reporter;
  // It came before the run.
  if (signals_ > 0) coordinator.Interrupt();
}

void Interruption::Leave() {
  coordinator_ = nullptr;
  reporter_ = nullptr;
}

bool Interruption::Came() {
  // A turn of the loop, which hears of signals by its own.
  const std::unique_ptr<Timer> turn = loop_.NewTimer([this] { loop_.Stop(); });
  turn->ArmAt(loop_.MonoNs() + kNsPerMs);
  loop_.Run();
  return signals_ > 0;
}

void Interruption::OnSignal(int signal) {
  const bool again = signals_++ > 0;
  // A lost terminal sends it once itself, and once more through the shell.
  if (coordinator_ == nullptr || (again && signal == SIGHUP)) return;
  if (reporter_ != nullptr) {
    reporter_->OnNotice({again ? StatementKind::kEndingOnInterrupt : StatementKind::kDrainingOnInterrupt});
  }
  coordinator_->Interrupt();
}

bool OneRun::Check() {
  absl::StatusOr<Agents> agents = FindAgents(line_);
  if (!agents.ok()) {
    code_ = FailWith(agents.status());
    return false;
  }
  agents_ = *std::move(agents);
  checks_ = CheckBeforeRun(agents_, line_.plan, line_.policy);
  if (!RefuseRun(checks_, line_.output.language)) return true;
  code_ = ExitCode::kError;
  return false;
}

absl::StatusOr<Kept> OneRun::CarryOut(const RunId& id, RunFiles::Place place, AsioEventLoop& loop,
                                      Interruption& interruption) {
  const OutputOptions& options = line_.output;
  FILE* const people = PeoplesStream(options);
  ConsoleOptions console;
  console.language = options.language;
  console.stats_interval_ns = options.stats_interval_ns;
  console.live = IsLive(people, environment_);
  ConsoleReporter reporter(line_.plan, console, [people](std::string_view text) { Print(people, text); });
  ConsoleReporter* const heard = options.quiet ? nullptr : &reporter;
  std::vector<Statement> warnings = Warnings(line_.plan, checks_);
  if (absl::Status made = MakePlace(options, place, warnings); !made.ok()) return made;
  for (const Statement& warning : warnings) {
    if (heard != nullptr) heard->OnNotice(warning);
  }

  RunFiles files(std::move(place), id.text, line_.plan, id.unix_ns, heard);
  RunCoordinator::Limits limits;
  limits.policy = line_.policy;
  RunCoordinator* running = nullptr;
  JudgingListener judging(line_.judge, files, [&running](const Statement& why) { running->StopEarly(why); });
  std::optional<RunResult> result;
  {
    RunCoordinator coordinator(loop, SystemClock(), id.text, line_.plan, MakeLinks(std::move(agents_)), limits,
                               &judging);
    running = &coordinator;
    coordinator.Start([&](RunResult finished) {
      result = std::move(finished);
      loop.Stop();
    });
    interruption.Enter(coordinator, heard);
    loop.Run();
    interruption.Leave();
  }
  result->warnings.insert(result->warnings.begin(), warnings.begin(), warnings.end());
  result->check_connections = CheckConnections(checks_);
  JudgeThresholds(judging.watch(), line_.judge, *result);
  absl::Status written = files.Finish(*result);
  reporter.Finish();
  return Kept{.result = *std::move(result), .written = std::move(written), .dir = files.dir()};
}

ExitCode OneRun::Publish(const Kept& kept) const {
  const OutputOptions& options = line_.output;
  FILE* const people = PeoplesStream(options);
  const RunResult& result = kept.result;
  const ExitCode code = kept.written.ok() ? ExitCodeOf(result) : FailWith(kept.written);
  if (options.json) Print(stdout, ResultJson(result));
  if (!result.error.ok()) {
    Print(stderr, ConsoleVerdict(options.language, result));
  } else if (!options.quiet) {
    Print(people, "\n" + ConsoleSummary(options.language, result));
  } else if (!options.json) {
    Print(people, QuietLine(options.language, result));
  }
  if (IsUnderGithub(options.ci, environment_)) Print(people, GithubLines(result));
  if (kept.written.ok() && !kept.dir.empty()) {
    // Of one line only, that one is the measurement's.
    Print(options.quiet ? stderr : people, Say(options.language, Msg::kFilesWritten, kept.dir) + "\n");
  }
  return code;
}

}  // namespace wsload
