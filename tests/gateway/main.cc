// wsload-gateway: a mock of the IM gateway with faults on demand, which prints what it saw.
#include <fmt/format.h>
#include <signal.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "common/flags/flag_set.h"
#include "common/flags/program_guide.h"
#include "common/util/environment.h"
#include "common/util/language.h"
#include "common/util/local_error.h"
#include "common/util/print.h"
#include "common/util/process_setup.h"
#include "common/util/status.h"
#include "tests/gateway/gateway_flags.h"
#include "tests/gateway/mock_gateway.h"

namespace wsload::gateway {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitBadFlags = 104;
constexpr LeastMeans kLeast = {.descriptors = 32, .threads = 1, .address_space_bytes = 64 << 20};
constexpr LocalText kIntro = {
    "wsload-gateway serves the IM gateway's protocol, with faults on demand.\n"
    "SIGTERM ends it; it then prints what it saw as JSON. SIGUSR1 and GET /stats give the same at any time; SIGUSR2 "
    "restarts it "
    "(-restart-for, -restart-how).",
    "wsload-gateway 完整实现 IM 网关的协议，并可按需制造故障。\n"
    "SIGTERM 使它结束，并以 JSON 输出它看到的一切；SIGUSR1 和 GET /stats 随时给出同样的内容；"
    "SIGUSR2 使它重启（-restart-for、-restart-how）。"};

void PrintLine(const std::string& line) { Print(stdout, line + "\n"); }

void PrintProgress(const GroundTruth& truth) {
  Print(stderr, fmt::format("open {} accepted {} upstream {} acks {} pending {} heartbeats {} pushes {}\n",
                            truth.connections.open, truth.handshakes.accepted, truth.messages.upstream,
                            truth.messages.acks_sent, truth.messages.acks_pending, truth.messages.heartbeats,
                            truth.messages.pushes_sent));
}

/// Unless the process was started to ignore it, as nohup does.
bool HangUpEnds() {
  struct sigaction present = {};
  return sigaction(SIGHUP, nullptr, &present) != 0 || present.sa_handler != SIG_IGN;
}

/// Written on the spot: the place may be a pipe or a device.
bool WritePort(const std::string& path, uint16_t port) {
  std::ofstream file(path);
  file << port << '\n';
  file.close();
  return file.good();
}

/// Until SIGTERM, SIGINT or SIGHUP, which `signals` holds blocked.
void ServeUntilTold(MockGateway& gateway, const sigset_t& signals, int64_t stats_interval_ns) {
  while (true) {
    int signal = 0;
    if (stats_interval_ns > 0) {
      const timespec timeout = {stats_interval_ns / kNsPerSecond, stats_interval_ns % kNsPerSecond};
      signal = sigtimedwait(&signals, nullptr, &timeout);
    } else {
      signal = sigwaitinfo(&signals, nullptr);
    }
    if (signal == SIGTERM || signal == SIGINT || signal == SIGHUP) return;
    if (signal == SIGUSR2) gateway.Restart();
    if (signal == SIGUSR1) PrintLine(gateway.truth().ToJson());
    if (signal < 0 && errno == EAGAIN) PrintProgress(gateway.truth());
  }
}

int Run(std::vector<std::string> args) {
  const Environment environment = ProcessEnvironment();
  const Language language = WantedLanguage(args, environment, "WSLOAD_GATEWAY");
  const auto fail = [language](int exit_code, const absl::Status& status) {
    Print(stderr, fmt::format("wsload-gateway: {}\n", ErrorText(status, language)));
    return exit_code;
  };
  const GuidedProgram guided{
      .name = "wsload-gateway", .commands = {{.run = Run, .is_default = true}}, .language = language};
  if (const std::optional<int> answered = AnswerGuide(guided, args); answered.has_value()) return *answered;
  if (!args.empty() && (args.front() == "version" || args.front() == "help")) args.front() = "-" + args.front();
  ProgramOptions program;
  FlagSet flags("wsload-gateway", "WSLOAD_GATEWAY");
  BindFlags(flags, program);
  if (auto status = flags.Parse(args, environment); !status.ok()) return fail(kExitBadFlags, status);
  if (const auto answer = flags.Answer(kIntro); answer.has_value()) {
    Print(stdout, *answer);
    return 0;
  }
  // Before options are looked at: libgcrypt ends the program where it cannot open a file.
  if (auto status = CheckMeansOfProcess(kLeast); !status.ok()) return fail(kExitFailed, status);
  if (auto status = FinishOptions(flags, program); !status.ok()) return fail(kExitBadFlags, status);
  for (const std::string& notice : TextsIn(language, flags.notices())) {
    Print(stderr, fmt::format("wsload-gateway: {}\n", notice));
  }

  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGUSR2}) sigaddset(&signals, signal);
  if (HangUpEnds()) sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto gateway = MockGateway::Start(program.gateway);
  if (!gateway.ok()) {
    const bool bad_flag = gateway.status().code() == absl::StatusCode::kInvalidArgument;
    return fail(bad_flag ? kExitBadFlags : kExitFailed, gateway.status());
  }
  PrintLine(fmt::format("listening on {}", (*gateway)->url()));
  if (!program.port_file.empty() && !WritePort(program.port_file, (*gateway)->port())) {
    return fail(kExitFailed, LocalInvalidArgument({"-port-file={}: cannot be written", "-port-file={}：无法写入"},
                                                  program.port_file));
  }
  ServeUntilTold(**gateway, signals, program.stats_interval_ns);
  (*gateway)->Stop();
  PrintLine((*gateway)->truth().ToJson());
  return 0;
}

}  // namespace
}  // namespace wsload::gateway

int main(int argc, char** argv) {
  wsload::PreparePrinting();
  wsload::EndInOrderWithoutMeans();
  // A pipe without a reader and a file at its limit are errors of the write.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  return wsload::ExitCodeAfterPrinting(wsload::gateway::Run({argv + 1, argv + argc}));
}
