#include "controller/result/result_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <random>

#include "common/plan/phase.h"
#include "common/stats/figure_list.h"
#include "common/stats/stats_proto.h"
#include "common/util/status.h"
#include "tests/support/print_statement.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RecordingListener : public RunListener {
 public:
  void OnPhase(Phase phase) override { phases.push_back(phase); }
  void OnInterval(const SeriesPoint& point, const Stats& delta, const Stats&,
                  const std::vector<AgentResult>& agents) override {
    points.push_back(point);
    of_agents.emplace_back();
    for (const AgentResult& agent : agents) of_agents.back().push_back(agent.interval);
    sum.Merge(delta);
  }
  void OnNotice(const Statement& notice) override { notices.push_back(notice); }

  std::vector<Phase> phases;
  std::vector<SeriesPoint> points;
  std::vector<std::vector<std::optional<AgentPoint>>> of_agents;  ///< with each point
  std::vector<Statement> notices;
  Stats sum;
};

Stats RandomStats(std::mt19937_64& random) {
  Stats stats;
  for (const CounterInfo& row : kCounters) {
    if (row.counted()) stats.counters.*row.field = random() % 50;
  }
  stats.counters.connections.opened = random() % 20;
  stats.counters.connections.attempted = stats.counters.connections.opened + 1;
  stats.counters.connections.failed = 1;
  stats.counters.connections.failures["http_" + std::to_string(400 + random() % 4)] = 1;
  for (const HistogramInfo& row : kHistograms) {
    Histogram& histogram = stats.*row.field;
    for (uint64_t i = random() % 30; i > 0; --i) histogram.RecordUs(static_cast<int64_t>(random() % 5'000'000));
  }
  return stats;
}

struct Event {
  int agent;
  Phase phase;
  int64_t interval;
  Stats delta;
};

TEST(ResultBuilder, TellsWhatEachAgentDidInTheIntervalHoweverFarItIsAhead) {
  const RunPlan plan = SamplePlan();
  RecordingListener listener;
  ResultBuilder builder("run", plan, SampleAgents(plan, 2), &listener);
  const auto add = [&](int agent, int64_t interval, int64_t messages) {
    ASSERT_TRUE(builder.AddInterval(agent, Phase::kMeasure, interval, PerfectMeasure(messages)).ok());
  };
  add(0, 0, 10);
  add(0, 1, 11);
  EXPECT_THAT(listener.points, IsEmpty());
  add(1, 0, 20);
  add(1, 2, 22);
  builder.AgentFailed(0, AgentResult::State::kLost, "gone");
  ASSERT_EQ(listener.of_agents.size(), 3u);
  const auto success = [&](size_t point, size_t agent) {
    const std::optional<AgentPoint>& of_agent = listener.of_agents[point][agent];
    return of_agent.has_value() ? of_agent->success : -1;
  };
  EXPECT_THAT((std::array{success(0, 0), success(0, 1)}), ElementsAre(10, 20));
  EXPECT_THAT((std::array{success(1, 0), success(1, 1)}), ElementsAre(11, -1)) << "it has left that one out";
  EXPECT_THAT((std::array{success(2, 0), success(2, 1)}), ElementsAre(-1, 22)) << "it is lost";
  const RunResult result = builder.Build();
  ASSERT_EQ(result.agents[1].series.points().size(), 3u);
  EXPECT_EQ(result.agents[1].series.points()[1], AgentPoint());
  EXPECT_EQ(result.agents[1].series.points()[2].success, 22);
}

// The property that everything rests on: however the agents' reports
// interleave, the result is that of one process that saw every sample.
TEST(ResultBuilder, MergesAgentsAsIfOneProcessHadSeenAll) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    const int agents = 1 + static_cast<int>(random() % 5);
    RunPlan plan = SamplePlan();
    RecordingListener listener;
    ResultBuilder builder("run", plan, SampleAgents(plan, agents), &listener);

    std::vector<std::vector<Event>> streams(agents);
    std::map<std::pair<Phase, int64_t>, Stats> expected_points;
    std::vector<Stats> expected_agents(agents);
    Stats expected;
    for (int agent = 0; agent < agents; ++agent) {
      for (const Phase phase : {Phase::kConnect, Phase::kMeasure, Phase::kDrain}) {
        const int64_t intervals = static_cast<int64_t>(random() % 6);
        for (int64_t i = 0; i < intervals; ++i) {
          Event event{agent, phase, i, RandomStats(random)};
          expected.Merge(event.delta);
          expected_agents[agent].Merge(event.delta);
          expected_points[{phase, i}].Merge(event.delta);
          // As it comes over the wire, or from inside the process.
          if (random() % 2 == 0) event.delta = FromProto(ToProto(event.delta)).value();
          streams[agent].push_back(std::move(event));
        }
      }
    }
    std::vector<size_t> next(agents, 0);
    for (int running = agents; running > 0;) {
      const int agent = static_cast<int>(random() % agents);
      if (next[agent] > streams[agent].size()) continue;
      if (next[agent] == streams[agent].size()) {
        EXPECT_TRUE(builder.AgentDone(agent, expected_agents[agent], {}, "").ok());
        ++next[agent];
        --running;
        continue;
      }
      const Event& event = streams[agent][next[agent]++];
      ASSERT_TRUE(builder.AddInterval(agent, event.phase, event.interval, event.delta).ok());
    }
    const RunResult result = builder.Build();

    EXPECT_EQ(result.totals, expected) << "seed " << seed;
    EXPECT_EQ(listener.sum, expected);
    for (int agent = 0; agent < agents; ++agent) EXPECT_EQ(result.agents[agent].totals, expected_agents[agent]);
    ASSERT_EQ(result.series.size(), expected_points.size());
    Counters phases;
    for (const PhaseTimes& phase : result.phases) phases.Merge(phase.delta);
    EXPECT_EQ(phases, expected.counters);
    size_t k = 0;
    for (const auto& [position, stats] : expected_points) {
      const SeriesPoint& point = result.series[k++];
      EXPECT_EQ(std::pair(point.phase, point.interval_index), position);
      EXPECT_EQ(point.delta, stats.counters);
      for (size_t i = 0; i < kHistograms.size(); ++i) {
        EXPECT_EQ(point.latencies[i], LatencyPoint::Of(stats.*kHistograms[i].field)) << kHistograms[i].name.shown;
      }
    }
  }
}

class TwoAgents : public ::testing::Test {
 protected:
  Stats Messages(int64_t count) { return PerfectMeasure(count); }

  RunPlan plan_ = SamplePlan();
  RecordingListener listener_;
  ResultBuilder builder_{"run", plan_, SampleAgents(plan_, 2), &listener_};
};

TEST_F(TwoAgents, WaitForTheSlowerOne) {
  ASSERT_TRUE(builder_.AddInterval(0, Phase::kMeasure, 0, Messages(5)).ok());
  ASSERT_TRUE(builder_.AddInterval(0, Phase::kMeasure, 1, Messages(6)).ok());
  EXPECT_THAT(listener_.points, IsEmpty());
  ASSERT_TRUE(builder_.AddInterval(1, Phase::kMeasure, 0, Messages(7)).ok());
  ASSERT_EQ(listener_.points.size(), 1u);
  EXPECT_EQ(listener_.points[0].delta.success, 12);
  EXPECT_EQ(listener_.points[0].agents_reporting, 2);
  EXPECT_DOUBLE_EQ(listener_.points[0].elapsed_s, 1.0);
}

TEST_F(TwoAgents, AnAgentAheadInThePhasesHoldsNothingBack) {
  ASSERT_TRUE(builder_.AddInterval(0, Phase::kMeasure, 0, Messages(5)).ok());
  ASSERT_TRUE(builder_.AddInterval(0, Phase::kDrain, 0, Messages(0)).ok());
  ASSERT_TRUE(builder_.AddInterval(1, Phase::kMeasure, 0, Messages(5)).ok());
  ASSERT_TRUE(builder_.AddInterval(1, Phase::kMeasure, 1, Messages(5)).ok());
  ASSERT_EQ(listener_.points.size(), 2u);
  EXPECT_EQ(listener_.points[1].agents_reporting, 1);
}

TEST_F(TwoAgents, ALostAgentFreesTheIntervalsAndKeepsItsCounts) {
  ASSERT_TRUE(builder_.AddInterval(0, Phase::kMeasure, 0, Messages(5)).ok());
  ASSERT_TRUE(builder_.AddInterval(1, Phase::kMeasure, 0, Messages(7)).ok());
  ASSERT_TRUE(builder_.AddInterval(0, Phase::kMeasure, 1, Messages(5)).ok());
  builder_.AgentFailed(1, AgentResult::State::kLost, "connection reset");
  ASSERT_EQ(listener_.points.size(), 2u);
  EXPECT_THAT(listener_.notices, ElementsAre(Statement{StatementKind::kAgentLost, {"connection reset"}, "h2:7400"}));
  EXPECT_EQ(builder_.AddInterval(1, Phase::kMeasure, 1, Messages(1)).code(), absl::StatusCode::kFailedPrecondition);
  const RunResult result = builder_.Build();
  EXPECT_EQ(result.totals.counters.success, 17);
  EXPECT_EQ(result.agents[1].totals.counters.success, 7);
  EXPECT_EQ(result.verdict, Verdict::kDegraded);
}

TEST_F(TwoAgents, RefusesRepeatedAndBackwardIntervals) {
  ASSERT_TRUE(builder_.AddInterval(0, Phase::kMeasure, 1, Messages(5)).ok());
  EXPECT_EQ(builder_.AddInterval(0, Phase::kMeasure, 1, Messages(5)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(builder_.AddInterval(0, Phase::kMeasure, 0, Messages(5)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(builder_.AddInterval(0, Phase::kConnect, 9, Messages(5)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(builder_.AddInterval(0, Phase::kDrain, -1, Messages(5)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(builder_.AddInterval(0, Phase::kDrain, std::numeric_limits<int64_t>::max(), Messages(5)).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(builder_.totals().counters.success, 5);
}

TEST_F(TwoAgents, TotalsThatAreNotTheSumOfTheReportsLoseTheAgent) {
  ASSERT_TRUE(builder_.AddInterval(0, Phase::kMeasure, 0, Messages(100)).ok());
  Stats claimed = Messages(100);
  claimed.counters.success = 101;
  const absl::Status status = builder_.AgentDone(0, claimed, {}, "");
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(Text(status)), HasSubstr("success is 101, the reports add up to 100"));
  const RunResult result = builder_.Build();
  EXPECT_EQ(result.agents[0].state, AgentResult::State::kLost);
  EXPECT_EQ(result.agents[0].totals.counters.success, 100);
  EXPECT_EQ(result.verdict, Verdict::kDegraded);
}

TEST_F(TwoAgents, HistogramsAreReconciledToo) {
  ASSERT_TRUE(builder_.AddInterval(0, Phase::kMeasure, 0, Messages(3)).ok());
  Stats claimed = Messages(3);
  claimed.push.RecordUs(7);
  EXPECT_THAT(std::string(Text(builder_.AgentDone(0, claimed, {}, ""))), HasSubstr("push sample count is 1"));
}

TEST_F(TwoAgents, ASecondEndIsIgnored) {
  EXPECT_TRUE(builder_.AgentDone(0, Stats(), {}, "").ok());
  builder_.AgentFailed(0, AgentResult::State::kLost, "stream broken after the end");
  EXPECT_THAT(listener_.notices, IsEmpty());
  EXPECT_EQ(builder_.Build().agents[0].state, AgentResult::State::kDone);
}

TEST_F(TwoAgents, WithoutAnEndCountAsLost) {
  ASSERT_TRUE(builder_.AddInterval(0, Phase::kMeasure, 0, Messages(3)).ok());
  const RunResult result = builder_.Build();
  EXPECT_EQ(result.agents[0].state, AgentResult::State::kLost);
  EXPECT_EQ(result.series.size(), 1u);
  EXPECT_EQ(result.totals.counters.success, 3);
}

TEST_F(TwoAgents, AVerySlowOneDoesNotHoldMemoryAndLosesNoCount) {
  const auto bound = static_cast<int64_t>(ResultBuilder::kMaxOpenIntervals);
  Stats opened;
  opened.counters.connections.opened = 1;
  for (int64_t i = 0; i <= bound; ++i) ASSERT_TRUE(builder_.AddInterval(0, Phase::kMeasure, i, opened).ok());
  ASSERT_EQ(listener_.points.size(), 1u);
  EXPECT_EQ(listener_.points[0].agents_reporting, 1);
  ASSERT_TRUE(builder_.AddInterval(1, Phase::kMeasure, 0, opened).ok());
  ASSERT_TRUE(builder_.AgentDone(1, opened, {}, "").ok());
  const RunResult result = builder_.Build();
  EXPECT_EQ(result.series[0].agents_reporting, 2);
  EXPECT_EQ(result.series[0].delta.connections.opened, 2);
  EXPECT_EQ(result.series[0].active_connections, 2);
  EXPECT_EQ(result.series[1].active_connections, 3);
  EXPECT_EQ(result.totals.counters.connections.opened, bound + 2);
}

TEST_F(TwoAgents, ALostOnesConnectionsAreActiveToItsLastInterval) {
  Stats opened;
  opened.counters.connections.opened = 5;
  for (int agent : {0, 1}) ASSERT_TRUE(builder_.AddInterval(agent, Phase::kConnect, 0, opened).ok());
  for (int64_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(builder_.AddInterval(0, Phase::kMeasure, i, {}).ok());
    if (i == 0) {
      ASSERT_TRUE(builder_.AddInterval(1, Phase::kMeasure, i, {}).ok());
    }
  }
  builder_.AgentFailed(1, AgentResult::State::kLost, "gone");
  ASSERT_EQ(listener_.points.size(), 4u);
  EXPECT_EQ(listener_.points[1].active_connections, 10);
  EXPECT_EQ(listener_.points[2].active_connections, 5);
  EXPECT_EQ(listener_.points[3].active_connections, 5);
}

TEST_F(TwoAgents, AGapIsWhatWasDueAndNobodyReported) {
  ASSERT_TRUE(builder_.AddInterval(1, Phase::kMeasure, 0, Messages(30)).ok());
  Stats open = Messages(10);
  open.counters.success -= 4;
  ASSERT_TRUE(builder_.AddInterval(1, Phase::kMeasure, 1, open).ok());
  builder_.AgentFailed(1, AgentResult::State::kLost, "gone");
  EXPECT_EQ(builder_.Scheduled(1), 40);
  builder_.AddGap(1, 1'400 * kNsPerMs, 1'700 * kNsPerMs, 55);
  builder_.AddGap(0, kNsPerSecond, kNsPerSecond, 0);
  const RunResult result = builder_.Build();
  ASSERT_EQ(result.gaps.size(), 1u) << "an agent that left nothing out has no gap";
  EXPECT_EQ(result.gaps[0].agent, "h2:7400");
  EXPECT_EQ(result.gaps[0].from_ns, 1'400 * kNsPerMs);
  EXPECT_EQ(result.gaps[0].to_ns, 1'700 * kNsPerMs);
  EXPECT_EQ(result.gaps[0].messages_not_scheduled, 15);
  EXPECT_EQ(result.gaps[0].unaccounted, 4);
  EXPECT_EQ(result.verdict, Verdict::kDegraded);
}

TEST(ResultBuilder, PhasesHaveTheirTimesAndCounts) {
  const RunPlan plan = SamplePlan();
  const std::vector<AgentResult> agents = SampleAgents(plan, 3);
  RecordingListener listener;
  ResultBuilder builder("run", plan, agents, &listener);
  ReportPerfectRun(builder, agents);
  const RunResult result = builder.Build();
  EXPECT_THAT(listener.phases, ElementsAre(Phase::kConnect, Phase::kMeasure, Phase::kDrain, Phase::kClose));
  ASSERT_EQ(result.phases.size(), 4u);
  EXPECT_EQ(result.phases[0].duration_ns, kNsPerSecond);
  EXPECT_EQ(result.phases[0].delta.connections.opened, 10);
  EXPECT_EQ(result.phases[1].delta.scheduled, 200);
  EXPECT_EQ(result.phases[3].duration_ns, 10 * kNsPerMs);
  EXPECT_EQ(result.measured_ns, 2 * kNsPerSecond);
  EXPECT_DOUBLE_EQ(result.series.back().elapsed_s, 0.01);
  EXPECT_EQ(result.started_unix_ns, 1'700'000'000 * kNsPerSecond);
  EXPECT_EQ(result.connections_active_peak, 10);
  EXPECT_EQ(result.series.back().active_connections, 0);
  EXPECT_EQ(result.verdict, Verdict::kValid);
  EXPECT_THAT(result.verdict_reasons, IsEmpty());
}

TEST(ResultBuilder, AgentsThatEndAtDifferentTimesDoNotAddUp) {
  const RunPlan plan = SamplePlan();
  RecordingListener listener;
  ResultBuilder builder("run", plan, SampleAgents(plan, 2), &listener);
  const auto report = [&builder](int agent, Phase phase, int64_t wall_us) {
    ASSERT_TRUE(builder.AddInterval(agent, phase, 0, Stats(), {WorkerLoad{.wall_us = wall_us}}).ok());
  };
  report(0, Phase::kDrain, 20'000);
  report(0, Phase::kClose, 300'000);
  report(1, Phase::kDrain, 900'000);
  report(1, Phase::kClose, 100'000);
  ASSERT_EQ(listener.points.size(), 2u);
  EXPECT_DOUBLE_EQ(listener.points[0].run_clock_s, 0.9);
  EXPECT_DOUBLE_EQ(listener.points[1].run_clock_s, 1.0) << "and not the longest drain and the longest close";
}

TEST(ResultBuilder, CountsOfAPhaseThatNeverBeganHaveAPlace) {
  const RunPlan plan = SamplePlan();
  ResultBuilder builder("run", plan, SampleAgents(plan, 1), nullptr);
  ASSERT_TRUE(builder.AddInterval(0, Phase::kMeasure, 0, PerfectMeasure(3)).ok());
  const RunResult result = builder.Build();
  ASSERT_EQ(result.phases.size(), 1u);
  EXPECT_EQ(result.phases[0].delta.success, 3);
}

TEST(ResultBuilderDeathTest, BuildsOnceAndKnowsItsAgents) {
  ResultBuilder builder("run-1", RunPlan(), std::vector<AgentResult>(2), nullptr);
  EXPECT_DEATH((void)builder.AddInterval(2, Phase::kConnect, 0, Stats()), "agent 2 of 2 reports");
  builder.Build();
  EXPECT_DEATH(builder.Build(), "a result is built twice");
}

}  // namespace
}  // namespace wsload
