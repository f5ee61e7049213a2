// wsload: the controller.
#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/exit_code.h"
#include "common/flags/flag_set.h"
#include "common/flags/nearest_name.h"
#include "common/flags/program_guide.h"
#include "common/util/environment.h"
#include "common/util/heap.h"
#include "common/util/local_error.h"
#include "common/util/print.h"
#include "common/util/process_setup.h"
#include "common/util/text.h"
#include "controller/commands/certs_command.h"
#include "controller/commands/compare_command.h"
#include "controller/commands/doctor_command.h"
#include "controller/commands/find_max_command.h"
#include "controller/commands/report_command.h"
#include "controller/commands/run_command.h"
#include "controller/commands/selftest_command.h"

namespace wsload {
namespace {

struct Command {
  const char* name;
  int (*run)(const std::vector<std::string>& args, const Environment& environment);
};

constexpr Command kCommands[] = {{"run", RunCommand},         {"find-max", FindMaxCommand},  {"doctor", DoctorCommand},
                                 {"compare", CompareCommand}, {"selftest", SelftestCommand}, {"report", ReportCommand},
                                 {"certs", CertsCommand}};

GuidedProgram Guided(Language language) {
  GuidedProgram program{.name = "wsload", .language = language};
  for (const Command& command : kCommands) {
    program.commands.push_back({.name = command.name,
                                .run = [&command](const auto& args) { return command.run(args, {}); },
                                .is_default = program.commands.empty()});
  }
  return program;
}

int Main(std::vector<std::string> args) {
  const Environment environment = ProcessEnvironment();
  const Language language = WantedLanguage(args, environment, "WSLOAD");
  if (const std::optional<int> answered = AnswerGuide(Guided(language), args); answered.has_value()) return *answered;
  std::string command = "run";
  if (!args.empty() && !args.front().empty() && args.front().front() != '-') {
    command = args.front();
    args.erase(args.begin());
  }
  // A server is no command; the run's flags know what to say about it.
  if (command.find(':') != std::string::npos) args.insert(args.begin(), std::exchange(command, "run"));
  if (command == "version" || command == "help") {
    // What follows may be the language of the help.
    args.insert(args.begin(), "-" + command);
    command = "run";
  }
  std::vector<std::string> names;
  for (const Command& known : kCommands) {
    if (command == known.name) return known.run(args, environment);
    names.emplace_back(known.name);
  }
  names.insert(names.end(), {"completion", "man", "version", "help"});
  const std::string nearest = NearestName(command, names);
  const LocalString meant =
      nearest.empty() ? LocalString() : FillLocal({", did you mean {}?", "，是否想写 {}？"}, nearest);
  const LocalString line = FillLocal(
      {"wsload: unknown command \"{}\"{}; the commands are {}\n", "wsload: 没有命令 \"{}\"{}；可用的命令有 {}\n"},
      Shown(command), meant, fmt::format("{}", fmt::join(names, ", ")));
  Print(stderr, line.In(language));
  return static_cast<int>(ExitCode::kBadFlags);
}

}  // namespace
}  // namespace wsload

int main(int argc, char** argv) {
  wsload::ReturnLargeBlocks();
  wsload::PreparePrinting();
  wsload::EndInOrderWithoutMeans();
  wsload::KeepMemoryPrivate();
  // A pipe without a reader and a file at its limit are errors of the write.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  // gRPC's and Protobuf's own lines speak of their insides; what matters of them arrives as a status.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  google::protobuf::SetLogHandler(nullptr);
  // An Abseil that was built for debugging, as Debian's is, draws a graph of all of gRPC's locks otherwise.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  try {
    return wsload::ExitCodeAfterPrinting(wsload::Main(std::vector<std::string>(argv + 1, argv + argc)));
  } catch (const std::exception& error) {
    wsload::Print(stderr, fmt::format("wsload: {}\n", error.what()));
    return static_cast<int>(wsload::ExitCode::kError);
  }
}
