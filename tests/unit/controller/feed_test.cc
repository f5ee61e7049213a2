#include "controller/feed/feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "common/plan/phase.h"
#include "tests/support/print_statement.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// What an output is told, and a reader that may stop reading.
class Output final : public RunOutput {
 public:
  void OnBegin() override { calls.emplace_back("begin"); }
  void OnInterval(const SharedSnapshot& interval) override {
    if (!reads) {
      stuck.set_value();
      reads_again.get_future().wait();
      reads = true;
    }
    snapshots.push_back(interval);
    calls.push_back(fmt::format("interval {}", interval->number));
  }
  void OnNotice(const Statement& notice) override { calls.emplace_back(StatementName(notice.kind)); }
  void OnEnd(const RunResult& result) override { calls.push_back("end of " + result.run_id); }

  bool reads = true;
  std::promise<void> stuck;
  std::promise<void> reads_again;
  std::vector<std::string> calls;
  std::vector<SharedSnapshot> snapshots;
};

class FeedTest : public ::testing::Test {
 protected:
  std::shared_ptr<Output> Add(OutputKind kind, bool reads = true) {
    auto output = std::make_shared<Output>();
    output->reads = reads;
    feed_.Add(kind, output);
    return output;
  }
  void Report(int64_t interval) {
    for (int agent = 0; agent < 2; ++agent) {
      ASSERT_TRUE(builder_.AddInterval(agent, Phase::kMeasure, interval, PerfectMeasure(50)).ok());
    }
  }
  bool End(OutputKind kind, int64_t patience_ns = SideThread::kForever) {
    const auto result = std::make_shared<RunResult>();
    result->run_id = "it";
    return feed_.End(kind, result, patience_ns);
  }

  const RunPlan plan_ = SamplePlan();
  Feed feed_{plan_.report_interval_ns};
  ResultBuilder builder_{"run", plan_, SampleAgents(plan_, 2), &feed_};
};

TEST_F(FeedTest, EveryOutputHearsTheWholeRun) {
  const auto files = Add(OutputKind::kFile);
  const auto people = Add(OutputKind::kPeople);
  feed_.OnNotice({StatementKind::kRunInterrupted});
  builder_.BeginPhase(Phase::kConnect, 1, 0);
  builder_.BeginPhase(Phase::kMeasure, 1, kNsPerSecond);
  Report(0);
  Report(1);
  EXPECT_TRUE(End(OutputKind::kFile));
  EXPECT_TRUE(End(OutputKind::kPeople));
  for (const auto& output : {files, people}) {
    EXPECT_THAT(output->calls, ElementsAre("run_interrupted", "begin", "interval 0", "interval 1", "end of it"));
  }
  EXPECT_EQ(files->snapshots, people->snapshots) << "one of each, shared";
}

TEST_F(FeedTest, ASnapshotHasItsIntervalAndAllBeforeIt) {
  const auto files = Add(OutputKind::kFile);
  builder_.BeginPhase(Phase::kMeasure, 1, 0);
  Report(0);
  Report(1);
  ASSERT_TRUE(End(OutputKind::kFile));
  ASSERT_EQ(files->snapshots.size(), 2u);
  const IntervalSnapshot& second = *files->snapshots[1];
  EXPECT_EQ(second.point.interval_index, 1);
  EXPECT_EQ(second.delta.response.count(), 100);
  EXPECT_EQ(second.delta.service.count(), 100);
  EXPECT_EQ(second.totals.response.count(), 200);
  EXPECT_DOUBLE_EQ(second.begin_s, 1);
  EXPECT_DOUBLE_EQ(second.duration_s, 1);
  ASSERT_EQ(second.agents.size(), 2u);
  EXPECT_EQ(second.agents[1].label, "h2:7400");
  EXPECT_EQ(second.agents[1].totals.scheduled, 100);
  EXPECT_EQ(second.agents[1].response_us_p99, PerfectMeasure(1).response.PercentileUs(99));
  EXPECT_LT(second.bytes(), 10'000u) << "no room for buckets without a sample";
}

TEST_F(FeedTest, AReaderThatStopsHoldsNobodyUp) {
  const auto files = Add(OutputKind::kFile);
  const auto people = Add(OutputKind::kPeople, /*reads=*/false);
  builder_.BeginPhase(Phase::kMeasure, 1, 0);
  Report(0);
  people->stuck.get_future().wait();
  for (int64_t i = 1; i < 100; ++i) Report(i);
  feed_.OnNotice({StatementKind::kRunInterrupted});
  EXPECT_TRUE(End(OutputKind::kFile));
  EXPECT_EQ(files->snapshots.size(), 100u);
  EXPECT_EQ(feed_.Missed(OutputKind::kFile), 0);
  EXPECT_EQ(feed_.Missed(OutputKind::kPeople), 99 - static_cast<int64_t>(Feed::kShownIntervals));
  people->reads_again.set_value();
  EXPECT_TRUE(End(OutputKind::kPeople));
  ASSERT_EQ(people->snapshots.size(), 1 + Feed::kShownIntervals);
  EXPECT_EQ(people->snapshots[1]->number, 100 - static_cast<int64_t>(Feed::kShownIntervals)) << "the newest ones";
  EXPECT_EQ(people->calls.back(), "end of it");
}

TEST_F(FeedTest, NobodyIsWaitedForWithoutEnd) {
  const auto stuck = Add(OutputKind::kPeople, /*reads=*/false);
  const auto behind = Add(OutputKind::kPeople);
  builder_.BeginPhase(Phase::kMeasure, 1, 0);
  Report(0);
  stuck->stuck.get_future().wait();
  EXPECT_FALSE(End(OutputKind::kPeople, kNsPerMs));
  stuck->reads_again.set_value();
}

TEST_F(FeedTest, OfARunWithoutOutputsNothingIsTaken) {
  builder_.BeginPhase(Phase::kMeasure, 1, 0);
  Report(0);
  EXPECT_TRUE(End(OutputKind::kPeople));
  EXPECT_EQ(feed_.Missed(OutputKind::kPeople), 0);
}

}  // namespace
}  // namespace wsload
