#include "controller/commands/run_command.h"

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "common/flags/flag_set.h"
#include "common/lang/statement.h"
#include "common/loop/asio_event_loop.h"
#include "common/loop/callback_scope.h"
#include "common/loop/signal_watch.h"
#include "common/plan/plan_warnings.h"
#include "common/util/redact.h"
#include "common/util/status.h"
#include "common/version.h"
#include "controller/commands/command.h"
#include "controller/feed/feed.h"
#include "controller/feed/stop_request.h"
#include "controller/link/embedded_agent_link.h"
#include "controller/link/grpc_agent_link.h"
#include "controller/output/console_reporter.h"
#include "controller/output/final_text.h"
#include "controller/output/output_dir.h"
#include "controller/output/run_files.h"
#include "controller/result/run_exit_code.h"
#include "controller/run/coordinator.h"
#include "controller/screen/live_screen.h"
#include "controller/screen/terminal.h"

namespace wsload {
namespace {

// A reader that has not taken anything for so long is not there.
constexpr int64_t kReaderPatienceNs = 30 * kNsPerSecond;

using Links = std::vector<std::unique_ptr<AgentLink>>;

struct RunId {
  std::string text;
  int64_t unix_ns = 0;  ///< when it was given
};

std::string RandomRunId() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

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

/// What people see while the run goes on, and how they stop it.
struct Watching {
  std::shared_ptr<RunOutput> output;   ///< null: nothing
  std::shared_ptr<LiveScreen> screen;  ///< null: it is none
  std::shared_ptr<StopRequest> stop = std::make_shared<StopRequest>();
};

Watching NewWatching(const RunCommandLine& line, const RunId& id, const Environment& environment) {
  Watching watching;
  const OutputOptions& options = line.output;
  if (options.quiet) return watching;
  FILE* people = FinalText::StreamFor(options);
  const ConsoleOptions console{.language = options.language,
                               .stats_interval_ns = options.stats_interval_ns,
                               .intervals = options.screen != ScreenMode::kOff};
  watching.output =
      std::make_shared<ConsoleReporter>(line.plan, console, [people](std::string_view text) { Print(people, text); });
  if (options.screen != ScreenMode::kAuto || !Terminal::Suits(people, environment)) return watching;
  const LiveScreenOptions live{
      .stream = people, .language = options.language, .colour = ValueOf(environment, "NO_COLOR").empty()};
  RunFacts facts{.version = kVersion,
                 .plan = line.plan,
                 .server = RedactUrl(line.plan.server.text(), line.plan.token_param),
                 .run_id = id.text};
  watching.screen = std::make_shared<LiveScreen>(
      live, std::move(facts), watching.output, [stop = watching.stop] { stop->Ask(); }, SystemClock());
  watching.output = watching.screen;
  return watching;
}

/// The terminal is given back however the run ends.
class ScreenKeeper {
 public:
  explicit ScreenKeeper(std::shared_ptr<LiveScreen> screen) : screen_(std::move(screen)) {}
  ~ScreenKeeper() { Leave(); }
  ScreenKeeper(const ScreenKeeper&) = delete;
  ScreenKeeper& operator=(const ScreenKeeper&) = delete;

  void Leave() {
    // One that does not read is waited for later, when the files are written.
    constexpr int64_t kPatienceNs = kNsPerSecond;
    if (screen_ != nullptr) screen_->Leave(kPatienceNs);
  }

 private:
  const std::shared_ptr<LiveScreen> screen_;
};

/// What Ctrl-C and the screen's key do. First: drain; second: end at once with what is there. On the loop's thread.
class Interruption {
 public:
  Interruption(AsioEventLoop& loop, RunCoordinator& coordinator, Feed& feed, StopRequest& stop)
      : coordinator_(coordinator), feed_(feed), stop_(stop), signals_(loop, EndingSignals(), [this](int signal) {
          // A lost terminal sends it once itself, and once more through the shell.
          if (again_ && signal == SIGHUP) return;
          Interrupt();
        }) {
    stop_.Connect([this, &loop] { scope_.Post(loop, [this] { Interrupt(); }); });
  }
  ~Interruption() { stop_.Disconnect(); }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

 private:
  void Interrupt() {
    const bool second = std::exchange(again_, true);
    feed_.OnNotice({second ? StatementKind::kEndingOnInterrupt : StatementKind::kDrainingOnInterrupt});
    coordinator_.Interrupt();
  }

  RunCoordinator& coordinator_;
  Feed& feed_;
  StopRequest& stop_;
  bool again_ = false;
  const SignalWatch signals_;
  const CallbackScope scope_;
};

/// The result stands in the files when this returns. Signals that come while it is written do not end the process: it
/// is what they ask for.
std::shared_ptr<const RunResult> CarryOut(const RunCommandLine& line, const RunId& id, Links links,
                                          const std::vector<Statement>& warnings, int64_t check_connections,
                                          const Watching& watching, Feed& feed) {
  AsioEventLoop loop;
  RunCoordinator::Limits limits;
  limits.policy = line.policy;
  RunCoordinator coordinator(loop, SystemClock(), id.text, line.plan, std::move(links), limits, &feed);
  const Interruption interruption(loop, coordinator, feed, *watching.stop);
  ScreenKeeper screen(watching.screen);
  auto result = std::make_shared<RunResult>();
  coordinator.Start([&](RunResult finished) {
    *result = std::move(finished);
    loop.Stop();
  });
  loop.Run();
  screen.Leave();
  result->warnings.insert(result->warnings.begin(), warnings.begin(), warnings.end());
  for (const auto& [kind, missed] : {std::pair(StatementKind::kIntervalsNotKept, feed.Missed(OutputKind::kFile)),
                                     std::pair(StatementKind::kIntervalsNotShown, feed.Missed(OutputKind::kPeople))}) {
    if (missed == 0) continue;
    result->warnings.push_back({kind, {missed}});
    feed.OnNotice(result->warnings.back());
  }
  result->check_connections = check_connections;
  feed.End(OutputKind::kFile, result, SideThread::kForever);
  return result;
}

/// Where this run is kept. A directory that nobody asked for and that cannot be made is no reason not to run.
RunFiles::Place PlaceOf(const OutputOptions& options, const RunId& id, std::vector<Statement>& warnings) {
  RunFiles::Place place{.dir = OutputDirOf(options.out_dir, id.text, id.unix_ns),
                        .by_default = options.out_dir.empty()};
  if (!place.by_default || place.dir.empty()) return place;
  if (const absl::Status made = MakeOutputDir(place.dir); !made.ok()) {
    warnings.push_back({StatementKind::kResultNotKept, {place.dir, std::string(Text(made))}});
    // It is a warning like others to those who see them.
    if (options.quiet) Print(stderr, NoticeLine(options.language, warnings.back()));
    place.dir.clear();
  }
  return place;
}

/// What people see, for as long as somebody reads it. A signal ends the process meanwhile: the files are written.
void ShowResult(const OutputOptions& options, const std::shared_ptr<const RunResult>& result, Feed& feed) {
  const auto taken = [] { return TakenBy(stdout) + TakenBy(stderr); };
  if (feed.End(OutputKind::kPeople, result, kReaderPatienceNs, taken)) return;
  const Statement lost{StatementKind::kSummaryNotShown, {kReaderPatienceNs}};
  GiveUpPrinting(stdout, fmt::format("wsload: {}\n", StatementText(options.language, lost)));
  GiveUpPrinting(stderr, {});
}

ExitCode Run(const std::vector<std::string>& args, const Environment& environment) {
  const absl::StatusOr<RunCommandLine> line = ParseRunFlags(args, environment);
  if (!line.ok()) {
    return FailWith(line.status(), WantedLanguage(args, environment, "WSLOAD"));
  }
  if (line->print.has_value()) {
    Print(stdout, *line->print);
    return ExitCode::kPassed;
  }
  PrintNotices(line->notices);
  const OutputOptions& options = line->output;
  const RunId id{.text = RandomRunId(), .unix_ns = SystemClock().UnixNs()};
  if (const std::string asked_for = options.out_dir.empty() ? "" : OutputDirOf(options.out_dir, id.text, id.unix_ns);
      !asked_for.empty()) {
    // Before the run: a run whose result cannot be kept is not worth its time.
    if (absl::Status prepared = PrepareOutputDir(asked_for); !prepared.ok())
      return FailWith(prepared, options.language);
  }
  absl::StatusOr<Agents> agents = FindAgents(*line);
  if (!agents.ok()) return FailWith(agents.status(), options.language);
  const std::vector<AgentCheck> checks = CheckBeforeRun(*agents, line->plan, line->policy);
  if (RefuseRun(checks, options.language)) return ExitCode::kError;

  const auto feed = std::make_shared<Feed>(line->plan.report_interval_ns);
  std::vector<Statement> warnings = Warnings(line->plan, checks);
  const auto files = std::make_shared<RunFiles>(PlaceOf(options, id, warnings), id.text, line->plan, id.unix_ns,
                                                [feed = std::weak_ptr(feed)](const Statement& notice) {
                                                  if (const auto there = feed.lock()) there->OnNotice(notice);
                                                });
  feed->Add(OutputKind::kFile, files);
  const Watching watching = NewWatching(*line, id, environment);
  if (watching.output != nullptr) feed->Add(OutputKind::kPeople, watching.output);
  feed->Add(OutputKind::kPeople, std::make_shared<FinalText>(options, [files] {
              return files->written().ok() ? files->dir() : std::string();
            }));
  for (const Statement& warning : warnings) feed->OnNotice(warning);
  const auto result =
      CarryOut(*line, id, MakeLinks(*std::move(agents)), warnings, CheckConnections(checks), watching, *feed);
  ShowResult(options, result, *feed);
  return files->written().ok() ? ExitCodeOf(*result) : FailWith(files->written(), options.language);
}

}  // namespace

int RunCommand(const std::vector<std::string>& args, const Environment& environment) {
  return static_cast<int>(Run(args, environment));
}

}  // namespace wsload
