#include "controller/run/run_command.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "agent/load/engine_factory.h"
#include "common/loop/asio_event_loop.h"
#include "common/util/status.h"
#include "controller/flags/run_flags.h"
#include "controller/link/embedded_agent_link.h"
#include "controller/link/expand_agents.h"
#include "controller/link/grpc_agent_link.h"
#include "controller/reporters/console_reporter.h"
#include "controller/reporters/console_summary.h"
#include "controller/result/exit_code.h"
#include "controller/result/output_dir.h"
#include "controller/result/result_json.h"
#include "controller/run/coordinator.h"

namespace wsload {
namespace {

using Environment = std::map<std::string, std::string>;
using Links = std::vector<std::unique_ptr<AgentLink>>;

// For what is no client connection: loops, files, gRPC.
constexpr int64_t kReservedDescriptors = 64;

/// Raises the descriptor limit as far as it goes; the connections that leaves room for, 0 when there is no limit.
int64_t RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur == RLIM_INFINITY) return 0;
  return std::max<int64_t>(1, static_cast<int64_t>(limit.rlim_cur) - kReservedDescriptors);
}

std::string RandomRunId() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

void Print(FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

ExitCode FailWith(const absl::Status& status) {
  Print(stderr, fmt::format("wsload: {}\n", Text(status)));
  return status.code() == absl::StatusCode::kInvalidArgument ? ExitCode::kBadFlags : ExitCode::kError;
}

absl::StatusOr<Links> MakeLinks(const RunOptions& options, int64_t max_clients) {
  Links links;
  if (options.agents.empty()) {
    AgentConfig config;
    config.name = "embedded";
    config.cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    config.max_clients = max_clients;
    config.engine_factory = NewLoadEngineFactory(SystemClock());
    links.push_back(NewEmbeddedAgentLink(std::move(config)));
    return links;
  }
  absl::StatusOr<std::vector<AgentAddress>> agents = ExpandAgents(options.agents);
  if (!agents.ok()) return agents.status();
  for (AgentAddress& agent : *agents) links.push_back(NewGrpcAgentLink(std::move(agent), options.access));
  return links;
}

/// Rewriting in place works on terminals that know the escapes.
bool IsLive(FILE* stream, const Environment& environment) {
  const auto term = environment.find("TERM");
  return ::isatty(::fileno(stream)) != 0 && term != environment.end() && term->second != "dumb";
}

/// First signal: drain; second: end at once with what is there.
class InterruptSignals {
 public:
  InterruptSignals(AsioEventLoop& loop, RunCoordinator& coordinator, ConsoleReporter* reporter, Language language)
      : signals_(loop.io_context(), SIGINT, SIGTERM),
        coordinator_(coordinator),
        reporter_(reporter),
        language_(language) {
    Wait();
  }

 private:
  void Wait() {
    signals_.async_wait([this](const std::error_code& error, int) {
      if (error) return;
      const Msg notice = std::exchange(again_, true) ? Msg::kInterruptAgainNotice : Msg::kInterruptNotice;
      if (reporter_ != nullptr) reporter_->OnNotice(std::string(MessageText(language_, notice)));
      coordinator_.Interrupt();
      Wait();
    });
  }

  asio::signal_set signals_;
  RunCoordinator& coordinator_;
  ConsoleReporter* reporter_;
  const Language language_;
  bool again_ = false;
};

RunResult CarryOut(const RunCommandLine& line, Links links, ConsoleReporter* reporter) {
  AsioEventLoop loop;
  RunCoordinator coordinator(loop, SystemClock(), RandomRunId(), line.plan, std::move(links), RunCoordinator::Limits(),
                             reporter);
  const InterruptSignals signals(loop, coordinator, reporter, line.options.language);
  std::optional<RunResult> result;
  coordinator.Start([&](RunResult finished) {
    result = std::move(finished);
    loop.Stop();
  });
  loop.Run();
  return *std::move(result);
}

ExitCode Publish(const RunOptions& options, const RunResult& result, FILE* people) {
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
  const RunOptions& options = line->options;
  if (!options.out_dir.empty()) {
    // Before the run: a run whose result cannot be kept is not worth its time.
    if (absl::Status prepared = PrepareOutputDir(options.out_dir); !prepared.ok()) return FailWith(prepared);
  }
  absl::StatusOr<Links> links = MakeLinks(options, RaiseDescriptorLimit());
  if (!links.ok()) return FailWith(links.status());

  FILE* people = options.json ? stderr : stdout;
  ConsoleOptions console;
  console.language = options.language;
  console.stats_interval_ns = options.stats_interval_ns;
  console.live = IsLive(people, environment);
  ConsoleReporter reporter(line->plan, console, [people](std::string_view text) { Print(people, text); });
  const RunResult result = CarryOut(*line, *std::move(links), options.quiet ? nullptr : &reporter);
  reporter.Finish();
  return Publish(options, result, people);
}

}  // namespace

int RunCommand(const std::vector<std::string>& args, const Environment& environment) {
  return static_cast<int>(Run(args, environment));
}

}  // namespace wsload
