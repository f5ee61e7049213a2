#include "controller/commands/run_command.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "common/lang/statement.h"
#include "common/loop/asio_event_loop.h"
#include "common/loop/signal_watch.h"
#include "common/net/host_port.h"
#include "common/plan/plan_warnings.h"
#include "common/time/duration.h"
#include "common/util/status.h"
#include "controller/commands/command.h"
#include "controller/dashboard/dashboard.h"
#include "controller/dashboard/dashboard_feed.h"
#include "controller/link/embedded_agent_link.h"
#include "controller/link/grpc_agent_link.h"
#include "controller/output/console_reporter.h"
#include "controller/output/console_summary.h"
#include "controller/output/output_dir.h"
#include "controller/output/result_json.h"
#include "controller/output/run_files.h"
#include "controller/result/run_exit_code.h"
#include "controller/run/coordinator.h"

namespace wsload {
namespace {

using Links = std::vector<std::unique_ptr<AgentLink>>;

struct RunId {
  std::string text;
  int64_t unix_ns = 0;  ///< when it was given
};

std::string RandomRunId() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

/// 128 bits that nobody guesses.
std::string RandomSecret() { return RandomRunId() + RandomRunId(); }

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

/// First signal: drain; second: end at once with what is there. `reporter` may be null.
SignalWatch InterruptOnSignal(AsioEventLoop& loop, RunCoordinator& coordinator, ConsoleReporter* reporter) {
  return SignalWatch(loop, EndingSignals(), [&coordinator, reporter, again = false](int signal) mutable {
    const bool second = std::exchange(again, true);
    // A lost terminal sends it once itself, and once more through the shell.
    if (second && signal == SIGHUP) return;
    if (reporter != nullptr) {
      reporter->OnNotice({second ? StatementKind::kEndingOnInterrupt : StatementKind::kDrainingOnInterrupt});
    }
    coordinator.Interrupt();
  });
}

struct Kept {
  RunResult result;
  absl::Status written;
  std::string dir;  ///< empty: nothing is kept
};

/// Signals that come while the result is written do not end the process: it is what they ask for.
Kept CarryOut(const RunCommandLine& line, const RunId& id, RunFiles::Place place, Links links,
              const std::vector<Statement>& warnings, int64_t check_connections, ConsoleReporter* reporter,
              Dashboard* dashboard) {
  AsioEventLoop loop;
  std::optional<DashboardFeed> feed;
  if (dashboard != nullptr) feed.emplace(line.plan, *dashboard, reporter);
  RunListener* const next = feed.has_value() ? static_cast<RunListener*>(&*feed) : reporter;
  RunFiles files(std::move(place), id.text, line.plan, id.unix_ns, next);
  RunCoordinator::Limits limits;
  limits.policy = line.policy;
  RunCoordinator coordinator(loop, SystemClock(), id.text, line.plan, std::move(links), limits, &files);
  const SignalWatch signals = InterruptOnSignal(loop, coordinator, reporter);
  if (dashboard != nullptr) {
    for (const Statement& warning : warnings) feed->Tell(warning);
    dashboard->SetStop([&loop, &coordinator] { loop.Post([&coordinator] { coordinator.Interrupt(); }); });
  }
  std::optional<RunResult> result;
  coordinator.Start([&](RunResult finished) {
    result = std::move(finished);
    loop.Stop();
  });
  loop.Run();
  if (dashboard != nullptr) dashboard->SetStop(nullptr);
  result->warnings.insert(result->warnings.begin(), warnings.begin(), warnings.end());
  result->check_connections = check_connections;
  result->labels = line.labels;
  absl::Status written = files.Finish(*result);
  return {.result = *std::move(result), .written = std::move(written), .dir = files.dir()};
}

/// Null without -dashboard. What cannot be listened on is said before the run, as nobody would look on.
absl::StatusOr<std::unique_ptr<Dashboard>> OpenDashboard(const RunCommandLine& line, const RunId& id) {
  if (line.output.dashboard.empty()) return nullptr;
  const absl::StatusOr<HostPort> address = ParseHostPort(line.output.dashboard, /*allow_port_zero=*/true);
  if (!address.ok()) return address.status();
  auto dashboard =
      Dashboard::Listen(*address, address->IsLoopback() ? std::string() : line.access.token, RandomSecret(),
                        {.run_id = id.text,
                         .labels = line.labels,
                         .run_json = RunJson(id.text, id.unix_ns, line.plan, line.labels, JsonWriter::Layout::kOneLine),
                         .language = line.output.language});
  if (dashboard.ok()) return dashboard;
  return MakeStatus(dashboard.status().code(), "{}; choose another -dashboard, port 0 for any free one",
                    Text(dashboard.status()));
}

std::string UrlOf(const Dashboard& dashboard) { return fmt::format("http://{}/", dashboard.address().ToString()); }

/// What is left to do for those who look on: they get the result, and no more time than that takes unless -linger says.
void CloseDashboard(const OutputOptions& options, std::unique_ptr<Dashboard> dashboard) {
  if (dashboard == nullptr) return;
  constexpr int64_t kTimeToGetTheResultNs = 2 * kNsPerSecond;
  dashboard->AwaitViewers(kTimeToGetTheResultNs);
  if (options.linger_ns == 0) return;
  Print(stderr, Say(options.language, Msg::kLingering, FormatDuration(options.linger_ns), UrlOf(*dashboard)) + "\n");
  AsioEventLoop loop;
  const SignalWatch signals(loop, EndingSignals(), [&loop](int) { loop.Stop(); });
  const std::unique_ptr<Timer> over = loop.NewTimer([&loop] { loop.Stop(); });
  over->ArmAt(loop.MonoNs() + options.linger_ns);
  loop.Run();
}

/// Where this run is kept. A directory that nobody asked for and that cannot be made is no reason not to run.
RunFiles::Place PlaceOf(const RunCommandLine& line, const RunId& id, std::vector<Statement>& warnings) {
  const OutputOptions& options = line.output;
  RunFiles::Place place{.dir = OutputDirOf(options.out_dir, id.text, id.unix_ns),
                        .by_default = options.out_dir.empty(),
                        .language = options.language,
                        .labels = line.labels};
  if (!place.by_default || place.dir.empty()) return place;
  if (const absl::Status made = MakeOutputDir(place.dir); !made.ok()) {
    warnings.push_back({StatementKind::kResultNotKept, {place.dir, std::string(Text(made))}});
    // It is a warning like others to those who see them.
    if (options.quiet) Print(stderr, NoticeLine(options.language, warnings.back()));
    place.dir.clear();
  }
  return place;
}

ExitCode Publish(const OutputOptions& options, const Kept& kept, FILE* people) {
  const RunResult& result = kept.result;
  const ExitCode code = kept.written.ok() ? ExitCodeOf(result) : FailWith(kept.written);
  if (options.json) Print(stdout, ResultJson(result));
  if (!result.error.ok()) {
    Print(stderr, ConsoleVerdict(options.language, result));
  } else if (!options.quiet) {
    Print(people, "\n" + ConsoleSummary(options.language, result));
  } else if (!options.json) {
    Print(people, ConsoleVerdict(options.language, result));
  }
  if (kept.written.ok() && !kept.dir.empty()) {
    Print(people, Say(options.language, Msg::kFilesWritten, kept.dir) + "\n");
  }
  return code;
}

ExitCode Run(const std::vector<std::string>& args, const Environment& environment) {
  const absl::StatusOr<RunCommandLine> line = ParseRunFlags(args, environment);
  if (!line.ok()) return FailWith(line.status());
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
    if (absl::Status prepared = PrepareOutputDir(asked_for); !prepared.ok()) return FailWith(prepared);
  }
  absl::StatusOr<Agents> agents = FindAgents(*line);
  if (!agents.ok()) return FailWith(agents.status());
  const std::vector<AgentCheck> checks = CheckBeforeRun(*agents, line->plan, line->policy);
  if (RefuseRun(checks, options.language)) return ExitCode::kError;

  FILE* people = options.json ? stderr : stdout;
  ConsoleOptions console;
  console.language = options.language;
  console.stats_interval_ns = options.stats_interval_ns;
  console.live = IsLive(people, environment);
  ConsoleReporter reporter(line->plan, console, [people](std::string_view text) { Print(people, text); });
  std::vector<Statement> warnings = Warnings(line->plan, checks);
  RunFiles::Place place = PlaceOf(*line, id, warnings);
  if (!options.quiet) {
    for (const Statement& warning : warnings) reporter.OnNotice(warning);
  }
  absl::StatusOr<std::unique_ptr<Dashboard>> dashboard = OpenDashboard(*line, id);
  if (!dashboard.ok()) return FailWith(dashboard.status());
  if (*dashboard != nullptr) Print(stderr, Say(options.language, Msg::kDashboardAt, UrlOf(**dashboard)) + "\n");
  const Kept kept = CarryOut(*line, id, std::move(place), MakeLinks(*std::move(agents)), warnings,
                             CheckConnections(checks), options.quiet ? nullptr : &reporter, dashboard->get());
  reporter.Finish();
  if (*dashboard != nullptr) (*dashboard)->End(ResultJson(kept.result));
  const ExitCode code = Publish(options, kept, people);
  CloseDashboard(options, *std::move(dashboard));
  return code;
}

}  // namespace

int RunCommand(const std::vector<std::string>& args, const Environment& environment) {
  return static_cast<int>(Run(args, environment));
}

}  // namespace wsload
