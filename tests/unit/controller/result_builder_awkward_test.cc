// Clients that behave badly, in the result: accounted for by themselves, and in no other figure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/result/result_builder.h"
#include "controller/result/verdict.h"
#include "tests/support/print_statement.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AwkwardResult : public ::testing::Test {
 protected:
  static RunPlan Plan() {
    RunPlan plan = SamplePlan();
    plan.awkward = *AwkwardList::Parse("bad-token:20%");
    return plan;
  }

  static StatsByStage Theirs(const Stats& stats) { return {{.stage = kAwkwardPlace, .stats = stats}}; }

  void Add(Phase phase, const Stats& delta, const Stats& theirs) {
    const absl::Status added = builder_.AddInterval(0, phase, 0, delta, {}, Theirs(theirs));
    ASSERT_TRUE(added.ok()) << added;
  }

  /// Eight clients that behave well and send 160 messages, and two whose dials the server refuses, or takes.
  void Report(bool refused) {
    Stats dialled;
    dialled.counters.connections.attempted = 2;
    if (refused) {
      dialled.counters.connections.failed = 2;
      dialled.counters.connections.failures = {{"http_401", 2}};
    } else {
      dialled.counters.connections.opened = 2;
    }
    Slice well_behaved = agents_[0].slice;
    well_behaved.clients.count = 8;
    builder_.BeginPhase(Phase::kConnect, 1, 0);
    Add(Phase::kConnect, PerfectConnect(well_behaved), dialled);
    builder_.BeginPhase(Phase::kMeasure, 1, kNsPerSecond);
    Stats late = PerfectMeasure(refused ? 0 : 40);
    late.counters.success = 0;
    late.counters.timeout = late.counters.scheduled;
    Add(Phase::kMeasure, PerfectMeasure(refused ? 200 : 160), late);
    builder_.BeginPhase(Phase::kClose, 1, 3 * kNsPerSecond);
    Stats closed;
    closed.counters.connections.closed = refused ? 0 : 2;
    Add(Phase::kClose, PerfectClose(well_behaved), closed);
    builder_.EndPhases(4 * kNsPerSecond);
  }

  RunResult End() {
    const absl::Status done = builder_.AgentDone(0, builder_.AgentTotals(0), {}, {}, {}, builder_.AgentAwkward(0));
    EXPECT_TRUE(done.ok()) << done;
    return builder_.Build();
  }

  const RunPlan plan_ = Plan();
  const std::vector<AgentResult> agents_ = SampleAgents(plan_, 1);
  ResultBuilder builder_{"run", plan_, agents_, nullptr};
};

TEST_F(AwkwardResult, WhoIsRefusedIsNotMissing) {
  Report(/*refused=*/true);
  const RunResult result = End();
  EXPECT_THAT(result.verdict_reasons, IsEmpty());
  EXPECT_EQ(result.verdict, Verdict::kValid);
  EXPECT_EQ(result.totals.counters.connections.attempted, 8);
  EXPECT_EQ(result.totals.counters.success, 200);
  EXPECT_EQ(result.awkward.counters.connections.failures, (CauseCounts{{"http_401", 2}}));
  EXPECT_EQ(result.agents[0].awkward.counters.connections.failed, 2);
  EXPECT_THAT(result.stages, IsEmpty());
}

TEST_F(AwkwardResult, WhatBefallsThemIsInNoFigureOfTheRun) {
  Report(/*refused=*/false);
  EXPECT_EQ(builder_.Scheduled(0), 200);
  const RunResult result = End();
  EXPECT_THAT(result.verdict_reasons, IsEmpty()) << "all of the schedule is there";
  EXPECT_EQ(result.totals.counters.scheduled, 160);
  EXPECT_EQ(result.totals.counters.timeout, 0);
  EXPECT_EQ(result.awkward.counters.timeout, 40);
  EXPECT_EQ(result.connections_active_peak, 8);
  for (const SeriesPoint& point : result.series) EXPECT_EQ(point.delta.timeout, 0);
  for (const PhaseTimes& phase : result.phases) EXPECT_EQ(phase.delta.timeout, 0);
}

TEST_F(AwkwardResult, DescriptorsThatTheyLackAreTheGenerators) {
  Report(/*refused=*/false);
  RunResult result = End();
  result.awkward.counters.connections.failures = {{"no_descriptors", 1}};
  EXPECT_EQ(Judge(result).verdict, Verdict::kGeneratorLimited);
}

TEST_F(AwkwardResult, AnAgentsTotalsOfThemAreReconciledToo) {
  Report(/*refused=*/false);
  Stats wrong = builder_.AgentAwkward(0);
  ++wrong.counters.success;
  const absl::Status done = builder_.AgentDone(0, builder_.AgentTotals(0), {}, {}, {}, wrong);
  EXPECT_EQ(done.code(), absl::StatusCode::kDataLoss);
}

TEST_F(AwkwardResult, AGapIsWhatNeitherHasTold) {
  Stats open = PerfectMeasure(10);
  open.counters.scheduled += 3;
  Add(Phase::kMeasure, PerfectMeasure(40), open);
  builder_.AddGap(0, kNsPerSecond, 2 * kNsPerSecond, 100);
  builder_.AgentFailed(0, AgentResult::State::kLost, "gone");
  const RunResult result = builder_.Build();
  ASSERT_EQ(result.gaps.size(), 1u);
  EXPECT_EQ(result.gaps[0].messages_not_scheduled, 47);
  EXPECT_EQ(result.gaps[0].unaccounted, 3);
  EXPECT_THAT(result.verdict_reasons, Contains(Statement{StatementKind::kUnaccounted, {3}, "h1:7400"}));
}

TEST(AwkwardResultOfAnotherPlan, IsRefused) {
  const RunPlan plan = SamplePlan();
  ResultBuilder builder("run", plan, SampleAgents(plan, 1), nullptr);
  const absl::Status added =
      builder.AddInterval(0, Phase::kMeasure, 0, {}, {}, {{.stage = kAwkwardPlace, .stats = PerfectMeasure(1)}});
  EXPECT_THAT(std::string(added.message()), HasSubstr("a plan that has none"));
}

}  // namespace
}  // namespace wsload
