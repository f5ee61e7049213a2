// What a run with very many agents costs its controller: the real coordinator,
// result and console over one gRPC stream per agent, the agents in a process of their own. Prints the controller's CPU
// as a share of one core, its memory through the run, and whether the merged result is exactly what one process that
// saw every sample would have.
//
//   wsload-agents-bench [-agents=1000] [-duration=60s] [-samples=250] [-dashboard=127.0.0.1:8089]
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/flags/flag_set.h"
#include "common/lang/statement.h"
#include "common/loop/asio_event_loop.h"
#include "common/net/host_port.h"
#include "common/plan/phase.h"
#include "common/util/environment.h"
#include "common/util/status.h"
#include "controller/dashboard/dashboard.h"
#include "controller/dashboard/dashboard_feed.h"
#include "controller/feed/feed.h"
#include "controller/link/grpc_agent_link.h"
#include "controller/output/console_reporter.h"
#include "controller/output/console_summary.h"
#include "controller/output/result_json.h"
#include "controller/result/stats_difference.h"
#include "controller/result/verdict.h"
#include "controller/run/coordinator.h"
#include "tests/bench/crowd_server.h"
#include "tests/support/process.h"

namespace wsload::bench {
namespace {

struct Options {
  int32_t agents = 1'000;
  int64_t duration_ns = 60 * kNsPerSecond;
  int32_t samples = 250;
  std::string dashboard;  ///< host:port of the live page; empty: none
  bool serve = false;
};

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double ResidentMib() {
  std::ifstream statm("/proc/self/statm");
  int64_t total = 0, resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / (1 << 20);
}

/// Looks at the process once per interval of the measure phase, and does what a console on a terminal does.
class Observer final : public RunListener {
 public:
  struct Reading {
    double at_s = 0;  ///< of the measure phase
    double cpu_s = 0;
    double resident_mib = 0;
    double behind_s = 0;  ///< from the interval's end to its being complete
  };

  /// `dashboard`: null, or where the run is shown as well.
  Observer(const AsioEventLoop& loop, const RunPlan& plan, std::shared_ptr<Dashboard> dashboard)
      : loop_(loop), dashboard_(std::move(dashboard)), feed_(plan.report_interval_ns) {
    if (dashboard_ != nullptr) {
      feed_.Add(OutputKind::kPeople, std::make_shared<DashboardFeed>(plan, dashboard_));
    }
    const auto bytes = std::make_shared<size_t>(0);
    feed_.Add(OutputKind::kPeople,
              std::make_shared<ConsoleReporter>(plan, ConsoleOptions{.stats_interval_ns = kNsPerSecond},
                                                [bytes](std::string_view text) { *bytes += text.size(); }));
  }

  void OnPhase(Phase phase) override {
    if (phase == Phase::kMeasure) measure_started_ns_ = loop_.MonoNs();
    feed_.OnPhase(phase);
  }
  void OnInterval(const SeriesPoint& point, const Stats& delta, const Stats& totals_so_far,
                  const std::vector<AgentResult>& agents) override {
    feed_.OnInterval(point, delta, totals_so_far, agents);
    if (point.phase != Phase::kMeasure) return;
    const double now_s = static_cast<double>(loop_.MonoNs() - measure_started_ns_) / kNsPerSecond;
    readings_.push_back({now_s, CpuSeconds(), ResidentMib(), now_s - point.elapsed_s});
  }
  void OnNotice(const Statement& notice) override {
    std::fprintf(stderr, "notice: %s\n", StatementText(Language::kEnglish, notice).c_str());
  }

  /// After the run: those who look on get `result`, as far as they take it soon.
  void End(const std::shared_ptr<const RunResult>& result) {
    constexpr int64_t kPatienceNs = 10 * kNsPerSecond;
    feed_.End(OutputKind::kPeople, result, kPatienceNs);
    if (dashboard_ != nullptr) dashboard_->AwaitViewers(kPatienceNs);
  }

  const std::vector<Reading>& readings() const { return readings_; }

 private:
  const AsioEventLoop& loop_;
  const std::shared_ptr<Dashboard> dashboard_;
  Feed feed_;
  int64_t measure_started_ns_ = 0;
  std::vector<Reading> readings_;
};

/// This program again, as the agents.
class Crowd {
 public:
  explicit Crowd(const Options& options) {
    char self[4096];
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self);
    process_.emplace(std::vector<std::string>{std::string(self, length > 0 ? static_cast<size_t>(length) : 0), "-serve",
                                              "-agents=" + std::to_string(options.agents),
                                              "-samples=" + std::to_string(options.samples)});
    const auto line = process_->ReadLine(std::chrono::seconds(60));
    if (!line) throw std::runtime_error("the agents did not start: " + process_->err());
    std::istringstream ports(*line);
    for (int port = 0; ports >> port;) addresses_.push_back("127.0.0.1:" + std::to_string(port));
    if (addresses_.size() != static_cast<size_t>(options.agents)) throw std::runtime_error("some agents do not listen");
  }

  std::vector<std::unique_ptr<AgentLink>> Links() const {
    std::vector<std::unique_ptr<AgentLink>> links;
    for (const std::string& address : addresses_)
      links.push_back(NewGrpcAgentLink({.address = address, .host = "127.0.0.1"}));
    return links;
  }

 private:
  std::optional<Process> process_;
  std::vector<std::string> addresses_;
};

RunPlan PlanFor(const Options& options) {
  RunPlan plan;
  plan.clients = int64_t{options.agents} * 10;
  plan.mps = int64_t{options.agents} * options.samples;
  plan.duration_ns = options.duration_ns;
  plan.ramp_up_ns = kNsPerSecond;
  plan.cipher_key = kDemoCipherKey;
  plan.jwt_key = kDemoJwtKey;
  return plan;
}

/// Empty when the result holds what one process would have seen.
std::string Inexactness(const RunPlan& plan, const SyntheticLoad& load, const RunResult& result) {
  const int agents = static_cast<int>(result.agents.size());
  Stats seen = load.SeenByOneProcess(0, agents, plan.duration_ns / plan.report_interval_ns);
  ConnectionCounters& connections = seen.counters.connections;
  connections.attempted = connections.opened = connections.closed = plan.clients;
  if (const LocalString text = FirstDifference(result.totals, seen); !text.empty()) return text.english();
  for (const double percentile : {50.0, 90.0, 99.0, 99.9, 99.99}) {
    if (result.totals.response.PercentileUs(percentile) != seen.response.PercentileUs(percentile)) {
      return "a percentile differs";
    }
  }
  Stats sum;
  for (const AgentResult& agent : result.agents) sum.Merge(agent.totals);
  return FirstDifference(sum, seen).english();
}

void PrintRun(const std::vector<Observer::Reading>& readings) {
  if (readings.size() < 3) throw std::runtime_error("the run was too short to measure");
  const auto& first = readings.front();
  const auto& last = readings.back();
  std::vector<double> shares;
  double most_behind_s = 0;
  for (size_t i = 1; i < readings.size(); ++i) {
    const double cpu_s = readings[i].cpu_s - readings[i - 1].cpu_s;
    shares.push_back(cpu_s / (readings[i].at_s - readings[i - 1].at_s));
    most_behind_s = std::max(most_behind_s, readings[i].behind_s);
  }
  std::sort(shares.begin(), shares.end());
  std::printf("controller CPU: %.3f of a core over the run; by interval median %.3f, most %.3f\n",
              (last.cpu_s - first.cpu_s) / (last.at_s - first.at_s), shares[shares.size() / 2], shares.back());
  std::printf("intervals complete at most %.3f s after their end\n", most_behind_s);
  std::printf("resident MiB by run time:");
  for (size_t k = 0; k <= 8; ++k) {
    const auto& reading = readings[k * (readings.size() - 1) / 8];
    std::printf(" %.0f s: %.0f%s", reading.at_s, reading.resident_mib, k == 8 ? "\n" : ",");
  }
}

void PrintOutput(const RunResult& result) {
  const double before_s = CpuSeconds();
  const size_t json_bytes = ResultJson(result).size();
  const double json_s = CpuSeconds();
  const std::string summary = ConsoleSummary(Language::kEnglish, result);
  std::printf("result.json: %.1f MB in %.2f s; summary: %zu lines in %.3f s\n", static_cast<double>(json_bytes) / 1e6,
              json_s - before_s, static_cast<size_t>(std::count(summary.begin(), summary.end(), '\n')),
              CpuSeconds() - json_s);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("peak resident MiB, output included: %ld\n", usage.ru_maxrss / 1024);
}

/// Null without -dashboard.
std::shared_ptr<Dashboard> OpenDashboard(const Options& options, const RunPlan& plan) {
  if (options.dashboard.empty()) return nullptr;
  const absl::StatusOr<HostPort> address = ParseHostPort(options.dashboard, /*allow_port_zero=*/true);
  if (!address.ok()) throw std::runtime_error("-dashboard: " + std::string(Text(address.status())));
  const RunLabels labels{.title = "Synthetic agents"};
  const int64_t now_ns = SystemClock().UnixNs();
  absl::StatusOr<std::unique_ptr<Dashboard>> dashboard =
      Dashboard::Listen(*address, "", "bench",
                        {.run_id = "bench",
                         .labels = labels,
                         .run_json = RunJson("bench", now_ns, plan, labels, JsonWriter::Layout::kOneLine),
                         .report_interval_ns = plan.report_interval_ns});
  if (!dashboard.ok()) throw std::runtime_error("-dashboard: " + std::string(Text(dashboard.status())));
  std::printf("live page: http://%s/\n", (*dashboard)->address().ToString().c_str());
  std::fflush(stdout);
  return *std::move(dashboard);
}

int Bench(const Options& options) {
  const Crowd crowd(options);
  const RunPlan plan = PlanFor(options);
  AsioEventLoop loop;
  Observer observer(loop, plan, OpenDashboard(options, plan));
  const double cpu_before_s = CpuSeconds();
  RunCoordinator coordinator(loop, SystemClock(), "bench", plan, crowd.Links(), {}, &observer);
  std::optional<RunResult> result;
  double cpu_end_s = 0;
  coordinator.Start([&](RunResult finished) {
    cpu_end_s = CpuSeconds();
    result = std::move(finished);
    loop.Stop();
  });
  loop.Run();

  std::printf("%d agents, %.0f s, %lld messages, verdict %s\n", options.agents,
              static_cast<double>(options.duration_ns) / kNsPerSecond,
              static_cast<long long>(result->totals.counters.scheduled), NameOf(result->verdict));
  if (!result->error.ok()) throw std::runtime_error(std::string(Text(result->error)));
  PrintRun(observer.readings());
  const auto& readings = observer.readings();
  std::printf("CPU s: setup and connect %.2f, from the last interval to the result %.2f\n",
              readings.front().cpu_s - cpu_before_s, cpu_end_s - readings.back().cpu_s);
  // Made only now, so that its memory is not taken for the controller's.
  const SyntheticLoad load({.messages_per_interval = options.samples});
  const std::string inexact = Inexactness(plan, load, *result);
  std::printf("exact: %s\n", inexact.empty() ? "yes" : ("NO: " + inexact).c_str());
  PrintOutput(*result);
  if (!options.dashboard.empty()) observer.End(std::make_shared<const RunResult>(*result));
  return inexact.empty() && result->verdict == Verdict::kValid ? 0 : 1;
}

int Main(int argc, char** argv) {
  Options options;
  FlagSet flags("wsload-agents-bench", "WSLOAD_AGENTS_BENCH");
  flags.Add("agents", &options.agents, {.help = {"agents, one stream each"}, .in_short_help = true});
  flags.Add("duration", DurationNs{&options.duration_ns},
            {.help = {"of the measure phase, whole seconds"}, .in_short_help = true});
  flags.Add("samples", &options.samples, {.help = {"messages per agent and second"}, .in_short_help = true});
  flags.Add("dashboard", &options.dashboard, {.help = {"host:port of the live page; port 0: any free one"}});
  flags.Add("serve", &options.serve, {.help = {"be the agents instead (the benchmark starts itself this way)"}});
  const absl::Status parsed = flags.Parse({argv + 1, argv + argc}, ProcessEnvironment());
  if (!parsed.ok()) {
    std::fprintf(stderr, "wsload-agents-bench: %s\n", std::string(Text(parsed)).c_str());
    return 104;
  }
  if (flags.help_wanted()) {
    std::printf("%s", flags.Usage({"wsload-agents-bench: what many agents cost their controller"}, true).c_str());
    return 0;
  }
  signal(SIGPIPE, SIG_IGN);
  // As wsload's main does.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  try {
    if (options.serve) return ServeCrowd(options.agents, {.messages_per_interval = options.samples});
    return Bench(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wsload-agents-bench: %s\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace wsload::bench

int main(int argc, char** argv) { return wsload::bench::Main(argc, argv); }
