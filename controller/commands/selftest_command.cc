#include "controller/commands/selftest_command.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "common/flags/bind_fields.h"
#include "common/flags/flag_set.h"
#include "common/plan/field.h"
#include "common/plan/workers.h"
#include "common/util/language.h"
#include "common/util/status.h"
#include "common/util/text.h"
#include "controller/commands/command.h"
#include "controller/search/gateway_process.h"
#include "controller/search/local_runs.h"
#include "controller/search/selftest_report.h"

namespace wsload {
namespace {

constexpr LocalText kSelftestIntro = {
    "wsload selftest [flags]: this machine's latency floor, and the highest rate that one worker keeps to\n"
    "honestly, found by short runs against the mock gateway (wsload-gateway, beside wsload).",
    "wsload selftest [参数]：通过对模拟网关（wsload 旁边的 wsload-gateway）的若干次短压测，\n"
    "测出本机的延迟下限，以及单个工作线程能如实保持的最高速率。"};

// The time is divided so that the search, with what it tries again, is likely to end in it.
constexpr int64_t kRunsPlanned = 20;
constexpr int64_t kShortestRunNs = 300 * kNsPerMs;
constexpr int64_t kLongestRunNs = 2 * kNsPerSecond;
/// Of a run, beside its measuring: connecting, the common start, draining, closing.
constexpr int64_t kAroundRunNs = 600 * kNsPerMs;
constexpr int64_t kFloorRate = 200;
constexpr int64_t kClientsPerWorker = 100;
constexpr int kMostGatewayThreads = 16;

struct SelftestOptions {
  int64_t duration_ns = 40 * kNsPerSecond;
  int32_t workers = 1;
  bool json = false;
  Language language = Language::kEnglish;
};

constexpr Field<SelftestOptions> kSelftestFields[] = {
    {MemberOf<&SelftestOptions::duration_ns>(),
     {.name = "duration_ns",
      .flag = "duration",
      .help = {"for everything, at most", "全部测试的最长时间"},
      .in_short_help = true,
      .unit = Unit::kNanoseconds,
      .least = 2 * kNsPerSecond,
      .most = 10 * 60 * kNsPerSecond,
      .example = "40s"}},
    {MemberOf<&SelftestOptions::workers>(),
     {.name = "workers",
      .flag = "workers",
      .help = {"worker threads that share the load", "分担压力的工作线程数"},
      .in_short_help = true,
      .least = 1,
      .most = kMaxWorkers,
      .example = "4"}},
    {MemberOf<&SelftestOptions::json>(),
     {.name = "json",
      .flag = "json",
      .help = {"the figures as JSON on stdout", "以 JSON 输出各项数字"},
      .in_short_help = true}},
    {MemberOf<&SelftestOptions::language>(), kLanguageInfo},
};

absl::Status Check(const FlagSet& flags, const SelftestOptions& options) {
  if (absl::Status none = flags.CheckNoArguments(); !none.ok()) return none;
  return CheckFields(Fields<SelftestOptions>(kSelftestFields), options);
}

RunPlan BasePlan(const SelftestOptions& options, ServerUrl server) {
  RunPlan plan;
  plan.server = std::move(server);
  plan.jwt_key = kDemoJwtKey;
  plan.cipher_key = kDemoCipherKey;
  plan.duration_ns = std::clamp(options.duration_ns / kRunsPlanned - kAroundRunNs, kShortestRunNs, kLongestRunNs);
  plan.ramp_up_ns = 50 * kNsPerMs;
  plan.conn_timeout_ns = 2 * kNsPerSecond;
  plan.resp_timeout_ns = 500 * kNsPerMs;
  return plan;
}

class Selftest {
 public:
  Selftest(const SelftestOptions& options, int cores, AgentConfig agent, const GatewayProcess& gateway,
           int gateway_threads)
      : options_(options),
        deadline_ns_(SystemClock().MonoNs() + options.duration_ns),
        base_(BasePlan(options, gateway.url())),
        runs_(std::move(agent), gateway, gateway_threads) {
    result_.cores = cores;
    result_.workers = options.workers;
    result_.gateway_threads = gateway_threads;
  }

  absl::StatusOr<SelftestResult> Run() {
    result_.floor = MeasureFloor();
    if (error_.ok() && !runs_.interrupted()) {
      result_.search = SearchRate(SearchLimits(), [this](int64_t rate) { return Try(rate); });
    }
    if (!error_.ok()) return error_;
    result_.interrupted = runs_.interrupted();
    return result_;
  }

 private:
  RateSearchLimits SearchLimits() const {
    RateSearchLimits limits;
    for (int64_t* rate : {&limits.first, &limits.lowest, &limits.highest}) *rate *= options_.workers;
    return limits;
  }

  std::optional<SelftestRun> MeasureFloor() {
    RunPlan plan = base_;
    plan.clients = 1;
    plan.workers = 1;
    plan.mps = kFloorRate;
    return Measure(plan);
  }

  std::optional<RateTrial> Try(int64_t rate) {
    if (SystemClock().MonoNs() + base_.duration_ns + kAroundRunNs > deadline_ns_) return std::nullopt;
    RunPlan plan = base_;
    plan.clients = kClientsPerWorker * options_.workers;
    plan.workers = options_.workers;
    plan.mps = rate;
    const std::optional<SelftestRun> run = Measure(plan);
    if (!run.has_value()) return std::nullopt;
    result_.runs.push_back(*run);
    return TrialOf(*run);
  }

  /// Nothing: it failed, or was interrupted.
  std::optional<SelftestRun> Measure(const RunPlan& plan) {
    absl::StatusOr<SelftestRun> run = runs_.Run(plan);
    if (!run.ok()) error_ = run.status();
    if (!run.ok() || runs_.interrupted()) return std::nullopt;
    Print(stderr, SelftestProgress(options_.language, *run) + "\n");
    return *std::move(run);
  }

  const SelftestOptions options_;
  const int64_t deadline_ns_;
  const RunPlan base_;
  LocalRuns runs_;
  SelftestResult result_;
  absl::Status error_;
};

ExitCode ExamineMachine(const std::vector<std::string>& args, const Environment& environment) {
  SelftestOptions options;
  options.language = WantedLanguage(args, environment, "WSLOAD_SELFTEST");
  FlagSet flags("wsload selftest", "WSLOAD_SELFTEST");
  BindFields(flags, Fields<SelftestOptions>(kSelftestFields), options);
  if (absl::Status parsed = flags.Parse(args, environment); !parsed.ok()) return FailWith(parsed, options.language);
  if (const auto answer = flags.Answer(kSelftestIntro, /*always_full=*/true); answer.has_value()) {
    Print(stdout, *answer);
    return ExitCode::kPassed;
  }
  if (absl::Status checked = Check(flags, options); !checked.ok()) return FailWith(checked, options.language);
  PrintNotices(TextsIn(options.language, flags.notices()));
  AgentConfig agent = EmbeddedAgent();
  const int gateway_threads = std::clamp(agent.cores - options.workers, 1, kMostGatewayThreads);
  const absl::StatusOr<std::unique_ptr<GatewayProcess>> gateway = GatewayProcess::Start(gateway_threads);
  if (!gateway.ok()) return FailWith(gateway.status(), options.language);

  const int cores = agent.cores;
  const absl::StatusOr<SelftestResult> result =
      Selftest(options, cores, std::move(agent), **gateway, gateway_threads).Run();
  if (!result.ok()) return FailWith(result.status(), options.language);
  Print(stdout, options.json ? SelftestJson(*result) : SelftestReport(options.language, *result));
  if (result->interrupted) return ExitCode::kInterrupted;
  return BestRun(*result) == nullptr ? ExitCode::kGeneratorLimited : ExitCode::kPassed;
}

}  // namespace

int SelftestCommand(const std::vector<std::string>& args, const Environment& environment) {
  return static_cast<int>(ExamineMachine(args, environment));
}

}  // namespace wsload
