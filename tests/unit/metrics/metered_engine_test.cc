#include "agent/metrics/metered_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/plan/phase.h"
#include "common/util/status.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;

std::string Name(const Statement& statement) { return std::string(StatementName(statement.kind)); }

/// Notes calls; the test makes the upcalls.
struct EngineLog {
  std::vector<std::string> calls;
  LoadEngineObserver* upcalls = nullptr;
  bool alive = false;
};

class NotedEngine final : public LoadEngine {
 public:
  explicit NotedEngine(EngineLog& log) : log_(log) { log_.alive = true; }
  ~NotedEngine() override { log_.alive = false; }
  void Connect(int64_t at) override { log_.calls.push_back(fmt::format("connect {}", at)); }
  void Start(int64_t at) override { log_.calls.push_back(fmt::format("start {}", at)); }
  void Stop(const Statement& reason) override { log_.calls.push_back("stop " + Name(reason)); }
  void SetLease(int64_t until) override { log_.calls.push_back(fmt::format("lease {}", until)); }
  void TakeOver(const Slice& share, int64_t from) override {
    log_.calls.push_back(fmt::format("take over {} from {}", share.clients.count, from));
  }
  void YieldFrom(int64_t from) override { log_.calls.push_back(fmt::format("yield from {}", from)); }
  int workers() const override { return 3; }

 private:
  EngineLog& log_;
};

class Session final : public LoadEngineObserver {
 public:
  void OnReady(int64_t opened, int64_t failed) override { heard.push_back(fmt::format("ready {} {}", opened, failed)); }
  void OnInterval(IntervalReport report) override {
    heard.push_back(fmt::format("interval {} {}", report.interval_index, report.delta.counters.scheduled));
  }
  void OnStarved() override { heard.push_back("starved"); }
  void OnYielded(int64_t from) override { heard.push_back(fmt::format("yielded {}", from)); }
  void OnDone(FinalReport report) override {
    heard.push_back("done " + (report.stopped_early ? Name(*report.stopped_early) : ""));
  }

  std::vector<std::string> heard;
};

class MeteredEngineTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<LoadEngine>> Make(int64_t clients = 7) {
    const auto inner = [this](const std::string& run_id, const RunPlan&, const Slice&,
                              LoadEngineObserver& observer) -> absl::StatusOr<std::unique_ptr<LoadEngine>> {
      if (run_id != "run-1") return InvalidArgument("no such run");
      log_.upcalls = &observer;
      return std::make_unique<NotedEngine>(log_);
    };
    Slice slice;
    slice.clients.count = clients;
    return NewMeteredEngineFactory(inner, metrics_)(run_id_, plan_, slice, session_);
  }

  std::string run_id_ = "run-1";
  RunPlan plan_;
  EngineLog log_;
  Session session_;
  AgentMetrics metrics_;
};

TEST_F(MeteredEngineTest, HandsEverythingOnAndCountsWhatIsReported) {
  auto engine = Make();
  ASSERT_TRUE(engine.ok());
  EXPECT_EQ((*engine)->workers(), 3);
  (*engine)->SetLease(1'000);
  (*engine)->Connect(10);
  log_.upcalls->OnReady(6, 1);
  (*engine)->Start(20);
  Slice share;
  share.clients.count = 2;
  (*engine)->TakeOver(share, 30);
  log_.upcalls->OnStarved();
  (*engine)->YieldFrom(40);
  log_.upcalls->OnYielded(41);
  IntervalReport report{.phase = Phase::kMeasure, .interval_index = 4};
  report.delta.counters.scheduled = 11;
  log_.upcalls->OnInterval(report);
  (*engine)->Stop({StatementKind::kAgentLeaving, {"enough"}});
  EXPECT_THAT(log_.calls, ElementsAre("lease 1000", "connect 10", "start 20", "take over 2 from 30", "yield from 40",
                                      "stop agent_leaving"));
  EXPECT_THAT(session_.heard, ElementsAre("ready 6 1", "starved", "yielded 41", "interval 4 11"));
  const AgentFigures figures = metrics_.Read();
  ASSERT_TRUE(figures.run.has_value());
  EXPECT_EQ(figures.run->clients, 9);
  EXPECT_EQ(figures.run->lease_until_mono_ns, 1'000);
  EXPECT_EQ(figures.totals.scheduled, 11);
}

TEST_F(MeteredEngineTest, CountsWhatWarmedUpWithTheRest) {
  plan_.warm_up_ns = kNsPerSecond;
  auto engine = Make();
  ASSERT_TRUE(engine.ok());
  IntervalReport report{.phase = Phase::kWarmUp};
  report.stages = {{.stage = 0}};
  report.stages[0].stats.counters.scheduled = 7;
  log_.upcalls->OnInterval(report);
  report = {.phase = Phase::kMeasure};
  report.delta.counters.scheduled = 11;
  log_.upcalls->OnInterval(report);
  EXPECT_EQ(metrics_.Read().totals.scheduled, 18) << "an agent's metrics are of all that it did";
}

TEST_F(MeteredEngineTest, ARunEndsAsItsEngineSaysAndNotBeforeItIsGone) {
  struct Case {
    std::optional<Statement> stopped_early;
    std::string heard;
    RunEnd end;
  };
  const Case cases[] = {
      {std::nullopt, "done ", RunEnd::kCompleted},
      {Statement{StatementKind::kToldToStopWhy, {"lease expired"}}, "done told_to_stop_why", RunEnd::kStopped},
      {Statement{StatementKind::kLeaseExpired}, "done lease_expired", RunEnd::kLeaseOver}};
  for (const auto& [stopped_early, heard, end] : cases) {
    auto engine = Make();
    ASSERT_TRUE(engine.ok());
    log_.upcalls->OnDone({.stopped_early = stopped_early});
    EXPECT_EQ(session_.heard.back(), heard);
    EXPECT_TRUE(metrics_.Read().run.has_value());
    EXPECT_EQ(metrics_.Read().runs[static_cast<size_t>(end)], 0);
    engine->reset();
    EXPECT_FALSE(log_.alive);
    EXPECT_FALSE(metrics_.Read().run.has_value());
    EXPECT_EQ(metrics_.Read().runs[static_cast<size_t>(end)], 1);
  }
  EXPECT_EQ(metrics_.Read().runs[static_cast<size_t>(RunEnd::kBroken)], 0);
}

TEST_F(MeteredEngineTest, AnEngineThatIsTakenDownBreaksItsRun) {
  ASSERT_TRUE(Make().ok());
  EXPECT_EQ(metrics_.Read().runs, (std::array<int64_t, kRunEnds>{0, 0, 0, 1}));
}

TEST_F(MeteredEngineTest, WhatIsRefusedIsNoRun) {
  run_id_ = "another";
  EXPECT_EQ(Text(Make().status()), "no such run");
  EXPECT_EQ(metrics_.Read().runs, (std::array<int64_t, kRunEnds>{}));
  EXPECT_FALSE(metrics_.Read().run.has_value());
}

}  // namespace
}  // namespace wsload
