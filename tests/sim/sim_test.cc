// Thousands of distributed runs, each with bad luck of its own; what holds of
// every one of them, whatever happens.
//
// A failing run prints its seed; WSLOAD_SIM_SEED=<seed> runs that one alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>

#include "common/plan/run_policy.h"
#include "common/schedule/schedule.h"
#include "common/util/status.h"
#include "tests/sim/cluster.h"
#include "tests/support/manual_event_loop.h"
#include "tests/support/print_statement.h"

namespace wsload::sim {
namespace {

constexpr int kShards = 10;
constexpr uint64_t kSeedsPerShard = 300;
/// Setup, ramp, barrier, load, drain and every grace one after the other.
constexpr int64_t kRunBoundNs = 60 * kNsPerSecond;
/// The longest that an agent waits for a controller's next step, and its engine's grace.
constexpr int64_t kFreeBoundNs = 120 * kNsPerSecond;
constexpr int64_t kForeverNs = int64_t{1} << 60;

struct Outcome {
  std::optional<RunResult> result;
  bool controller_died = false;
  bool interrupted = false;
};

class Run {
 public:
  explicit Run(uint64_t seed) : chance_(seed) {
    plan_.clients = chance_.Between(1, 12);
    plan_.mps = chance_.Between(1, 40);
    plan_.duration_ns = chance_.Between(2'000, 9'000) * kNsPerMs;
    // Drawn apart, so that all else of a seed is as it is with a constant rate.
    Chance load(~seed);
    if (load.OneIn(3)) plan_.arrivals = Arrivals::kPoisson;
    plan_.seed = load.Between(1, 1'000'000);
    if (load.OneIn(3)) MakeStages(load);
    if (load.OneIn(3)) plan_.warm_up_ns = load.Between(1, 3'000) * kNsPerMs;
    if (load.OneIn(4)) plan_.retry = static_cast<int32_t>(load.Between(1, 2));
    if (load.OneIn(6)) {
      plan_.model = LoadModel::kClosed;
      plan_.mps = 0;
      plan_.warm_up_ns = 0;
      plan_.stages = {};
      plan_.arrivals = Arrivals::kConstant;
      plan_.in_flight = static_cast<int32_t>(load.Between(1, 3));
    }
    plan_.ramp_up_ns = chance_.Between(100, 1'500) * kNsPerMs;
    plan_.conn_timeout_ns = kNsPerSecond;
    plan_.report_interval_ns = chance_.OneIn(3) ? kNsPerSecond : 250 * kNsPerMs;
    plan_.cipher_key = kDemoCipherKey;
    plan_.jwt_key = kDemoJwtKey;
    limits_.policy.agent_lease_ns = chance_.Between(800, 3'000) * kNsPerMs;
    limits_.policy.on_agent_loss = static_cast<AgentLossPolicy>(chance_.Between(0, 2));
    const int64_t agents = chance_.Between(1, 6);
    for (int64_t i = 0; i < agents; ++i) {
      const int64_t skew_ns = chance_.Between(0, 3'600'000) * kNsPerMs;
      const Host::Path path{chance_.Between(0, 40) * kNsPerMs, chance_.Between(0, 40) * kNsPerMs,
                            chance_.Between(0, 5) * kNsPerMs};
      hosts_.push_back(std::make_unique<Host>(loop_, chance_, fmt::format("h{}:7400", i + 1), skew_ns,
                                              chance_.Between(-100, 100), path));
    }
  }

  ~Run() { coordinator_.reset(); }

  Outcome CarryOut() {
    Start("run-1");
    const int64_t began_ns = loop_.MonoNs();
    for (const auto& [at_ns, fault] : Faults()) {
      loop_.AdvanceTo(began_ns + at_ns);
      fault();
    }
    loop_.AdvanceTo(began_ns + kRunBoundNs);
    for (auto& host : hosts_) host->Thaw();
    return std::move(outcome_);
  }

  /// On the same agents, without faults.
  RunResult CarryOutAgain() {
    for (auto& host : hosts_) host->Forget();
    outcome_ = {};
    Start("run-2");
    loop_.AdvanceBy(kRunBoundNs);
    return outcome_.result.value_or(RunResult{});
  }

  void WaitUntilFree() { loop_.AdvanceBy(kFreeBoundNs); }

  const RunPlan& plan() const { return plan_; }
  AgentLossPolicy policy() const { return limits_.policy.on_agent_loss; }
  const std::vector<std::unique_ptr<Host>>& hosts() const { return hosts_; }

 private:
  /// Of the same duration: lines up and down, jumps, and parts without messages.
  void MakeStages(Chance& load) {
    std::string text;
    int64_t left_ms = plan_.duration_ns / kNsPerMs;
    while (left_ms > 0) {
      const int64_t ms = load.OneIn(4) ? left_ms : load.Between(1, left_ms);
      left_ms -= ms;
      text += fmt::format("{}{}ms:{}{}", text.empty() ? "" : ",", ms, load.OneIn(2) ? "@" : "",
                          load.OneIn(4) ? 0 : load.Between(1, 40));
    }
    plan_.stages = *StageList::Parse(text);
    if (load.OneIn(2)) plan_.mps = 0;
  }

  void Start(const std::string& run_id) {
    std::vector<std::unique_ptr<AgentLink>> links;
    for (auto& host : hosts_) links.push_back(host->NewLink());
    coordinator_ =
        std::make_unique<RunCoordinator>(loop_, loop_.clock(), run_id, plan_, std::move(links), limits_, nullptr);
    coordinator_->Start([this](RunResult result) {
      outcome_.result = std::move(result);
      coordinator_.reset();
    });
  }

  std::multimap<int64_t, std::function<void()>> Faults() {
    std::multimap<int64_t, std::function<void()>> faults;
    const auto moment = [this] { return chance_.Between(0, 13'000) * kNsPerMs; };
    for (auto& owned : hosts_) {
      Host* host = owned.get();
      for (int64_t left = chance_.OneIn(2) ? chance_.Between(1, 2) : 0; left > 0; --left) {
        const int64_t at_ns = moment();
        const int64_t until_ns = at_ns + chance_.Between(50, 8'000) * kNsPerMs;
        const bool forever = chance_.OneIn(3);
        switch (chance_.Between(0, 8)) {
          case 0:
            faults.emplace(at_ns, [host] { host->Crash(); });
            break;
          case 1:
            faults.emplace(at_ns, [host] { host->Freeze(); });
            if (!forever) faults.emplace(until_ns, [host] { host->Thaw(); });
            break;
          case 2:
            faults.emplace(at_ns, [this, host, until_ns, at_ns, forever] {
              host->StallDown(forever ? kForeverNs : loop_.MonoNs() + until_ns - at_ns);
            });
            break;
          case 3:
            faults.emplace(at_ns, [this, host, until_ns, at_ns, forever] {
              host->StallUp(forever ? kForeverNs : loop_.MonoNs() + until_ns - at_ns);
            });
            break;
          case 4: {
            const bool controller_learns = chance_.OneIn(2);
            const bool agent_learns = chance_.OneIn(2);
            faults.emplace(at_ns,
                           [host, controller_learns, agent_learns] { host->Break(controller_learns, agent_learns); });
            break;
          }
          case 5:
            faults.emplace(at_ns, [host] { host->Drain(); });
            break;
          case 6:
            faults.emplace(at_ns, [host] { host->RepeatNext(); });
            break;
          default:
            faults.emplace(at_ns, [host] { host->BreakConnections(); });
            break;
        }
      }
    }
    if (chance_.OneIn(12)) {
      faults.emplace(moment(), [this] {
        if (coordinator_ == nullptr) return;
        outcome_.controller_died = true;
        coordinator_.reset();
      });
    }
    if (chance_.OneIn(15)) {
      faults.emplace(moment(), [this] {
        if (coordinator_ == nullptr) return;
        outcome_.interrupted = true;
        coordinator_->Interrupt();
      });
    }
    return faults;
  }

  Chance chance_;
  ManualEventLoop loop_;
  RunPlan plan_;
  RunCoordinator::Limits limits_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::unique_ptr<RunCoordinator> coordinator_;
  Outcome outcome_;
};

/// No load without a lease; no message twice.
void CheckLoad(const Run& run) {
  std::map<int64_t, size_t> owner;
  for (size_t host = 0; host < run.hosts().size(); ++host) {
    for (const Host::Sent& sent : run.hosts()[host]->sent()) {
      EXPECT_LE(sent.sent_ns, sent.lease_until_ns) << "h" << host + 1 << " sends after its lease";
      const auto [known, first] = owner.emplace(sent.message, host);
      EXPECT_TRUE(first) << "message " << sent.message << " of h" << known->second + 1 << " and h" << host + 1;
    }
  }
}

bool HasReason(const RunResult& result, StatementKind kind) {
  return std::any_of(result.verdict_reasons.begin(), result.verdict_reasons.end(),
                     [kind](const Statement& reason) { return reason.kind == kind; });
}

/// What the result counts was sent, and nothing is counted twice or forgotten.
void CheckCounts(const Run& run, const RunResult& result) {
  const int64_t of_warm_up = ScheduleOf(run.plan()).CountDueBefore(run.plan().warm_up_ns);
  Stats sum;
  Stats warm_ups;
  for (size_t i = 0; i < result.agents.size(); ++i) {
    const AgentResult& agent = result.agents[i];
    sum.Merge(agent.totals);
    warm_ups.Merge(agent.warm_up);
    const std::vector<Host::Sent>& all = run.hosts()[i]->sent();
    const int64_t warming =
        std::count_if(all.begin(), all.end(), [&](const Host::Sent& sent) { return sent.message < of_warm_up; });
    const auto measured = static_cast<int64_t>(all.size()) - warming;
    for (const auto& [stats, sent] : {std::pair(&agent.warm_up, warming), std::pair(&agent.totals, measured)}) {
      const Counters& counters = stats->counters;
      EXPECT_LE(counters.scheduled, sent) << agent.address;
      EXPECT_GE(counters.open(), 0) << agent.address;
      if (agent.state == AgentResult::State::kDone) {
        EXPECT_EQ(counters.scheduled, sent) << agent.address;
        EXPECT_EQ(counters.open(), 0) << agent.address;
      }
    }
  }
  EXPECT_EQ(sum, result.totals);
  const bool listed = !result.stages.empty() && !result.stages.front().measured();
  EXPECT_EQ(warm_ups, listed ? result.stages.front().stats : Stats{});
  for (const SeriesPoint& point : result.series) {
    if (point.phase != Phase::kWarmUp) continue;
    EXPECT_LE(point.elapsed_s, static_cast<double>(run.plan().warm_up_ns) / kNsPerSecond);
  }
}

/// Of a run that went on to its end under `continue` or `rebalance`.
bool WentOn(const Run& run, const RunResult& result) {
  return !result.interrupted && result.measured_ns == run.plan().duration_ns &&
         run.policy() != AgentLossPolicy::kFail && !HasReason(result, StatementKind::kScheduleIncomplete);
}

/// The warm-up's messages are accounted for as the others are.
void CheckWarmUp(const Run& run, const RunResult& result) {
  const int64_t total = ScheduleOf(run.plan()).CountDueBefore(run.plan().warm_up_ns);
  Counters counters;
  for (const AgentResult& agent : result.agents) counters.Merge(agent.warm_up.counters);
  int64_t missing = 0;
  int64_t unaccounted = 0;
  for (const Gap& gap : result.gaps) {
    missing += gap.warm_up_not_scheduled;
    unaccounted += gap.warm_up_unaccounted;
  }
  EXPECT_EQ(unaccounted, counters.open());
  EXPECT_LE(counters.scheduled + missing, total);
  EXPECT_EQ(counters.connections, ConnectionCounters{});
  if (WentOn(run, result)) {
    EXPECT_EQ(counters.scheduled + missing, total);
  }
}

/// What a closed loop sends is up to the server: nothing of it can be missing.
void CheckClosed(const RunResult& result) {
  const Counters& totals = result.totals.counters;
  for (const Gap& gap : result.gaps) EXPECT_EQ(gap.messages_not_scheduled, 0);
  EXPECT_EQ(totals.unsent, 0);
  EXPECT_EQ(result.totals.response.count(), 0);
  if (result.verdict != Verdict::kValid || result.interrupted) return;
  EXPECT_GT(totals.success, 0);
  EXPECT_EQ(totals.success, totals.scheduled);
}

/// Complete, or what is missing stands in it.
void CheckCompleteness(const Run& run, const RunResult& result) {
  const int64_t total = PlannedMessages(run.plan());
  const Counters& totals = result.totals.counters;
  int64_t missing = 0;
  int64_t unaccounted = 0;
  for (const Gap& gap : result.gaps) {
    missing += gap.messages_not_scheduled;
    unaccounted += gap.unaccounted;
    EXPECT_GE(gap.from_ns, 0);
    EXPECT_LE(gap.from_ns, gap.to_ns);
    if (gap.messages_not_scheduled + gap.warm_up_not_scheduled > 0) {
      EXPECT_LT(gap.from_ns, gap.to_ns) << "messages due at no time";
    }
    EXPECT_LE(gap.to_ns, LoadNs(run.plan()));
  }
  EXPECT_EQ(unaccounted, totals.open());
  EXPECT_LE(totals.scheduled + missing, total);
  if (result.verdict == Verdict::kValid && !result.interrupted) {
    EXPECT_EQ(totals.scheduled, total);
    EXPECT_EQ(totals.success, total);
    EXPECT_TRUE(result.gaps.empty());
  }
  if (!WentOn(run, result)) return;
  EXPECT_EQ(totals.scheduled + missing, total) << "a message is nobody's, and in no gap";
  // From the last hand-over on, somebody has sent every message.
  const Schedule schedule = ScheduleOf(run.plan());
  std::vector<bool> was_sent(static_cast<size_t>(schedule.total()));
  for (const auto& host : run.hosts()) {
    for (const Host::Sent& sent : host->sent()) was_sent[static_cast<size_t>(sent.message)] = true;
  }
  int64_t gap_end_ns = 0;
  for (const Gap& gap : result.gaps) gap_end_ns = std::max(gap_end_ns, gap.to_ns);
  for (int64_t message = 0; message < schedule.total(); ++message) {
    if (schedule.OffsetNs(message) < gap_end_ns) continue;
    EXPECT_TRUE(was_sent[static_cast<size_t>(message)]) << message;
  }
}

/// What one seed leads to; the tests make sure that not all are the same.
struct Seen {
  int64_t valid = 0, degraded = 0, failed = 0, taken_over = 0, gaps = 0, controller_died = 0, yielded = 0, closed = 0,
          retried = 0;
  int64_t warmed_up = 0, warm_up_gaps = 0;
};

void CheckSeed(uint64_t seed, Seen& seen) {
  SCOPED_TRACE(fmt::format("replay: WSLOAD_SIM_SEED={} build/release/tests/sim_test", seed));
  Run run(seed);
  const Outcome outcome = run.CarryOut();
  CheckLoad(run);
  ASSERT_EQ(outcome.result.has_value(), !outcome.controller_died) << "the run hangs";
  seen.controller_died += outcome.controller_died ? 1 : 0;
  if (outcome.result.has_value()) {
    const RunResult& result = *outcome.result;
    CheckCounts(run, result);
    const bool closed = run.plan().model == LoadModel::kClosed;
    if (result.error.ok()) closed ? CheckClosed(result) : CheckCompleteness(run, result);
    if (result.error.ok()) CheckWarmUp(run, result);
    seen.closed += closed ? 1 : 0;
    seen.retried += result.totals.counters.success_by_retry > 0 ? 1 : 0;
    if (result.error.ok() && !closed) CheckWarmUp(run, result);
    for (const AgentResult& agent : result.agents) {
      seen.taken_over += agent.messages_taken_over > 0 ? 1 : 0;
      seen.yielded += agent.messages_yielded > 0 ? 1 : 0;
    }
    seen.valid += result.error.ok() && result.verdict == Verdict::kValid ? 1 : 0;
    seen.degraded += result.error.ok() && result.verdict == Verdict::kDegraded ? 1 : 0;
    seen.failed += result.error.ok() ? 0 : 1;
    seen.gaps += result.gaps.empty() ? 0 : 1;
    const auto of_warm_up = [](const Gap& gap) { return gap.warm_up_not_scheduled + gap.warm_up_unaccounted > 0; };
    seen.warm_up_gaps += std::any_of(result.gaps.begin(), result.gaps.end(), of_warm_up) ? 1 : 0;
    seen.warmed_up += !result.stages.empty() && !result.stages.front().measured() ? 1 : 0;
  }
  run.WaitUntilFree();
  CheckLoad(run);
  for (size_t host = 0; host < run.hosts().size(); ++host) {
    EXPECT_TRUE(run.hosts()[host]->free()) << "h" << host + 1 << " is not free";
  }
  if (seed % 10 != 0 || ::testing::Test::HasFailure()) return;
  const RunResult again = run.CarryOutAgain();
  EXPECT_EQ(again.verdict, Verdict::kValid) << ::testing::PrintToString(again.verdict_reasons);
  EXPECT_TRUE(again.error.ok()) << again.error;
  if (run.plan().model == LoadModel::kClosed) return CheckClosed(again);
  EXPECT_EQ(again.totals.counters.success, PlannedMessages(run.plan()));
}

class SimulatedClusterTest : public ::testing::TestWithParam<int> {};

TEST_P(SimulatedClusterTest, KeepsItsPromisesWhateverHappens) {
  Seen seen;
  if (const char* seed = std::getenv("WSLOAD_SIM_SEED"); seed != nullptr) {
    if (GetParam() == 0) CheckSeed(std::strtoull(seed, nullptr, 10), seen);
    return;
  }
  const uint64_t first = static_cast<uint64_t>(GetParam()) * kSeedsPerShard;
  for (uint64_t seed = first; seed < first + kSeedsPerShard; ++seed) {
    CheckSeed(seed, seen);
    if (HasFailure()) return;
  }
  // Otherwise the chances above no longer lead anywhere.
  EXPECT_GT(seen.valid, 10);
  EXPECT_GT(seen.degraded, 50);
  EXPECT_GT(seen.failed, 5);
  EXPECT_GT(seen.taken_over, 10);
  EXPECT_GT(seen.gaps, 20);
  EXPECT_GT(seen.yielded, 10);
  EXPECT_GT(seen.warmed_up, 20);
  EXPECT_GT(seen.warm_up_gaps, 2);
  EXPECT_GT(seen.controller_died, 5);
  EXPECT_GT(seen.closed, 10);
  EXPECT_GT(seen.retried, 10);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SimulatedClusterTest, ::testing::Range(0, kShards));

}  // namespace
}  // namespace wsload::sim
