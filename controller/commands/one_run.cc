#include "controller/commands/one_run.h"

#include <unistd.h>

#include <csignal>
#include <random>
#include <string_view>
#include <utility>

#include "common/net/host_port.h"
#include "common/plan/plan_warnings.h"
#include "common/time/duration.h"
#include "common/util/local_error.h"
#include "common/util/redact.h"
#include "common/util/status.h"
#include "common/version.h"
#include "controller/commands/command.h"
#include "controller/dashboard/dashboard_feed.h"
#include "controller/link/embedded_agent_link.h"
#include "controller/link/grpc_agent_link.h"
#include "controller/output/ci_lines.h"
#include "controller/output/console_reporter.h"
#include "controller/output/final_text.h"
#include "controller/output/output_dir.h"
#include "controller/output/result_json.h"
#include "controller/result/judging_listener.h"
#include "controller/result/run_exit_code.h"
#include "controller/result/threshold_judgement.h"
#include "controller/screen/terminal.h"

namespace wsload {
namespace {

// A reader that has not taken anything for so long is not there.
constexpr int64_t kReaderPatienceNs = 30 * kNsPerSecond;

using Links = std::vector<std::unique_ptr<AgentLink>>;

/// 64 bits.
std::string RandomHex() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

RunCommandLine WithSeed(RunCommandLine line) {
  // Short enough to be typed again.
  constexpr uint32_t kMost = 999'999'999;
  std::random_device random;
  while (line.plan.seed == 0) line.plan.seed = random() % (kMost + 1);
  return line;
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
  RunFacts facts{
      .version = kVersion, .plan = line.plan, .server = RedactUrl(line.plan.server.text()), .run_id = id.text};
  watching.screen = std::make_shared<LiveScreen>(
      live, std::move(facts), watching.output, [stop = watching.stop] { stop->Ask(); }, SystemClock());
  watching.output = watching.screen;
  return watching;
}

/// The terminal is given back however the run ends.
class ScreenKeeper {
 public:
  explicit ScreenKeeper(std::shared_ptr<LiveScreen> screen) : screen_(std::move(screen)) {}
  ~ScreenKeeper() {
    // One that does not read is waited for later, when the files are written.
    constexpr int64_t kPatienceNs = kNsPerSecond;
    if (screen_ != nullptr) screen_->Leave(kPatienceNs);
  }
  ScreenKeeper(const ScreenKeeper&) = delete;
  ScreenKeeper& operator=(const ScreenKeeper&) = delete;

 private:
  const std::shared_ptr<LiveScreen> screen_;
};

/// 128 bits that nobody guesses.
std::string RandomSecret() { return RandomHex() + RandomHex(); }

/// Null without -dashboard. What cannot be listened on is said before the run, as nobody would look on.
absl::StatusOr<std::unique_ptr<Dashboard>> OpenDashboard(const RunCommandLine& line, const RunId& id) {
  if (line.output.dashboard.empty()) return nullptr;
  const absl::StatusOr<HostPort> address = ParseHostPort(line.output.dashboard, /*allow_port_zero=*/true);
  if (!address.ok()) return address.status();
  auto dashboard =
      Dashboard::Listen(*address, line.dashboard_token, RandomSecret(),
                        {.run_id = id.text,
                         .labels = line.labels,
                         .run_json = RunJson(id.text, id.unix_ns, line.plan, line.labels, JsonWriter::Layout::kOneLine),
                         .report_interval_ns = line.plan.report_interval_ns,
                         .language = line.output.language});
  if (dashboard.ok()) return dashboard;
  return LocalStatus(dashboard.status().code(), FillLocal({"{}; choose another -dashboard, port 0 for any free one",
                                                           "{}；请更换 -dashboard，端口 0 表示任意空闲端口"},
                                                          dashboard.status()));
}

std::string UrlOf(const Dashboard& dashboard) { return fmt::format("http://{}/", dashboard.address().ToString()); }

/// What is left to do for those who look on: they get the result, and no more time than that takes unless -linger says.
void CloseDashboard(const OutputOptions& options, Dashboard& dashboard) {
  constexpr int64_t kTimeToGetTheResultNs = 2 * kNsPerSecond;
  dashboard.AwaitViewers(kTimeToGetTheResultNs);
  if (options.linger_ns == 0) return;
  Print(stderr, Say(options.language, Msg::kLingering, FormatDuration(options.linger_ns), UrlOf(dashboard)) + "\n");
  AsioEventLoop loop;
  const SignalWatch signals(loop, EndingSignals(), [&loop](int) { loop.Stop(); });
  const std::unique_ptr<Timer> over = loop.NewTimer([&loop] { loop.Stop(); });
  over->ArmAt(loop.MonoNs() + options.linger_ns);
  loop.Run();
}

/// A directory that nobody asked for and that cannot be made is no reason not to run.
absl::Status MakePlace(const RunCommandLine& line, RunFiles::Place& place, std::vector<Statement>& warnings) {
  const OutputOptions& options = line.output;
  place.language = options.language;
  place.labels = line.labels;
  if (place.dir.empty()) return absl::OkStatus();
  absl::Status made = MakeOutputDir(place.dir);
  if (made.ok() || !place.by_default) return made;
  warnings.push_back({StatementKind::kResultNotKept, {place.dir, ErrorLines(made)}});
  // It is a warning like others to those who see them.
  if (options.quiet) Print(stderr, NoticeLine(options.language, warnings.back()));
  place.dir.clear();
  return absl::OkStatus();
}

}  // namespace

RunId NewRunId() { return {.text = RandomHex(), .unix_ns = SystemClock().UnixNs()}; }

Interruption::Interruption(AsioEventLoop& loop)
    : loop_(loop), watch_(loop, EndingSignals(), [this](int signal) { OnSignal(signal); }) {}

void Interruption::Enter(RunCoordinator& coordinator, Feed& feed) {
  coordinator_ = &coordinator;
  feed_ = &feed;
  // It came before the run.
  if (signals_ > 0) coordinator.Interrupt();
}

void Interruption::Leave() {
  coordinator_ = nullptr;
  feed_ = nullptr;
}

bool Interruption::Came() {
  // A turn of the loop, which hears of signals by its own.
  const std::unique_ptr<Timer> turn = loop_.NewTimer([this] { loop_.Stop(); });
  turn->ArmAt(loop_.MonoNs() + kNsPerMs);
  loop_.Run();
  return signals_ > 0;
}

void Interruption::OnSignal(int signal) {
  // A lost terminal sends it once itself, and once more through the shell.
  if (signals_ > 0 && signal == SIGHUP) return;
  Ask();
}

void Interruption::Ask() {
  const bool again = signals_++ > 0;
  if (coordinator_ == nullptr) return;
  feed_->OnNotice({again ? StatementKind::kEndingOnInterrupt : StatementKind::kDrainingOnInterrupt});
  coordinator_->Interrupt();
}

OneRun::OneRun(const RunCommandLine& line, const Environment& environment)
    : line_(WithSeed(line)), environment_(environment) {}

bool OneRun::Check() {
  absl::StatusOr<Agents> agents = FindAgents(line_);
  if (!agents.ok()) {
    code_ = FailWith(agents.status(), line_.output.language);
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
  std::vector<Statement> warnings = Warnings(line_.plan, checks_);
  if (absl::Status made = MakePlace(line_, place, warnings); !made.ok()) return made;
  absl::StatusOr<std::unique_ptr<Dashboard>> dashboard = OpenDashboard(line_, id);
  if (!dashboard.ok()) return dashboard.status();
  dashboard_ = *std::move(dashboard);
  if (dashboard_ != nullptr) Print(stderr, Say(options.language, Msg::kDashboardAt, UrlOf(*dashboard_)) + "\n");
  feed_ = std::make_shared<Feed>(line_.plan.report_interval_ns);
  const auto files = std::make_shared<RunFiles>(std::move(place), id.text, line_.plan, id.unix_ns,
                                                [feed = std::weak_ptr(feed_)](const Statement& notice) {
                                                  if (const auto there = feed.lock()) there->OnNotice(notice);
                                                });
  feed_->Add(OutputKind::kFile, files);
  // Before those that a terminal may hold up.
  if (dashboard_ != nullptr) {
    feed_->Add(OutputKind::kPeople, std::make_shared<DashboardFeed>(line_.plan, dashboard_));
  }
  watching_ = NewWatching(line_, id, environment_);
  if (watching_.output != nullptr) feed_->Add(OutputKind::kPeople, watching_.output);
  feed_->Add(OutputKind::kPeople,
             std::make_shared<FinalText>(options, IsUnderGithub(options.ci, environment_),
                                         [files] { return files->written().ok() ? files->dir() : std::string(); }));
  for (const Statement& warning : warnings) feed_->OnNotice(warning);

  auto result = std::make_shared<RunResult>(Play(id, loop, interruption));
  result->warnings.insert(result->warnings.begin(), warnings.begin(), warnings.end());
  for (const auto& [kind, missed] :
       {std::pair(StatementKind::kIntervalsNotKept, feed_->Missed(OutputKind::kFile)),
        std::pair(StatementKind::kIntervalsNotShown, feed_->Missed(OutputKind::kPeople))}) {
    if (missed == 0) continue;
    result->warnings.push_back({kind, {missed}});
    feed_->OnNotice(result->warnings.back());
  }
  result->check_connections = CheckConnections(checks_);
  result->labels = line_.labels;
  feed_->End(OutputKind::kFile, result, SideThread::kForever);
  return Kept{.result = std::move(result), .written = files->written(), .dir = files->dir()};
}

RunResult OneRun::Play(const RunId& id, AsioEventLoop& loop, Interruption& interruption) {
  RunCoordinator::Limits limits;
  limits.policy = line_.policy;
  RunCoordinator* running = nullptr;
  JudgingListener judging(
      line_.judge, *feed_, [&running](const Statement& why) { running->StopEarly(why); }, TimelineOf(line_.plan));
  feed_->SetThresholds([&judging] { return judging.watch().Standing(); });
  RunResult result;
  RunCoordinator coordinator(loop, SystemClock(), id.text, line_.plan, MakeLinks(std::move(agents_)), limits, &judging);
  running = &coordinator;
  coordinator.Start([&](RunResult finished) {
    result = std::move(finished);
    loop.Stop();
  });
  interruption.Enter(coordinator, *feed_);
  const auto ask = [&loop, &interruption] { loop.Post([&interruption] { interruption.Ask(); }); };
  watching_.stop->Connect(ask);
  if (dashboard_ != nullptr) dashboard_->SetStop(ask);
  {
    ScreenKeeper screen(watching_.screen);
    loop.Run();
  }
  if (dashboard_ != nullptr) dashboard_->SetStop(nullptr);
  watching_.stop->Disconnect();
  interruption.Leave();
  feed_->SetThresholds(nullptr);
  JudgeThresholds(judging.watch(), line_.judge, result);
  return result;
}

ExitCode OneRun::Publish(const Kept& kept) const {
  const auto taken = [] { return TakenBy(stdout) + TakenBy(stderr); };
  if (!feed_->End(OutputKind::kPeople, kept.result, kReaderPatienceNs, taken)) {
    const Statement lost{StatementKind::kSummaryNotShown, {kReaderPatienceNs}};
    GiveUpPrinting(stdout, fmt::format("wsload: {}\n", StatementText(line_.output.language, lost)));
    GiveUpPrinting(stderr, {});
  }
  const ExitCode code = kept.written.ok() ? ExitCodeOf(*kept.result) : FailWith(kept.written, line_.output.language);
  if (dashboard_ != nullptr) CloseDashboard(line_.output, *dashboard_);
  return code;
}

}  // namespace wsload
