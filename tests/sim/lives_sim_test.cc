// Distributed runs of real workers, in which everything happens at once: clients that come and go, come back, are cut
// off and sent elsewhere, servers that refuse, agents that are lost. What holds of every one of them.
//
// A failing run prints its seed; WSLOAD_SIM_SEED=<seed> runs that one alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "agent/client/push_stamp.h"
#include "tests/sim/cluster.h"
#include "tests/support/print_statement.h"

namespace wsload::sim {
namespace {

constexpr int kShards = 8;
constexpr uint64_t kSeedsPerShard = 300;
constexpr int64_t kRunBoundNs = 80 * kNsPerSecond;
constexpr int64_t kFreeBoundNs = 120 * kNsPerSecond;
const CloseInfo kReset{CloseInfo::Kind::kBroken, 1006, "", "reset"};

std::vector<RedirectNode> Elsewhere(int64_t port) {
  RedirectNode node;
  node.ip = "10.0.0.9";
  node.port = static_cast<int32_t>(port);
  node.weight = 1;
  return {node};
}

class Run {
 public:
  explicit Run(uint64_t seed) : chance_(seed), stamps_("run-1", 0, 0) {
    DrawPlan(seed);
    limits_.policy.agent_lease_ns = chance_.Between(800, 3'000) * kNsPerMs;
    limits_.policy.on_agent_loss = static_cast<AgentLossPolicy>(chance_.Between(0, 2));
    const int64_t agents = chance_.Between(1, 5);
    for (int64_t i = 0; i < agents; ++i) {
      const int64_t skew_ns = chance_.Between(0, 3'600'000) * kNsPerMs;
      const Host::Path path{chance_.Between(0, 20) * kNsPerMs, chance_.Between(0, 20) * kNsPerMs,
                            chance_.Between(0, 5) * kNsPerMs};
      hosts_.push_back(std::make_unique<Host>(loop_, chance_, fmt::format("h{}:7400", i + 1), skew_ns,
                                              chance_.Between(-100, 100), path));
      Host& host = *hosts_.back();
      host.UseWorkers(plan_);
      host.gateway().ack_delay_ns = chance_.Between(1, 80) * kNsPerMs;
      host.gateway().dial_delay_ns = chance_.Between(0, 50) * kNsPerMs;
      host.gateway().close_delay_ns = chance_.Between(0, 50) * kNsPerMs;
      host.on_message = [this](std::string_view plaintext, const Host::Sent&) {
        const std::optional<PushStamp> stamp = stamps_.Find(plaintext);
        if (stamp) ++due_us_[stamp->due_us];
      };
    }
  }

  ~Run() { coordinator_.reset(); }

  std::optional<RunResult> CarryOut() {
    std::vector<std::unique_ptr<AgentLink>> links;
    for (auto& host : hosts_) links.push_back(host->NewLink());
    coordinator_ =
        std::make_unique<RunCoordinator>(loop_, loop_.clock(), "run-1", plan_, std::move(links), limits_, nullptr);
    coordinator_->Start([this](RunResult result) {
      result_ = std::move(result);
      coordinator_.reset();
    });
    const int64_t began_ns = loop_.MonoNs();
    for (const auto& [at_ns, fault] : Faults()) {
      loop_.AdvanceTo(began_ns + at_ns);
      fault();
    }
    loop_.AdvanceTo(began_ns + kRunBoundNs);
    for (auto& host : hosts_) host->Thaw();
    return std::move(result_);
  }

  void WaitUntilFree() { loop_.AdvanceBy(kFreeBoundNs); }

  const RunPlan& plan() const { return plan_; }
  AgentLossPolicy policy() const { return limits_.policy.on_agent_loss; }
  const std::vector<std::unique_ptr<Host>>& hosts() const { return hosts_; }
  /// How often a message with that due time was sent, where messages are stamped.
  const std::map<int64_t, int64_t>& due_us() const { return due_us_; }

 private:
  void DrawPlan(uint64_t seed) {
    plan_.clients = chance_.Between(1, 24);
    plan_.workers = static_cast<int32_t>(chance_.Between(1, 3));
    plan_.mps = chance_.Between(1, 60);
    plan_.duration_ns = chance_.Between(2'000, 8'000) * kNsPerMs;
    plan_.seed = chance_.Between(1, 1'000'000);
    if (chance_.OneIn(3)) plan_.arrivals = Arrivals::kPoisson;
    if (chance_.OneIn(3)) plan_.warm_up_ns = chance_.Between(1, 2'000) * kNsPerMs;
    plan_.ramp_up_ns = chance_.Between(100, 1'500) * kNsPerMs;
    plan_.conn_timeout_ns = kNsPerSecond;
    plan_.resp_timeout_ns = chance_.Between(20, 1'000) * kNsPerMs;
    plan_.report_interval_ns = chance_.OneIn(3) ? kNsPerSecond : 250 * kNsPerMs;
    plan_.cipher = CipherKind::kNone;
    plan_.jwt_key = kDemoJwtKey;
    if (!chance_.OneIn(4)) plan_.reconnect = *Backoff::Parse(chance_.OneIn(2) ? "50ms..1s" : "200ms..3s");
    if (chance_.OneIn(2)) plan_.redirect = Redirect::kFollow;
    if (chance_.OneIn(2)) {
      const int64_t first_ms = chance_.Between(0, plan_.duration_ns / kNsPerMs / 2);
      plan_.storm = *StormList::Parse(
          fmt::format("{}ms:{}%{}", first_ms, chance_.Between(1, 100), chance_.OneIn(2) ? ":close" : ""));
    }
    stamped_ = seed % 2 == 0;
    if (stamped_) {
      plan_.push = PushMode::kStamp;
      plan_.push_to = *PushAudience::Parse("peer");
      plan_.push_wait_ns = 100 * kNsPerMs;
      return;
    }
    if (chance_.OneIn(3)) plan_.session = *Lifetime::Parse(chance_.OneIn(2) ? "exp:1s" : "uniform:200ms-2s");
    if (chance_.OneIn(3)) plan_.churn = *Rate::Parse("7/s");
    if (chance_.OneIn(4)) plan_.devices = 2;
    if (plan_.clients >= 10 && chance_.OneIn(2)) {
      plan_.awkward = *AwkwardList::Parse("cut:20%,no-ack:10%,bad-token:10%,split-frame:10%:300ms");
    }
    if (chance_.OneIn(3)) plan_.size = *MessageSizes::Parse("exp:200");
    if (chance_.OneIn(3)) plan_.retry = static_cast<int32_t>(chance_.Between(1, 2));
    if (chance_.OneIn(5)) {
      plan_.clients_stages = *StageList::Parse(fmt::format("1s:{},2s:1,1s:@{}", plan_.clients, plan_.clients));
    }
    if (chance_.OneIn(6)) {
      plan_.model = LoadModel::kClosed;
      plan_.mps = 0;
      plan_.arrivals = Arrivals::kConstant;
      plan_.in_flight = static_cast<int32_t>(chance_.Between(1, 3));
    }
  }

  /// What servers do: they refuse, break off, redirect; and what becomes of hosts.
  std::multimap<int64_t, std::function<void()>> Faults() {
    std::multimap<int64_t, std::function<void()>> faults;
    const auto moment = [this] { return chance_.Between(0, 10'000) * kNsPerMs; };
    for (auto& owned : hosts_) {
      Host* host = owned.get();
      FakeGateway* gateway = &host->gateway();
      for (int64_t left = chance_.Between(0, 4); left > 0; --left) {
        const int64_t index = chance_.Between(0, 40);
        const int64_t at_ns = moment();
        switch (chance_.Between(0, 3)) {
          case 0:
            faults.emplace(at_ns, [gateway] {
              for (int i = 0; i < 500; ++i) gateway->Break(i, kReset);
            });
            break;
          case 1:
            faults.emplace(at_ns, [gateway] { gateway->refuse_dial = [](int) { return std::string("refused"); }; });
            faults.emplace(at_ns + chance_.Between(100, 4'000) * kNsPerMs, [gateway] { gateway->refuse_dial = {}; });
            break;
          case 2:
            faults.emplace(at_ns, [gateway, index] {
              for (int i = 0; i < 500; i += 3) gateway->Redirect(i, Elsewhere(9'000 + index));
            });
            break;
          default:
            faults.emplace(at_ns, [gateway, index] { gateway->Break(static_cast<int>(index), kReset); });
        }
      }
      if (!chance_.OneIn(4)) continue;
      const int64_t at_ns = moment();
      switch (chance_.Between(0, 3)) {
        case 0:
          faults.emplace(at_ns, [host] { host->Crash(); });
          break;
        case 1:
          faults.emplace(at_ns, [host] { host->Freeze(); });
          faults.emplace(at_ns + chance_.Between(50, 6'000) * kNsPerMs, [host] { host->Thaw(); });
          break;
        case 2:
          faults.emplace(at_ns, [host] { host->Drain(); });
          break;
        default:
          faults.emplace(at_ns, [host] { host->Break(true, true); });
      }
    }
    return faults;
  }

  Chance chance_;
  ManualEventLoop loop_;
  const PushStamps stamps_;
  RunPlan plan_;
  bool stamped_ = false;
  RunCoordinator::Limits limits_;
  std::map<int64_t, int64_t> due_us_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::unique_ptr<RunCoordinator> coordinator_;
  std::optional<RunResult> result_;
};

/// No load without a lease; and what is stamped leaves once, at its due time of the one-agent schedule.
void CheckLoad(const Run& run) {
  for (const auto& host : run.hosts()) {
    for (const Host::Sent& sent : host->sent()) ASSERT_LE(sent.sent_ns, sent.lease_until_ns) << "after the lease";
  }
  if (run.plan().push == PushMode::kOff) return;
  const Schedule schedule = ScheduleOf(run.plan());
  std::map<int64_t, int64_t> due_us;
  for (int64_t i = 0; i < schedule.total(); ++i) ++due_us[schedule.OffsetNs(i) / kNsPerUs];
  for (const auto& [due, count] : run.due_us()) {
    const auto known = due_us.find(due);
    ASSERT_NE(known, due_us.end()) << "nothing is due at " << due << " us";
    ASSERT_LE(count, known->second) << "sent more than once: due at " << due << " us";
  }
}

void CheckConnections(const Run& run, const RunResult& result) {
  const ConnectionCounters& all = result.totals.counters.connections;
  EXPECT_EQ(result.totals.reconnect.count(), all.reconnected);
  EXPECT_LE(all.reconnected, all.lost);
  EXPECT_GE(all.clients_opened(), 0);
  EXPECT_LE(all.reconnected + all.replaced + all.moved, all.redialled);
  if (run.plan().storm.empty()) {
    EXPECT_FALSE(all.losses.contains("storm"));
  }
  for (size_t i = 0; i < result.agents.size(); ++i) {
    const AgentResult& agent = result.agents[i];
    if (agent.state != AgentResult::State::kDone) continue;
    const ConnectionCounters& connections = agent.totals.counters.connections;
    EXPECT_EQ(connections.active(), 0) << agent.address;
    EXPECT_EQ(connections.attempted, connections.opened + connections.failed) << agent.address;
    EXPECT_EQ(run.hosts()[i]->gateway().open(), 0) << agent.address << ": the gateway's account";
  }
}

/// What the result counts was sent, and nothing is counted twice or forgotten.
void CheckCounts(const Run& run, const RunResult& result) {
  Stats sum;
  int64_t scheduled = 0;
  for (size_t i = 0; i < result.agents.size(); ++i) {
    const AgentResult& agent = result.agents[i];
    sum.Merge(agent.totals);
    Counters counters = agent.totals.counters;
    counters.Merge(agent.warm_up.counters);
    counters.Merge(agent.awkward.counters);
    scheduled += counters.scheduled;
    EXPECT_GE(counters.open(), 0) << agent.address;
    if (agent.state != AgentResult::State::kDone) continue;
    EXPECT_EQ(counters.open(), 0) << agent.address;
    // The gateway heard of each that left, and of each that was sent again.
    EXPECT_EQ(counters.sent() + counters.retries, static_cast<int64_t>(run.hosts()[i]->sent().size())) << agent.address;
  }
  EXPECT_EQ(sum, result.totals);
  if (run.plan().model == LoadModel::kClosed) return;
  const int64_t total = ScheduleOf(run.plan()).total();
  int64_t missing = 0;
  for (const Gap& gap : result.gaps) missing += gap.messages_not_scheduled + gap.warm_up_not_scheduled;
  EXPECT_LE(scheduled + missing, total);
  const bool went_on = !result.interrupted && result.measured_ns == run.plan().duration_ns &&
                       run.policy() != AgentLossPolicy::kFail &&
                       std::none_of(result.verdict_reasons.begin(), result.verdict_reasons.end(),
                                    [](const auto& why) { return why.kind == StatementKind::kScheduleIncomplete; });
  if (went_on) {
    EXPECT_EQ(scheduled + missing, total) << "a message is nobody's, and in no gap";
  }
}

/// What the seeds lead to; the tests make sure that not all are the same.
struct Seen {
  int64_t valid = 0, lost = 0, reconnected = 0, replaced = 0, moved = 0, storms = 0, taken_over = 0, yielded = 0,
          outages = 0, retried = 0, closed = 0, awkward = 0;
};

void CheckSeed(uint64_t seed, Seen& seen) {
  SCOPED_TRACE(fmt::format("replay: WSLOAD_SIM_SEED={} build/release/tests/lives_sim_test", seed));
  Run run(seed);
  const std::optional<RunResult> result = run.CarryOut();
  CheckLoad(run);
  ASSERT_TRUE(result.has_value()) << "the run hangs";
  if (result->error.ok()) {
    CheckCounts(run, *result);
    CheckConnections(run, *result);
  }
  run.WaitUntilFree();
  CheckLoad(run);
  for (const auto& host : run.hosts()) EXPECT_TRUE(host->free());
  const Counters& totals = result->totals.counters;
  seen.valid += result->error.ok() && result->verdict == Verdict::kValid ? 1 : 0;
  seen.lost += totals.connections.lost > 0 ? 1 : 0;
  seen.reconnected += totals.connections.reconnected > 0 ? 1 : 0;
  seen.replaced += totals.connections.replaced > 0 ? 1 : 0;
  seen.moved += totals.connections.moved > 0 ? 1 : 0;
  seen.storms += totals.connections.losses.contains("storm") ? 1 : 0;
  seen.outages += result->outages.empty() ? 0 : 1;
  seen.retried += totals.success_by_retry > 0 ? 1 : 0;
  seen.closed += run.plan().model == LoadModel::kClosed ? 1 : 0;
  for (const AgentResult& agent : result->agents) {
    seen.awkward += agent.awkward.counters.success > 0 ? 1 : 0;
    seen.taken_over += agent.messages_taken_over > 0 ? 1 : 0;
    seen.yielded += agent.messages_yielded > 0 ? 1 : 0;
  }
}

class SimulatedLivesTest : public ::testing::TestWithParam<int> {};

TEST_P(SimulatedLivesTest, KeepTheirPromisesWhateverHappens) {
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
  EXPECT_GT(seen.valid, 10);
  EXPECT_GT(seen.lost, 30);
  EXPECT_GT(seen.reconnected, 30);
  EXPECT_GT(seen.replaced, 10);
  EXPECT_GT(seen.moved, 5);
  EXPECT_GT(seen.storms, 20);
  EXPECT_GT(seen.outages, 20);
  EXPECT_GT(seen.taken_over, 2);
  EXPECT_GT(seen.yielded, 2);
  EXPECT_GT(seen.closed, 2);
  EXPECT_GT(seen.awkward, 10);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SimulatedLivesTest, ::testing::Range(0, kShards));

}  // namespace
}  // namespace wsload::sim
