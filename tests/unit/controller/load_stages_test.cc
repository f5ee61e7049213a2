// The stages of a load as lines, columns and documents show them.
#include "controller/output/load_stages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "controller/output/console_reporter.h"
#include "controller/output/console_summary.h"
#include "controller/output/live_json.h"
#include "controller/output/plan_text.h"
#include "controller/output/timeseries_csv.h"
#include "tests/support/direct_feed.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;

RunPlan Staged() {
  RunPlan plan = SamplePlan();
  plan.mps = 0;
  plan.stages = *StageList::Parse("2s:@100,peak=3s:@1000");
  plan.duration_ns = plan.stages.duration_ns();
  plan.warm_up_ns = 2 * kNsPerSecond;
  return plan;
}

/// One agent's run of Staged(), told to an output as it goes on.
class StagedRun {
 public:
  explicit StagedRun(RunOutput& output, RunPlan plan = Staged())
      : feed_(plan.report_interval_ns, output), builder_("run", plan, SampleAgents(plan, 1), &feed_) {}

  void WarmUp(int64_t interval) { Add(Phase::kWarmUp, interval, {}, {{.stage = 0, .stats = PerfectMeasure(100)}}); }
  void Measure(int64_t interval, int32_t stage, int64_t messages) {
    Add(Phase::kMeasure, interval, PerfectMeasure(messages), {{.stage = stage, .stats = PerfectMeasure(messages)}});
  }
  /// All of it.
  RunResult CarryOut() {
    builder_.BeginPhase(Phase::kWarmUp, 1, 0);
    for (int i = 0; i < 2; ++i) WarmUp(i);
    builder_.BeginPhase(Phase::kMeasure, 1, 2 * kNsPerSecond);
    for (int i = 0; i < 5; ++i) Measure(i, i < 2 ? 1 : 2, i < 2 ? 100 : 1'000);
    builder_.EndPhases(7 * kNsPerSecond);
    return builder_.Build();
  }

 private:
  void Add(Phase phase, int64_t interval, const Stats& delta, const StatsByStage& stages) {
    const absl::Status added = builder_.AddInterval(0, phase, interval, delta, {}, stages);
    EXPECT_TRUE(added.ok()) << added;
  }

  DirectFeed feed_;
  ResultBuilder builder_;
};

/// Keeps what it is told.
class Kept final : public RunOutput {
 public:
  void OnInterval(const SharedSnapshot& interval) override { snapshots.push_back(interval); }
  void OnEnd(const RunResult&) override {}
  std::vector<SharedSnapshot> snapshots;
};

TEST(LoadStages, KnowWhichOneRunsAndForHowLong) {
  const LoadStages stages(Staged());
  EXPECT_TRUE(stages.any());
  EXPECT_EQ(stages.At(Phase::kConnect, 0.5), nullptr);
  EXPECT_EQ(stages.At(Phase::kDrain, 0.5), nullptr);
  ASSERT_NE(stages.At(Phase::kWarmUp, 2.5), nullptr);
  EXPECT_EQ(stages.At(Phase::kWarmUp, 2.5)->name, "warm-up");
  EXPECT_EQ(stages.At(Phase::kMeasure, 0)->name, "stage 1");
  EXPECT_EQ(stages.At(Phase::kMeasure, 1.999)->name, "stage 1");
  const TimelineStage* peak = stages.At(Phase::kMeasure, 2);
  EXPECT_EQ(peak->name, "peak");
  EXPECT_DOUBLE_EQ(stages.LeftOf(*peak, Phase::kMeasure, 2.5), 2.5);
  EXPECT_DOUBLE_EQ(stages.LeftOf(*peak, Phase::kMeasure, 9), 0);
  RunPlan even = SamplePlan();
  EXPECT_FALSE(LoadStages(even).any());
  EXPECT_EQ(LoadStages(even).At(Phase::kMeasure, 1), nullptr);
  even.warm_up_ns = kNsPerSecond;
  EXPECT_EQ(LoadStages(even).At(Phase::kMeasure, 1), nullptr) << "what is not divided has no names";
}

TEST(LoadStages, LinesSayWhichOneTheirFiguresAreOf) {
  std::vector<std::string> shown;
  ConsoleReporter reporter(Staged(), {.stats_interval_ns = kNsPerSecond},
                           [&shown](std::string_view text) { shown.emplace_back(text); });
  StagedRun(reporter).CarryOut();
  const std::string figures = "/s ok 100.0 % p50 20.1 p99 20.1 ms (last 1 s) failed 0\n";
  EXPECT_THAT(shown, ElementsAre("0:01 warming up 100.0" + figures, "0:02 warming up 100.0" + figures,
                                 "0:01 measuring stage 1 (0:01 left): 100.0" + figures,
                                 "0:02 measuring stage 1 (0:00 left): 100.0" + figures,
                                 "0:03 measuring peak (0:02 left): 1000.0" + figures,
                                 "0:04 measuring peak (0:01 left): 1000.0" + figures,
                                 "0:05 measuring peak (0:00 left): 1000.0" + figures));
}

TEST(LoadStages, StandInAColumnOfTheSeries) {
  Kept kept;
  const RunResult result = StagedRun(kept).CarryOut();
  std::vector<std::string> begins;
  std::istringstream lines(TimeseriesCsv(result));
  for (std::string line; std::getline(lines, line);) begins.push_back(line.substr(0, line.find(",1,")));
  ASSERT_EQ(begins.size(), 8u);
  EXPECT_THAT(begins[0], testing::StartsWith("phase,stage,interval,"));
  EXPECT_THAT(begins[1], testing::StartsWith("warm_up,warm-up,0"));
  EXPECT_THAT(begins[4], testing::StartsWith("measure,stage 1"));
  EXPECT_THAT(begins[5], testing::StartsWith("measure,peak,2"));
}

TEST(LoadStages, WhileTheLoadWarmsUpTheTotalsAreTheWarmUps) {
  Kept kept;
  const RunResult result = StagedRun(kept).CarryOut();
  ASSERT_EQ(kept.snapshots.size(), 7u);
  EXPECT_EQ(kept.snapshots[1]->totals.counters.success, 200);
  EXPECT_EQ(kept.snapshots[1]->agents.at(0).totals.success, 200);
  EXPECT_EQ(kept.snapshots[1]->point.delta.success, 100);
  EXPECT_EQ(kept.snapshots[2]->totals.counters.success, 100) << "it begins anew";
  EXPECT_EQ(kept.snapshots[2]->agents.at(0).totals.success, 100);
  const std::vector<StagePoint>& stages = kept.snapshots.back()->stages;
  ASSERT_EQ(stages.size(), 3u);
  EXPECT_EQ(stages[2].counters.success, 3'000);
  EXPECT_EQ(stages[2].response, LatencyPoint::Of(PerfectMeasure(1).response));
  EXPECT_EQ(result.totals.counters.success, 3'200);
}

TEST(LoadStages, ALiveIntervalHasThemAsTheyStand) {
  Kept kept;
  const RunPlan plan = Staged();
  StagedRun(kept).CarryOut();
  const auto stages_at = [&](size_t interval) {
    const IntervalSnapshot& snapshot = *kept.snapshots[interval];
    return Json::parse(
        LiveJson({plan, snapshot.point, snapshot.totals, snapshot.agents, 1, {}, snapshot.stages}))["stages"];
  };
  const Json early = stages_at(0);
  ASSERT_EQ(early.size(), 3u) << "those to come are known";
  EXPECT_EQ(early[0]["kind"], "warm_up");
  EXPECT_EQ(early[0]["measured"], false);
  EXPECT_EQ(early[0]["running"], true);
  EXPECT_EQ(early[0]["totals"]["success"], 100);
  EXPECT_EQ(early[2]["totals"]["scheduled"], 0);
  const Json late = stages_at(5);
  EXPECT_EQ(late[2]["name"], "peak");
  EXPECT_EQ(late[2]["running"], true);
  EXPECT_EQ(late[2]["totals"]["scheduled"], 2'000);
  EXPECT_EQ(late[2]["latency_us"]["response"]["p99"], LatencyPoint::Of(PerfectMeasure(1).response).p99_us);
  const RunPlan even = SamplePlan();
  EXPECT_EQ(Json::parse(LiveJson({even, {}, {}, {}}))["stages"], Json::array());
}

TEST(LoadStages, TheSummaryHasALineForEach) {
  Kept kept;
  const RunResult result = StagedRun(kept).CarryOut();
  const std::string english = ConsoleSummary(Language::kEnglish, result);
  EXPECT_THAT(english, HasSubstr("warm-up (in no other figure)"));
  EXPECT_THAT(english, HasSubstr("5s in all after a warm-up of 2s"));
  EXPECT_THAT(english, HasSubstr("total messages         3200"));
  EXPECT_THAT(ConsoleSummary(Language::kChinese, result), HasSubstr("预热（不计入其他指标）"));
  RunPlan even = SamplePlan();
  even.warm_up_ns = 500 * kNsPerMs;
  EXPECT_EQ(LoadText(Language::kEnglish, even), "100 msg/s for 2s after a warm-up of 500ms");
  EXPECT_EQ(LoadText(Language::kChinese, even), "每秒 100 条消息，持续 2s，此前预热 500ms");
}

}  // namespace
}  // namespace wsload
