// A warm-up in the result: accounted for by itself, and in no other figure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/result/result_builder.h"
#include "controller/result/verdict.h"
#include "tests/support/print_statement.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

RunPlan WarmPlan() {
  RunPlan plan = SamplePlan();
  plan.warm_up_ns = kNsPerSecond;
  return plan;
}

class WarmUpResult : public ::testing::Test {
 protected:
  static constexpr int64_t kWarm = 50;

  void WarmUp(int agent, Phase phase, int64_t interval, const Stats& stats, const Stats& delta = {}) {
    const absl::Status added = builder_.AddInterval(agent, phase, interval, delta, {}, {{.stage = 0, .stats = stats}});
    ASSERT_TRUE(added.ok()) << added;
  }
  /// Both agents, in full: 100 messages warm up, and 200 are measured.
  void Report() {
    builder_.BeginPhase(Phase::kConnect, 1, 0);
    for (int agent = 0; agent < 2; ++agent) {
      ASSERT_TRUE(builder_.AddInterval(agent, Phase::kConnect, 0, PerfectConnect(agents_[agent].slice)).ok());
    }
    builder_.BeginPhase(Phase::kWarmUp, 1, kNsPerSecond);
    Stats sent = PerfectMeasure(kWarm);
    sent.counters.success -= 10;
    for (int agent = 0; agent < 2; ++agent) WarmUp(agent, Phase::kWarmUp, 0, sent);
    builder_.BeginPhase(Phase::kMeasure, 1, 2 * kNsPerSecond);
    Stats late;
    late.counters.timeout = 10;
    for (int agent = 0; agent < 2; ++agent) WarmUp(agent, Phase::kMeasure, 0, late, PerfectMeasure(100));
    builder_.BeginPhase(Phase::kClose, 1, 4 * kNsPerSecond);
    for (int agent = 0; agent < 2; ++agent) {
      ASSERT_TRUE(builder_.AddInterval(agent, Phase::kClose, 0, PerfectClose(agents_[agent].slice)).ok());
    }
    builder_.EndPhases(5 * kNsPerSecond);
  }
  void End() {
    for (int agent = 0; agent < 2; ++agent) {
      const absl::Status done =
          builder_.AgentDone(agent, builder_.AgentTotals(agent), {}, {}, builder_.AgentWarmUp(agent));
      ASSERT_TRUE(done.ok()) << done;
    }
  }

  const RunPlan plan_ = WarmPlan();
  const std::vector<AgentResult> agents_ = SampleAgents(plan_, 2);
  ResultBuilder builder_{"run", plan_, agents_, nullptr};
};

TEST_F(WarmUpResult, IsAPhaseAndAStageOfItsOwn) {
  Report();
  End();
  const RunResult result = builder_.Build();
  EXPECT_EQ(result.totals.counters.scheduled, 200);
  EXPECT_EQ(result.totals.counters.timeout, 0);
  EXPECT_EQ(result.totals.response.count(), 200);
  EXPECT_EQ(result.measured_ns, 2 * kNsPerSecond);
  ASSERT_EQ(result.stages.size(), 1u);
  const StageResult& warm_up = result.stages[0];
  EXPECT_FALSE(warm_up.measured());
  EXPECT_EQ(warm_up.duration_ns, kNsPerSecond);
  EXPECT_EQ(warm_up.stats.counters.scheduled, 100);
  EXPECT_EQ(warm_up.stats.counters.timeout, 20);
  EXPECT_EQ(warm_up.stats.counters.open(), 0);
  EXPECT_EQ(result.agents[1].warm_up.counters.timeout, 10);
  ASSERT_EQ(result.phases.size(), 4u);
  EXPECT_EQ(result.phases[1].phase, Phase::kWarmUp);
  EXPECT_EQ(result.phases[1].delta.scheduled, 100);
  EXPECT_EQ(result.phases[1].delta.timeout, 20) << "whenever it was known";
  EXPECT_EQ(result.phases[2].delta.timeout, 0);
  EXPECT_EQ(result.series[1].phase, Phase::kWarmUp);
  EXPECT_EQ(result.series[1].delta.scheduled, 100);
  EXPECT_DOUBLE_EQ(result.series[1].elapsed_s, 1);
  EXPECT_EQ(result.series[2].delta.timeout, 0) << "what is measured has no row with anything of it";
  EXPECT_THAT(result.verdict_reasons, IsEmpty()) << "failures of the warm-up are no fault of the run";
  EXPECT_EQ(result.outcome_reasons, std::vector<Statement>{});
}

TEST_F(WarmUpResult, AnAgentsTotalsOfItAreReconciledToo) {
  Report();
  Stats wrong = builder_.AgentWarmUp(0);
  ++wrong.counters.success;
  EXPECT_EQ(builder_.AgentDone(0, builder_.AgentTotals(0), {}, {}, wrong).code(), absl::StatusCode::kDataLoss);
  Stats missing = builder_.AgentTotals(1);
  missing.counters.success += 90;
  EXPECT_EQ(builder_.AgentDone(1, missing, {}, {}, builder_.AgentWarmUp(1)).code(), absl::StatusCode::kDataLoss);
}

TEST_F(WarmUpResult, HasNoConnectionsAndNoStages) {
  Stats wrong = PerfectMeasure(10);
  wrong.counters.connections.lost = 1;
  const auto refused = [&](const StatsByStage& stages, const Stats& delta = {}) {
    return std::string(builder_.AddInterval(0, Phase::kWarmUp, 0, delta, {}, stages).message());
  };
  EXPECT_THAT(refused({{.stage = 0, .stats = wrong}}), HasSubstr("connections of the warm-up"));
  EXPECT_THAT(refused({{.stage = 1, .stats = PerfectMeasure(10)}}, PerfectMeasure(10)),
              HasSubstr("a plan that has none"));
  EXPECT_EQ(builder_.AgentWarmUp(0), Stats()) << "nothing of it is counted";
}

TEST_F(WarmUpResult, AGapTellsWhatIsMissingOfIt) {
  WarmUp(0, Phase::kWarmUp, 0, PerfectMeasure(30));
  EXPECT_EQ(builder_.Scheduled(0), 30);
  Stats open;
  open.counters.scheduled = 5;
  WarmUp(0, Phase::kMeasure, 0, open, PerfectMeasure(7));
  builder_.AddGap(0, kNsPerSecond, 3 * kNsPerSecond, 100, 50);
  builder_.AgentFailed(0, AgentResult::State::kLost, "gone");
  const RunResult result = builder_.Build();
  ASSERT_EQ(result.gaps.size(), 1u);
  EXPECT_EQ(result.gaps[0].messages_not_scheduled, 93);
  EXPECT_EQ(result.gaps[0].unaccounted, 0);
  EXPECT_EQ(result.gaps[0].warm_up_not_scheduled, 15);
  EXPECT_EQ(result.gaps[0].warm_up_unaccounted, 5);
}

}  // namespace
}  // namespace wsload
