// wsload-agent: waits for controllers and carries out their runs, one at a time.
#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agent/load/engine_factory.h"
#include "agent/load/upgrade_probe.h"
#include "agent/metrics/agent_metrics.h"
#include "agent/metrics/exposition.h"
#include "agent/metrics/metered_engine.h"
#include "agent/service/agent_flags.h"
#include "agent/service/agent_log.h"
#include "agent/service/grpc_agent_server.h"
#include "agent/service/health_check.h"
#include "common/exit_code.h"
#include "common/flags/bind_fields.h"
#include "common/flags/flag_set.h"
#include "common/flags/program_guide.h"
#include "common/http/http_server.h"
#include "common/http/metrics_answer.h"
#include "common/loop/asio_event_loop.h"
#include "common/loop/signal_watch.h"
#include "common/security/access_token.h"
#include "common/time/clock.h"
#include "common/util/core_count.h"
#include "common/util/environment.h"
#include "common/util/heap.h"
#include "common/util/language.h"
#include "common/util/local_error.h"
#include "common/util/print.h"
#include "common/util/process_setup.h"
#include "common/util/redact.h"
#include "common/util/status.h"
#include "common/util/thread.h"
#include "common/version.h"

namespace wsload {

namespace {

constexpr int kExitFailed = static_cast<int>(ExitCode::kError);
constexpr int kExitBadFlags = static_cast<int>(ExitCode::kBadFlags);
// A controller waits for the agent's last report; an agent waits for its connections to close, but not forever.
constexpr int64_t kDrainTimeoutNs = 60 * kNsPerSecond;
// The first argument that asks an agent instead of being one.
constexpr char kHealthCheck[] = "healthcheck";
constexpr int64_t kHealthCheckTimeoutNs = 2 * kNsPerSecond;
constexpr LocalText kIntro = {
    "wsload-agent: carries out its share of a controller's runs, one at a time.\n"
    "wsload-agent healthcheck: asks the agent at -listen; exit code 0 when it takes runs.",
    "wsload-agent：执行控制器分配给它的那一份压测，一次一个。\n"
    "wsload-agent healthcheck：询问 -listen 处的节点；可以接受压测时退出码为 0。"};

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "agent";
}

AgentConfig ToConfig(const AgentFlags& flags, AgentMetrics& metrics) {
  AgentConfig config;
  config.name = flags.name.empty() ? HostName() : flags.name;
  config.host_cores = CoreCount();
  config.cores = UsableCores(config.host_cores, ReadCpuQuota());
  config.cpu_quota = [] { return ReadCpuQuota(); };
  config.workers = flags.workers;
  config.local_addrs = flags.local_addrs;
  config.max_clients = flags.max_clients;
  config.allowed_targets = flags.allowed_targets;
  config.host_facts = [] { return ReadHostFacts(); };
  config.engine_factory = NewLoadEngineFactory(
      SystemClock(), [] { return ReadMemoryAvailable(); },
      [allowed = config.allowed_targets](const HostPort& server) { return allowed.Allows(server.host, server.port); });
  config.upgrade_probe = NewUpgradeProbe(SystemClock());
  if (flags.log_level <= spdlog::level::debug) {
    config.debug_log = [](const std::string& line) { spdlog::debug("{}", line); };
  }
  if (flags.metrics) config.engine_factory = NewMeteredEngineFactory(std::move(config.engine_factory), metrics);
  return config;
}

/// What an operator should know about who can get in, and read along.
void LogSecurity(const AgentFlags& flags, const ServerSecurity& security) {
  spdlog::info("TLS {}, client certificates {}, token {}, targets {}", security.identity.empty() ? "off" : "on",
               security.client_ca_pem.empty() ? "not asked for" : "required",
               security.token.empty() ? "not asked for" : "required",
               flags.allowed_targets.empty() ? "any" : "as -allow-target lists them");
  if (flags.metrics && !flags.metrics->IsLoopback()) {
    spdlog::info("anyone who reaches {} can read this agent's figures (-metrics)", flags.metrics->ToString());
  }
  if (flags.listen.IsLoopback()) return;
  if (!security.KnowsControllers()) {
    spdlog::warn("anyone who reaches {} can run loads from this host (-insecure)", flags.listen.ToString());
  } else if (security.identity.empty()) {
    spdlog::warn("token and keys cross the network unencrypted; add -tls-cert and -tls-key");
  }
}

int Fail(const absl::Status& status, Language language, int exit_code = kExitFailed) {
  Print(stderr, fmt::format("wsload-agent: {}\n", RedactText(ErrorText(status, language))));
  return exit_code;
}

/// Null without -metrics.
absl::StatusOr<std::unique_ptr<HttpServer>> ServeMetrics(const AgentFlags& flags, const AgentConfig& config,
                                                         const AgentMetrics& metrics) {
  if (!flags.metrics) return nullptr;
  auto exposition = std::make_shared<AgentExposition>(metrics, SystemClock(), AgentIdentity{config.name, config.cores},
                                                      [] { return ReadProcessUsage(); });
  auto server = HttpServer::Listen(*flags.metrics, [exposition](std::string_view received) {
    return AnswerToScrape(received, [&] { return exposition->Scrape(); });
  });
  if (server.ok()) return server;
  return LocalStatus(
      server.status().code(),
      FillLocal({"{}; free it, or choose another -metrics", "{}；请释放该地址，或更换 -metrics"}, server.status()));
}

/// A file that is no token any more leaves the agent with the one it had.
void ReadTokenAgain(const std::string& path, GrpcAgentServer& server) {
  absl::StatusOr<std::string> token = ReadAccessToken(path, {});
  if (!token.ok()) return spdlog::error("SIGHUP: {}; the token stays as it was", Text(token.status()));
  server.SetToken(*std::move(token));
  spdlog::info("SIGHUP: read the token again");
}

/// SIGHUP has another meaning with a token file.
std::vector<int> SignalsToLeave(const AgentFlags& flags) {
  return flags.token_file.empty() ? EndingSignals() : std::vector<int>{SIGINT, SIGTERM};
}

const char* SignalName(int signal) { return signal == SIGINT ? "SIGINT" : signal == SIGHUP ? "SIGHUP" : "SIGTERM"; }

/// The agent's signals, on a thread of their own: the first SIGINT, SIGTERM or SIGHUP asks it to leave, a second one
/// ends the process at once, whatever it waits for; with a token file SIGHUP reads the token again.
class AgentSignals {
 public:
  /// Signals that come before Begin() wait for it.
  explicit AgentSignals(const AgentFlags& flags)
      : token_file_(flags.token_file), ending_(loop_, SignalsToLeave(flags), [this](int signal) { OnEnding(signal); }) {
    if (token_file_.empty()) return;
    renewing_.emplace(loop_, std::vector<int>{SIGHUP}, [this](int) {
      if (!leaving_) ReadTokenAgain(token_file_, *server_);
    });
  }

  ~AgentSignals() {
    loop_.Stop();
    if (thread_.joinable()) thread_.join();
  }

  /// `server` outlives this. As StartThread().
  absl::Status Begin(GrpcAgentServer& server) {
    server_ = &server;
    return StartThread(thread_, [this] { loop_.Run(); });
  }

  /// Blocks until the agent is asked to leave; by which signal. Once, after Begin().
  int AwaitEnding() { return ending_signal_.get_future().get(); }

 private:
  void OnEnding(int signal) {
    if (std::exchange(leaving_, true)) {
      // A lost terminal sends it once itself, and once more through the shell.
      if (signal == SIGHUP) return;
      std::_Exit(kExitFailed);
    }
    ending_signal_.set_value(signal);
  }

  const std::string token_file_;
  AsioEventLoop loop_;
  std::promise<int> ending_signal_;
  GrpcAgentServer* server_ = nullptr;
  bool leaving_ = false;
  const SignalWatch ending_;
  std::optional<SignalWatch> renewing_;
  std::thread thread_;
};

int Serve(const AgentFlags& flags, const ServerSecurity& security, Language language) {
  AgentMetrics metrics;
  const AgentConfig config = ToConfig(flags, metrics);
  std::unique_ptr<GrpcAgentServer> server;
  AgentSignals signals(flags);
  const auto metrics_server = ServeMetrics(flags, config, metrics);
  if (!metrics_server.ok()) return Fail(metrics_server.status(), language);
  auto listening = GrpcAgentServer::Listen(config, flags.listen, security);
  if (!listening.ok()) return Fail(listening.status(), language);
  server = *std::move(listening);
  Print(stdout, fmt::format("wsload-agent {} listening on {}\n", kVersion, server->address().ToString()));
  if (*metrics_server != nullptr) {
    Print(stdout,
          fmt::format("wsload-agent {} metrics listening on {}\n", kVersion, (*metrics_server)->address().ToString()));
  }

  if (const absl::Status begun = signals.Begin(*server); !begun.ok()) return Fail(begun, language);
  const LocalString reason = FillLocal({"the agent got {}", "压测节点收到 {}"}, SignalName(signals.AwaitEnding()));
  spdlog::info("{}: draining; a second signal ends at once", reason.english());
  server->Drain(reason, kDrainTimeoutNs);
  server.reset();
  spdlog::info("drained");
  return 0;
}

int CheckAgent(const AgentFlags& flags, Language language) {
  const absl::Status healthy = CheckHealth(flags.listen, !flags.tls_cert.empty(), kHealthCheckTimeoutNs);
  return healthy.ok() ? 0 : Fail(healthy, language);
}

int Main(std::vector<std::string> args) {
  const Environment environment = ProcessEnvironment();
  const Language language = WantedLanguage(args, environment, "WSLOAD_AGENT");
  const GuidedProgram guided{.name = "wsload-agent",
                             .commands = {{.run = Main, .is_default = true}},
                             .other_words = {kHealthCheck},
                             .language = language};
  if (const std::optional<int> answered = AnswerGuide(guided, args); answered.has_value()) return *answered;
  const bool health_check = !args.empty() && args.front() == kHealthCheck;
  if (health_check) args.erase(args.begin());
  if (!args.empty() && (args.front() == "version" || args.front() == "help")) args.front() = "-" + args.front();
  AgentFlags flags;
  FlagSet set("wsload-agent", "WSLOAD_AGENT");
  BindFields(set, AgentFields(), flags);
  absl::Status parsed = set.Parse(args, environment);
  if (const auto answer = set.Answer(kIntro); parsed.ok() && answer.has_value()) {
    Print(stdout, *answer);
    return 0;
  }
  if (parsed.ok()) parsed = CheckAgentFlags(set, flags);
  absl::StatusOr<ServerSecurity> security = parsed.ok() ? ReadServerSecurity(flags, environment) : parsed;
  if (!security.ok()) {
    return Fail(security.status(), language, kExitBadFlags);
  }
  for (const std::string& notice : TextsIn(language, set.notices())) {
    Print(stderr, fmt::format("wsload-agent: {}\n", notice));
  }
  const AgentLog log(flags.log_level);
  // gRPC's own lines speak of its insides; what matters of them arrives as a status.
  setenv("GRPC_VERBOSITY", flags.log_level <= spdlog::level::debug ? "ERROR" : "NONE", 0);
  // Protobuf logs a line for every malformed message: a hostile peer could fill a disk with them.
  google::protobuf::SetLogHandler(nullptr);
  if (const absl::Status enough = CheckMeansOfProcess(LeastMeansOfGrpc()); !enough.ok()) return Fail(enough, language);
  if (health_check) return CheckAgent(flags, language);
  LogSecurity(flags, *security);
  return Serve(flags, *security, language);
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
  return wsload::ExitCodeAfterPrinting(wsload::Main(std::vector<std::string>(argv + 1, argv + argc)));
}
