// A run of ten minutes with a thousand agents, on virtual time: real
// coordinator, real sessions, synthetic load.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "common/plan/phase.h"
#include "controller/result/agent_series.h"
#include "controller/result/stats_difference.h"
#include "controller/run/coordinator.h"
#include "tests/support/manual_event_loop.h"
#include "tests/support/print_statement.h"
#include "tests/support/sim_agent.h"
#include "tests/support/synthetic_load.h"

namespace wsload {
namespace {

#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(WSLOAD_THREAD_SANITIZER)
constexpr int kAgents = 1'000;
#else
constexpr int kAgents = 100;  // so that slow builds come to an end, too
#endif
constexpr int kIntervals = 600;
// By then every agent has reported all there is; what grows from there on are the points.
constexpr int kFilled = 60;

/// How far what was passed on is behind, and what the process holds.
class Watch final : public RunListener {
 public:
  explicit Watch(const ManualEventLoop& loop) : loop_(loop) {}

  void OnPhase(Phase phase) override {
    if (phase == Phase::kMeasure) started_ns_ = loop_.MonoNs();
  }
  void OnInterval(const SeriesPoint& point, const Stats&, const Stats&, const std::vector<AgentResult>&) override {
    if (point.phase != Phase::kMeasure) return;
    ++intervals;
    if (point.agents_reporting != kAgents) ++incomplete;
    const int64_t end_ns = started_ns_ + (point.interval_index + 1) * kNsPerSecond;
    most_behind_ns = std::max(most_behind_ns, loop_.MonoNs() - end_ns);
    if (intervals == kFilled || intervals == kIntervals) {
      const struct mallinfo2 heap = mallinfo2();
      heap_bytes.push_back(heap.uordblks + heap.hblkhd);
    }
  }
  void OnNotice(const Statement& notice) override { notices.push_back(notice); }

  int intervals = 0;
  int incomplete = 0;
  int64_t most_behind_ns = 0;
  std::vector<size_t> heap_bytes;
  std::vector<Statement> notices;

 private:
  const ManualEventLoop& loop_;
  int64_t started_ns_ = 0;
};

TEST(ThousandAgents, TenMinutesAreExactAndBounded) {
  // The distributions of a few reports are enough to fill the buckets of an agent; fewer samples keep the test short.
  const SyntheticLoad load({.variants = 24, .messages_per_interval = 20});
  ManualEventLoop loop;
  RunPlan plan;
  plan.clients = kAgents;
  plan.mps = kAgents * load.messages_per_interval();
  plan.duration_ns = kIntervals * kNsPerSecond;
  plan.ramp_up_ns = kNsPerSecond;
  plan.cipher_key = kDemoCipherKey;
  plan.jwt_key = kDemoJwtKey;

  std::vector<std::unique_ptr<SimAgent>> agents;
  std::vector<std::unique_ptr<AgentLink>> links;
  for (int i = 0; i < kAgents; ++i) {
    const SimAgent::Network network{.down_delay_ns = (1 + i % 7) * kNsPerMs, .up_delay_ns = (1 + i % 5) * kNsPerMs};
    agents.push_back(std::make_unique<SimAgent>(loop, "h" + std::to_string(i) + ":7400", 0, network));
    agents.back()->engine_factory = NewSyntheticEngineFactory(loop, load);
    links.push_back(agents.back()->NewLink());
  }
  Watch watch(loop);
  RunCoordinator coordinator(loop, loop.clock(), "run-1", plan, std::move(links), {}, &watch);
  std::optional<RunResult> result;
  coordinator.Start([&](RunResult finished) { result = std::move(finished); });
  loop.AdvanceBy(plan.duration_ns + 60 * kNsPerSecond);
  ASSERT_TRUE(result.has_value());

  EXPECT_EQ(result->verdict, Verdict::kValid);
  EXPECT_THAT(result->verdict_reasons, testing::IsEmpty());
  EXPECT_THAT(watch.notices, testing::IsEmpty());
  Stats seen = load.SeenByOneProcess(0, kAgents, kIntervals);
  ConnectionCounters& connections = seen.counters.connections;
  connections.attempted = connections.opened = connections.closed = plan.clients;
  EXPECT_EQ(FirstDifference(result->totals, seen), "");
  for (const double percentile : {50.0, 90.0, 99.0, 99.9, 99.99}) {
    EXPECT_EQ(result->totals.response.PercentileUs(percentile), seen.response.PercentileUs(percentile));
  }
  Stats sum;
  for (const AgentResult& agent : result->agents) sum.Merge(agent.totals);
  EXPECT_EQ(sum, seen);

  // Each interval goes out when its last report comes, complete, and leaves its point alone behind.
  EXPECT_EQ(watch.intervals, kIntervals);
  EXPECT_EQ(watch.incomplete, 0);
  EXPECT_LE(watch.most_behind_ns, 20 * kNsPerMs);
  ASSERT_EQ(watch.heap_bytes.size(), 2u);
  const int64_t agents_series_bytes = kAgents * static_cast<int64_t>(AgentSeries::kMostPoints * sizeof(AgentPoint));
  EXPECT_LE(watch.heap_bytes[1], watch.heap_bytes[0] + (kIntervals - kFilled) * 4'096 + agents_series_bytes);
}

}  // namespace
}  // namespace wsload
