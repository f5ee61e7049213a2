// Thresholds of one stage of a load: how they are written, which plans have them, and what they are held against.
#include "controller/result/threshold_stage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/util/status.h"
#include "controller/result/judging_listener.h"
#include "controller/result/threshold_judgement.h"
#include "controller/result/threshold_watch.h"
#include "tests/support/chinese_lines.h"
#include "tests/support/print_statement.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

RunPlan Staged(const char* stages = "10s:@100,peak=20s:@1000,10s:0", int64_t warm_up_s = 5) {
  RunPlan plan = SamplePlan();
  plan.mps = 0;
  plan.stages = *StageList::Parse(stages);
  plan.duration_ns = plan.stages.duration_ns();
  plan.warm_up_ns = warm_up_s * kNsPerSecond;
  return plan;
}

std::string Checked(const char* thresholds, const RunPlan& plan) {
  const auto list = ThresholdList::Parse(thresholds);
  if (!list.ok()) return TextInBoth(list.status());
  const absl::Status checked = list->CheckAgainst(plan);
  return checked.ok() ? "" : TextInBoth(checked);
}

TEST(StageThreshold, IsOfAStageByItsNameOrItsNumber) {
  const Threshold named = *Threshold::Parse(" p(99) { peak } < 200 ms");
  EXPECT_EQ(named.expression, "p(99){peak}<200ms");
  EXPECT_EQ(named.metric, "p(99){peak}");
  EXPECT_EQ(named.stage, "peak");
  EXPECT_EQ(named.phase, std::nullopt);
  EXPECT_EQ(Threshold::Parse("success_rate{stage  2}>=99%")->expression, "success_rate{stage 2}>=99%");
  const std::vector<TimelineStage> timeline = TimelineOf(Staged());
  EXPECT_EQ(StageNamed(timeline, "peak"), 2u);
  for (const char* second : {"stage 2", "stage2", "2"}) EXPECT_EQ(StageNamed(timeline, second), 2u) << second;
  EXPECT_EQ(StageNamed(timeline, "stage 3"), 3u);
  for (const char* none : {"warm-up", "stage 0", "stage 4", "pea", ""})
    EXPECT_EQ(StageNamed(timeline, none), std::nullopt);
  // A name that looks like a number is a name.
  EXPECT_EQ(StageNamed(TimelineOf(Staged("2=1s:1,1=1s:1", 0)), "1"), 1u);
}

TEST(StageThreshold, WhatNoPlanOrThisOneHasNotIsRefusedWithWhatThereIs) {
  const RunPlan plan = Staged();
  for (const char* fine : {"p(99){peak}<200ms", "service_avg{1}<1s", "lag_max{peak}<1s", "success_rate{stage 3}>99%",
                           "rate{peak}>=1000/s", "failed:timeout{peak}<=0", "unsent{peak}<1%"}) {
    EXPECT_EQ(Checked(fine, plan), "") << fine;
  }
  EXPECT_THAT(Checked("p(99){peek}<200ms", plan), HasSubstr("no stage is named peek; did you mean peak?"));
  EXPECT_THAT(Checked("p(99){night}<200ms", plan), HasSubstr("the stages are stage 1, peak, stage 3"));
  EXPECT_THAT(Checked("p(99){warm-up}<200ms", plan), HasSubstr("nothing of it is judged"));
  EXPECT_THAT(Checked("p(99){peak}<200ms", SamplePlan()), HasSubstr("the load has no stages; leave {peak} out"));
  EXPECT_THAT(Checked("rate{stage 1}>=101/s", plan), HasSubstr("the plan sends 100/s"));
  EXPECT_THAT(Checked("p(99.99){stage 1}<1s", plan), HasSubstr("takes at least 10000 messages, and 1000 are planned"));
  for (const char* unclosed : {"p(99){peak<200ms", "p(99){}<200ms", "p(99){a}b<200ms", "p(99){a}{b}<200ms"}) {
    EXPECT_THAT(Checked(unclosed, plan), HasSubstr("want a stage's name or number in braces")) << unclosed;
  }
  for (const char* other : {"connect_p(99){peak}<1s", "connections_lost{peak}<=0", "agents_lost{peak}<=0",
                            "push_p(99){peak}<1s", "heartbeat_max{peak}<1s"}) {
    EXPECT_THAT(Checked(other, plan), HasSubstr("is no figure of messages")) << other;
  }
  EXPECT_THAT(Checked("p(99)@measure{peak}<1s", plan), HasSubstr("a figure is one of a phase or of a stage"));
  EXPECT_THAT(Checked("p(99)@warm_up<1s", plan), HasSubstr("nothing but connections is judged in the warm-up"));
  EXPECT_EQ(Checked("connections_lost@warm_up<=0", plan), "");
}

Stats Messages(int64_t messages, int64_t us, int64_t failed = 0) {
  Stats stats;
  stats.counters.scheduled = messages + failed;
  stats.counters.success = messages;
  stats.counters.timeout = failed;
  if (messages > 0) stats.response.RecordUs(us, messages);
  return stats;
}

/// A watch on Staged(), whose timeline is warm-up, stage 1, peak, stage 3.
class Watched {
 public:
  explicit Watched(const char* thresholds, int64_t abort_after_s = 10)
      : watch_(*ThresholdList::Parse(thresholds), abort_after_s * kNsPerSecond, TimelineOf(Staged())) {}

  /// The second at whose end the run should end; 0: not within these.
  int Measure(int seconds, int32_t stage, const Stats& stats) {
    for (int i = 0; i < seconds; ++i) {
      ++now_;
      if (watch_.Add({.phase = Phase::kMeasure, .from_s = now_ - 1.0, .to_s = static_cast<double>(now_)}, stats,
                     {{stage, stats}})) {
        return now_;
      }
    }
    return 0;
  }
  void WarmUp(const Stats& stats) {
    watch_.Add({.phase = Phase::kWarmUp, .from_s = 0, .to_s = 5}, stats, {{0, stats}});
  }
  const ThresholdWatch& watch() const { return watch_; }

 private:
  ThresholdWatch watch_;
  int now_ = 0;
};

TEST(StageThreshold, StandsAsItsStageDoesWhileTheRunGoesOn) {
  Watched watched("p(99){peak}<200ms,rate{peak}>=900/s,p(99)<200ms");
  watched.WarmUp(Messages(100, 900'000, 50));
  watched.Measure(10, 1, Messages(100, 500'000));
  std::vector<ThresholdResult> standing = watched.watch().Standing();
  EXPECT_EQ(standing[0].value, std::nullopt) << "its stage has not begun";
  EXPECT_EQ(standing[0].passed, std::nullopt);
  EXPECT_EQ(standing[1].passed, std::nullopt);
  EXPECT_EQ(standing[2].passed, false);
  watched.Measure(4, 2, Messages(1'000, 20'000));
  standing = watched.watch().Standing();
  EXPECT_EQ(standing[0].passed, true);
  EXPECT_DOUBLE_EQ(*standing[1].value, 1'000);
}

TEST(StageThreshold, AbortsWithinItsStageAlone) {
  Watched early("p(99){peak}<200ms");
  EXPECT_EQ(early.Measure(10, 1, Messages(100, 900'000)), 0);
  EXPECT_EQ(early.Measure(20, 2, Messages(1'000, 589'000)), 20);
  EXPECT_THAT(StatementText(Language::kEnglish, *early.watch().abort_reason()),
              StartsWith("p(99){peak}<200ms was broken"));
  // What the stage began and its end cut short is over.
  Watched late("p(99){peak}<200ms");
  EXPECT_EQ(late.Measure(10, 1, Messages(100, 20'000)), 0);
  EXPECT_EQ(late.Measure(15, 2, Messages(1'000, 20'000)), 0);
  EXPECT_EQ(late.Measure(5, 2, Messages(1'000, 589'000)), 0);
  EXPECT_EQ(late.Measure(10, 3, Messages(50, 20'000)), 0);
}

TEST(StageThreshold, NothingOfAWarmUpCountsButItsConnections) {
  Watched watched("failed<=0,connections_lost<=0", 1);
  Stats warm_up = Messages(100, 900'000, 50);
  warm_up.counters.connections = {.attempted = 10, .opened = 10, .lost = 2, .losses = {{"reset", 2}}};
  watched.WarmUp(warm_up);
  watched.Measure(1, 1, Messages(100, 20'000));
  const std::vector<ThresholdResult> standing = watched.watch().Standing();
  EXPECT_EQ(standing[0].passed, true);
  EXPECT_EQ(standing[1].passed, false);
  EXPECT_DOUBLE_EQ(*standing[1].value, 2);
}

RunResult ResultOf(const RunPlan& plan) {
  RunResult result = PerfectResult(2);
  result.plan = plan;
  result.measured_ns = plan.duration_ns;
  const std::vector<TimelineStage> timeline = TimelineOf(plan);
  const Stats stats[] = {Messages(100, 900'000, 50), Messages(1'000, 20'000), Messages(20'000, 589'000, 4),
                         Messages(5'000, 20'000)};
  for (size_t i = 0; i < timeline.size(); ++i) {
    const TimelineStage& stage = timeline[i];
    result.stages.push_back({stage.name, stage.offset_ns, stage.duration_ns, stats[i], stage.kind});
  }
  return result;
}

TEST(StageThreshold, IsJudgedByWhatTheResultHasOfTheStage) {
  const RunPlan plan = Staged();
  const ThresholdWatch watch(
      *ThresholdList::Parse("p(99){peak}<200ms,p(99){stage 1}<200ms,rate{2}>=1000/s,failed{peak}<=0,failed{3}<=0"), 0,
      TimelineOf(plan));
  RunResult result = ResultOf(plan);
  std::vector<ThresholdResult> judged = watch.Judge(result);
  EXPECT_EQ(judged[0].passed, false);
  EXPECT_EQ(judged[1].passed, true);
  EXPECT_DOUBLE_EQ(*judged[2].value, 20'004 / 20.0);
  EXPECT_EQ(judged[2].passed, true);
  EXPECT_DOUBLE_EQ(*judged[3].value, 4);
  EXPECT_EQ(judged[4].passed, true);
  // Interrupted before it came to the peak's end, and to the last stage at all.
  result.interrupted = true;
  result.measured_ns = 15 * kNsPerSecond;
  result.stages.pop_back();
  judged = watch.Judge(result);
  EXPECT_DOUBLE_EQ(*judged[2].value, 20'004 / 5.0);
  EXPECT_EQ(judged[4].passed, std::nullopt);
  EXPECT_EQ(judged[4].value, std::nullopt);
}

TEST(StageThreshold, OfALoadOfOneStageIsOneOfTheWholeRun) {
  const RunPlan plan = Staged("peak=10s:@100", 0);
  EXPECT_EQ(Checked("p(99){peak}<200ms", plan), "");
  ThresholdWatch watch(*ThresholdList::Parse("failed{peak}<=0"), 0, TimelineOf(plan));
  watch.Add({.phase = Phase::kMeasure, .from_s = 0, .to_s = 1}, Messages(90, 1'000, 10));
  EXPECT_EQ(watch.Standing()[0].passed, false);
}

}  // namespace
}  // namespace wsload
