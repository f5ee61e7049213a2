#include "common/stats/stage_stats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/stats/stats_proto.h"
#include "wsload/v1/control.pb.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;

StageStats Stage(int32_t stage, int64_t messages, int64_t us) {
  StageStats made{.stage = stage};
  made.stats.counters.scheduled = messages;
  made.stats.counters.success = messages;
  for (int64_t i = 0; i < messages; ++i) {
    made.stats.response.RecordNs(us * 1000);
    made.stats.service.RecordNs(us * 1000);
    made.stats.send_lag.RecordNs(0);
  }
  return made;
}

Stats Sum(const StatsByStage& stages) {
  Stats sum;
  for (const StageStats& stage : stages) sum.Merge(stage.stats);
  return sum;
}

TEST(StageStats, MergeByStageInWhateverOrderTheyCome) {
  StatsByStage stages;
  MergeStages(stages, {Stage(2, 1, 10)});
  MergeStages(stages, {Stage(0, 2, 20), Stage(2, 3, 30)});
  ASSERT_EQ(stages.size(), 2u);
  EXPECT_EQ(stages[0].stage, 0);
  EXPECT_EQ(stages[0].stats.counters.scheduled, 2);
  EXPECT_EQ(stages[1].stage, 2);
  EXPECT_EQ(stages[1].stats.counters.scheduled, 4);
  EXPECT_EQ(stages[1].stats.response.count(), 4);
}

TEST(StageStats, AddUpToTheWhole) {
  const StatsByStage stages = {Stage(0, 2, 20), Stage(2, 3, 30)};
  Stats whole = Sum(stages);
  // Of no stage.
  whole.counters.heartbeats_sent = 7;
  EXPECT_TRUE(CheckStages(stages, {.count = 3}, whole).ok());
  const auto error = [&](const StatsByStage& wrong, int32_t count, const Stats& of) {
    return std::string(CheckStages(wrong, {.count = count}, of).message());
  };
  EXPECT_THAT(error(stages, 2, whole), HasSubstr("stage 2 after stage 0 of 2"));
  EXPECT_THAT(error({Stage(2, 3, 30), Stage(0, 2, 20)}, 3, whole), HasSubstr("stage 0 after stage 2 of 3"));
  EXPECT_THAT(error({Stage(-1, 3, 30)}, 3, whole), HasSubstr("stage -1 after stage -1 of 3"));
  EXPECT_THAT(error(stages, 1, whole), HasSubstr("2 stages of a plan that has none"));
  EXPECT_THAT(error({Stage(0, 2, 20)}, 3, whole), HasSubstr("scheduled is 5, and 2 over all stages"));
  EXPECT_THAT(error({Stage(0, 2, 20), Stage(2, 3, 31'000)}, 3, whole), HasSubstr("response histogram"));
}

TEST(StageStats, OneStageAloneIsTheWhole) { EXPECT_TRUE(CheckStages({}, {.count = 1}, Stage(0, 5, 10).stats).ok()); }

TEST(StageStats, AWarmUpIsBesideTheWholeAndNotInIt) {
  const StageLayout alone = {.count = 2, .warm_up = true};
  const Stats whole = Stage(1, 3, 30).stats;
  StatsByStage stages = {Stage(0, 2, 20)};
  stages[0].stats.counters.heartbeats_sent = 7;
  EXPECT_TRUE(CheckStages(stages, alone, whole).ok());
  ASSERT_NE(WarmUpOf(stages, alone), nullptr);
  EXPECT_EQ(WarmUpOf(stages, alone)->counters.scheduled, 2);
  EXPECT_EQ(WarmUpOf({}, alone), nullptr);
  EXPECT_EQ(WarmUpOf(stages, {.count = 2}), nullptr);
  EXPECT_THAT(std::string(CheckStages({Stage(1, 3, 30)}, alone, whole).message()), HasSubstr("plan that has none"));
  const StageLayout several = {.count = 3, .warm_up = true};
  EXPECT_TRUE(CheckStages({Stage(0, 2, 20), Stage(1, 3, 30)}, several, whole).ok());
  EXPECT_THAT(std::string(CheckStages({Stage(0, 3, 30)}, several, whole).message()),
              HasSubstr("scheduled is 3, and 0 over all stages"));
  stages[0].stats.counters.connections.attempted = 1;
  EXPECT_THAT(std::string(CheckStages(stages, alone, whole).message()), HasSubstr("connections of the warm-up"));
}

TEST(StageStats, AwkwardClientsAreBesideTheWholeToo) {
  const StageLayout alone = {.count = 1, .awkward = true};
  const Stats whole = Stage(0, 3, 30).stats;
  StatsByStage stages = {Stage(kAwkwardPlace, 2, 20)};
  stages[0].stats.counters.connections.attempted = 1;
  EXPECT_TRUE(CheckStages(stages, alone, whole).ok());
  ASSERT_NE(AwkwardOf(stages), nullptr);
  EXPECT_EQ(AwkwardOf(stages)->counters.scheduled, 2);
  EXPECT_EQ(WarmUpOf(stages, {.count = 2, .warm_up = true, .awkward = true}), nullptr);
  EXPECT_EQ(AwkwardOf({Stage(0, 2, 20)}), nullptr);
  EXPECT_FALSE(CheckStages(stages, {.count = 1}, whole).ok()) << "of a plan that has none";
  EXPECT_FALSE(CheckStages({stages[0], stages[0]}, alone, whole).ok());
  const StageLayout all = {.count = 3, .warm_up = true, .awkward = true};
  EXPECT_TRUE(CheckStages({Stage(0, 7, 1), Stage(1, 3, 30), stages[0]}, all, whole).ok());
  EXPECT_FALSE(CheckStages({stages[0], Stage(1, 3, 30)}, all, whole).ok()) << "out of order";
}

TEST(StageStats, TravelAsTheyAre) {
  const StatsByStage stages = {Stage(0, 2, 20), Stage(2, 3, 30)};
  v1::Report report;
  ToProto(stages, report.mutable_stages());
  const auto read = FromProto(report.stages());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, stages);
  report.mutable_stages(1)->mutable_stats()->mutable_counters()->set_success(-1);
  EXPECT_THAT(std::string(FromProto(report.stages()).status().message()), HasSubstr("stage 2: "));
}

}  // namespace
}  // namespace wsload
