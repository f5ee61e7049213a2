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
#include "common/util/status.h"
#include "controller/commands/command.h"
#include "controller/link/embedded_agent_link.h"
#include "controller/link/grpc_agent_link.h"
#include "controller/output/console_reporter.h"
#include "controller/output/console_summary.h"
#include "controller/output/output_dir.h"
#include "controller/output/result_json.h"
#include "controller/result/run_exit_code.h"
#include "controller/run/coordinator.h"

namespace wsload {
namespace {

using Links = std::vector<std::unique_ptr<AgentLink>>;

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

std::vector<Statement> Warnings(const std::vector<AgentCheck>& checks) {
  std::vector<Statement> warnings;
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
  return SignalWatch(loop, {SIGINT, SIGTERM}, [&coordinator, reporter, again = false](int) mutable {
    const bool second = std::exchange(again, true);
    if (reporter != nullptr) {
      reporter->OnNotice({second ? StatementKind::kEndingOnInterrupt : StatementKind::kDrainingOnInterrupt});
    }
    coordinator.Interrupt();
  });
}

RunResult CarryOut(const RunCommandLine& line, Links links, ConsoleReporter* reporter) {
  AsioEventLoop loop;
  RunCoordinator::Limits limits;
  limits.policy = line.policy;
  RunCoordinator coordinator(loop, SystemClock(), RandomRunId(), line.plan, std::move(links), limits, reporter);
  const SignalWatch signals = InterruptOnSignal(loop, coordinator, reporter);
  std::optional<RunResult> result;
  coordinator.Start([&](RunResult finished) {
    result = std::move(finished);
    loop.Stop();
  });
  loop.Run();
  return *std::move(result);
}

ExitCode Publish(const OutputOptions& options, const RunResult& result, FILE* people) {
  ExitCode code = ExitCodeOf(result);
  std::string files;
  if (!options.out_dir.empty()) {
    if (absl::Status written = WriteResultFiles(options.out_dir, result); !written.ok()) {
      code = FailWith(written);
    } else {
      files = Say(options.language, Msg::kFilesWritten, options.out_dir) + "\n";
    }
  }
  if (options.json) Print(stdout, ResultJson(result));
  if (!result.error.ok()) {
    Print(stderr, ConsoleVerdict(options.language, result));
  } else if (!options.quiet) {
    Print(people, files + "\n" + ConsoleSummary(options.language, result));
  } else if (!options.json) {
    Print(people, ConsoleVerdict(options.language, result));
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
  const OutputOptions& options = line->output;
  if (!options.out_dir.empty()) {
    // Before the run: a run whose result cannot be kept is not worth its time.
    if (absl::Status prepared = PrepareOutputDir(options.out_dir); !prepared.ok()) return FailWith(prepared);
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
  const std::vector<Statement> warnings = Warnings(checks);
  if (!options.quiet) {
    for (const Statement& warning : warnings) reporter.OnNotice(warning);
  }
  RunResult result = CarryOut(*line, MakeLinks(*std::move(agents)), options.quiet ? nullptr : &reporter);
  result.warnings = warnings;
  result.check_connections = CheckConnections(checks);
  reporter.Finish();
  return Publish(options, result, people);
}

}  // namespace

int RunCommand(const std::vector<std::string>& args, const Environment& environment) {
  return static_cast<int>(Run(args, environment));
}

}  // namespace wsload
