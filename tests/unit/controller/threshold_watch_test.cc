#include "controller/result/threshold_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/result/judging_listener.h"
#include "controller/result/run_exit_code.h"
#include "controller/result/series_exit_code.h"
#include "controller/result/threshold_judgement.h"
#include "tests/support/print_statement.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A second of `messages` that take `us`, and of `failed` that time out.
Stats Second(int64_t messages, int64_t us, int64_t failed = 0) {
  Stats stats;
  stats.counters.scheduled = messages + failed;
  stats.counters.success = messages;
  stats.counters.timeout = failed;
  if (messages > 0) stats.response.RecordUs(us, messages);
  return stats;
}

/// One watch, fed second by second.
class Watched {
 public:
  explicit Watched(const char* thresholds, int64_t abort_after_s = 10)
      : watch_(*ThresholdList::Parse(thresholds), abort_after_s * kNsPerSecond) {}

  /// The second at whose end the run should end; 0: not within these.
  int Measure(int seconds, const Stats& stats) {
    for (int i = 0; i < seconds; ++i) {
      ++now_;
      const bool over =
          watch_.Add({.phase = Phase::kMeasure, .from_s = now_ - 1.0, .to_s = static_cast<double>(now_)}, stats);
      if (over) return now_;
    }
    return 0;
  }
  void Connect(const Stats& stats) { watch_.Add({.phase = Phase::kConnect, .from_s = 0, .to_s = 1}, stats); }
  const ThresholdWatch& watch() const { return watch_; }
  std::string reason() const { return StatementText(Language::kEnglish, *watch_.abort_reason()); }

 private:
  ThresholdWatch watch_;
  int now_ = 0;
};

TEST(AbortOnFail, EndsWhatIsBrokenForThatLong) {
  Watched watched("p(99)<200ms");
  EXPECT_EQ(watched.Measure(20, Second(100, 20'000)), 0);
  EXPECT_EQ(watched.Measure(20, Second(100, 589'000)), 30);
  EXPECT_EQ(watched.reason(), "p(99)<200ms was broken for 10.0 s, in the end by 589 ms over 5.0 s: the run is stopped");
}

TEST(AbortOnFail, SaysSoOnce) {
  Watched watched("p(99)<200ms,p(50)<200ms", 2);
  EXPECT_EQ(watched.Measure(5, Second(100, 589'000)), 2);
  EXPECT_EQ(watched.Measure(20, Second(100, 589'000)), 0);
}

TEST(AbortOnFail, ForgivesWhatPasses) {
  Watched watched("p(99)<200ms");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(watched.Measure(3, Second(100, 589'000)), 0);
    EXPECT_EQ(watched.Measure(7, Second(100, 20'000)), 0);
  }
}

TEST(AbortOnFail, SeesWhatComesAgainAndAgain) {
  Watched watched("p(99)<200ms");
  int ended = 0;
  for (int i = 0; i < 10 && ended == 0; ++i) {
    ended = watched.Measure(1, Second(100, 589'000));
    if (ended == 0) ended = watched.Measure(2, Second(100, 20'000));
  }
  EXPECT_EQ(ended, 10) << "every one of the windows has a bad second in it";
}

TEST(AbortOnFail, WhatHasHappenedIsBrokenForGood) {
  Watched count("failed<5");
  EXPECT_EQ(count.Measure(4, Second(100, 1'000, 1)), 0);
  EXPECT_EQ(count.Measure(20, Second(100, 1'000)), 0) << "four of them are allowed";
  EXPECT_EQ(count.Measure(1, Second(100, 1'000, 1)), 0);
  EXPECT_EQ(count.Measure(20, Second(100, 1'000)), 34);
  Watched longest("max<1s");
  EXPECT_EQ(longest.Measure(1, Second(1, 2'000'000)), 0);
  EXPECT_EQ(longest.Measure(20, Second(100, 1'000)), 10);
}

TEST(AbortOnFail, WhatMayStillComeIsNotBroken) {
  Watched watched("failed:rate_limited>=1,max>1s");
  EXPECT_EQ(watched.Measure(100, Second(100, 1'000)), 0);
}

TEST(AbortOnFail, AServerThatAnswersNothingBreaksLatencies) {
  Watched watched("p(99)<200ms");
  EXPECT_EQ(watched.Measure(20, Second(0, 0, 10)), 10);
  EXPECT_EQ(watched.reason(), "p(99)<200ms was broken for 10.0 s, as nothing came back: the run is stopped");
  Watched pushes("push_p(99)<200ms");
  EXPECT_EQ(pushes.Measure(50, Second(0, 0, 10)), 0) << "nobody promised any";
  Watched idle("p(99)<200ms");
  EXPECT_EQ(idle.Measure(50, Stats{}), 0) << "no message was due";
}

TEST(AbortOnFail, SharesAndRatesAreOfTheLastSeconds) {
  Watched share("success_rate>=99%");
  EXPECT_EQ(share.Measure(100, Second(100, 1'000)), 0);
  EXPECT_EQ(share.Measure(20, Second(50, 1'000, 50)), 110);
  Watched rate("rate>=50/s");
  EXPECT_EQ(rate.Measure(100, Second(100, 1'000)), 0);
  EXPECT_EQ(rate.Measure(30, Second(10, 1'000)), 112) << "the last five seconds have less than 50/s from the third on";
}

TEST(AbortOnFail, ConnectionsAreCountedFromTheBeginning) {
  Watched watched("connections_failed<1%");
  Stats dials;
  dials.counters.connections.attempted = 100;
  dials.counters.connections.failed = 3;
  watched.Connect(dials);
  EXPECT_EQ(watched.Measure(20, Second(100, 1'000)), 10);
}

TEST(AbortOnFail, NeverWithoutTheFlag) {
  Watched watched("p(99)<200ms", 0);
  EXPECT_EQ(watched.Measure(100, Second(100, 589'000)), 0);
}

TEST(AbortOnFail, ALongWindowIsCutIntoFewPieces) {
  Watched watched("p(99)<200ms", 3600);
  EXPECT_EQ(watched.Measure(1000, Second(100, 20'000)), 0);
  // Of 1,011 s, eleven are more than 1 %.
  EXPECT_EQ(watched.Measure(5000, Second(100, 589'000)), 1010 + 3600);
}

/// The perfect run, with its intervals seen by a watch, and changed by `change`.
RunResult Judged(const char* thresholds, const std::function<void(RunResult&)>& change, Accepted accept = {}) {
  JudgeOptions options{.thresholds = *ThresholdList::Parse(thresholds), .accept = accept};
  ThresholdWatch watch(options.thresholds, 0);
  for (int second = 1; second <= 2; ++second) {
    watch.Add({.phase = Phase::kMeasure, .from_s = second - 1.0, .to_s = static_cast<double>(second)},
              PerfectMeasure(100));
  }
  RunResult result = PerfectResult();
  change(result);
  JudgeThresholds(watch, options, result);
  return result;
}

void Perfect(RunResult&) {}
void Limited(RunResult& result) { result.verdict = Verdict::kGeneratorLimited; }
void Degraded(RunResult& result) { result.verdict = Verdict::kDegraded; }
void Interrupted(RunResult& result) { result.interrupted = true; }
void Unopened(RunResult& result) {
  result.totals = {};
  result.outcome = RunOutcome::kFailed;
  result.outcome_reasons = {{StatementKind::kNoConnectionOpened, {10, "refused 10"}}};
}

struct ExitCase {
  const char* thresholds;
  void (*change)(RunResult&);
  Accepted accept;
  RunOutcome outcome;
  int code;
};

TEST(ExitCode, NinetyNineMeansTheServer) {
  constexpr char kKept[] = "p(99)<200ms,success_rate>=99%,rate>=99/s";
  constexpr char kBroken[] = "p(99)<20ms";
  constexpr auto kLimitedToo = Accepted::kGeneratorLimited;
  const ExitCase kCases[] = {
      {"", Perfect, {}, RunOutcome::kNotJudged, 0},
      {kKept, Perfect, {}, RunOutcome::kPassed, 0},
      {kBroken, Perfect, {}, RunOutcome::kFailed, 99},
      {"push_p(99)<1s", Perfect, {}, RunOutcome::kFailed, 99},
      {kKept, Degraded, {}, RunOutcome::kPassed, 102},
      {kBroken, Degraded, {}, RunOutcome::kFailed, 99},
      {"", Limited, kLimitedToo, RunOutcome::kNotJudged, 103},
      {kKept, Limited, {}, RunOutcome::kPassed, 103},
      {kKept, Limited, kLimitedToo, RunOutcome::kPassed, 0},
      {kBroken, Limited, {}, RunOutcome::kInconclusive, 103},
      {kBroken, Limited, kLimitedToo, RunOutcome::kInconclusive, 103},
      {"service_p(99)<200ms", Limited, kLimitedToo, RunOutcome::kInconclusive, 103},
      {"lag_max<200ms", Limited, kLimitedToo, RunOutcome::kInconclusive, 103},
      {"p(99)>1ms", Limited, kLimitedToo, RunOutcome::kInconclusive, 103},
      {kKept, Interrupted, {}, RunOutcome::kPassed, 105},
      {kBroken, Interrupted, {}, RunOutcome::kFailed, 99},
      {"push_p(99)<1s", Interrupted, {}, RunOutcome::kNotJudged, 105},
      {"failed>=1", Interrupted, {}, RunOutcome::kNotJudged, 105},
      {"failed>=1", Perfect, {}, RunOutcome::kFailed, 99},
      {kKept, Unopened, {}, RunOutcome::kFailed, 1},
  };
  for (const ExitCase& tried : kCases) {
    const RunResult result = Judged(tried.thresholds, tried.change, tried.accept);
    EXPECT_EQ(static_cast<int>(ExitCodeOf(result)), tried.code) << tried.thresholds << " " << NameOf(tried.outcome);
    EXPECT_STREQ(NameOf(result.outcome), NameOf(tried.outcome)) << tried.thresholds;
  }
}

TEST(JudgeThresholds, SaysWhatItCameTo) {
  const RunResult result = Judged("p(99)<20ms,rate>=90/s,push_p(99)<1s,failed>=1", Perfect);
  ASSERT_EQ(result.thresholds.size(), 4u);
  EXPECT_EQ(result.thresholds[0].value, 20'100);
  EXPECT_EQ(result.thresholds[0].passed, false);
  EXPECT_EQ(result.thresholds[0].first_broken_s, 1);
  EXPECT_EQ(result.thresholds[1].passed, true);
  EXPECT_EQ(result.thresholds[1].first_broken_s, std::nullopt);
  EXPECT_EQ(result.thresholds[2].value, std::nullopt);
  EXPECT_EQ(result.thresholds[3].first_broken_s, 2) << "it could have been kept up to the end";
  std::vector<std::string> lines;
  for (const Statement& reason : result.outcome_reasons) lines.push_back(StatementText(Language::kEnglish, reason));
  EXPECT_THAT(lines, ElementsAre("p(99) 20.1 ms, want < 20 ms", "push_p(99)<1s: not measured", "failed 0, want >= 1"));
}

TEST(JudgeThresholds, BrokenSinceIsSinceItStayedSo) {
  ThresholdWatch watch(*ThresholdList::Parse("p(99)<200ms"), 0);
  int now = 0;
  const auto measure = [&](int seconds, int64_t us) {
    for (int i = 0; i < seconds; ++i) {
      ++now;
      watch.Add({.phase = Phase::kMeasure, .from_s = now - 1.0, .to_s = static_cast<double>(now)}, Second(100, us));
    }
  };
  measure(1, 500'000);  // a cold server
  measure(150, 1'000);
  measure(5, 500'000);
  RunResult result = PerfectResult();
  result.totals.response.RecordUs(500'000, 200);
  EXPECT_EQ(watch.Judge(result)[0].first_broken_s, 152);
}

TEST(JudgeThresholds, APhaseHasItsOwnFigures) {
  JudgeOptions options{.thresholds = *ThresholdList::Parse("connect_max@connect<1ms,p(50)@drain<1ms,failed@close<=0")};
  ThresholdWatch watch(options.thresholds, 0);
  RunResult result = PerfectResult();
  watch.Add({.phase = Phase::kConnect, .from_s = 0, .to_s = 1}, PerfectConnect(WholeRun(result.plan)));
  watch.Add({.phase = Phase::kMeasure, .from_s = 0, .to_s = 2}, PerfectMeasure(200));
  JudgeThresholds(watch, options, result);
  EXPECT_EQ(result.thresholds[0].value, 1'500);
  EXPECT_EQ(result.thresholds[0].first_broken_s, 0) << "before the measure phase";
  EXPECT_EQ(result.thresholds[1].value, std::nullopt) << "nothing was left to drain";
  EXPECT_EQ(result.thresholds[2].passed, true);
}

TEST(JudgeThresholds, ARunThatWasStoppedForOneFails) {
  JudgeOptions options{.thresholds = *ThresholdList::Parse("p(99)<200ms")};
  ThresholdWatch watch(options.thresholds, 2 * kNsPerSecond);
  for (int second = 1; second <= 2; ++second) {
    watch.Add({.phase = Phase::kMeasure, .from_s = second - 1.0, .to_s = static_cast<double>(second)},
              Second(100, 300'000));
  }
  ASSERT_TRUE(watch.abort_reason().has_value());
  // Over the whole run it would have been kept.
  RunResult result = PerfectResult();
  result.interrupted = true;
  JudgeThresholds(watch, options, result);
  EXPECT_EQ(result.thresholds[0].passed, false);
  EXPECT_TRUE(result.thresholds[0].aborted_run);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(result)), 99);
  EXPECT_THAT(result.outcome_reasons, ElementsAre(*watch.abort_reason()));
  result = PerfectResult();
  result.interrupted = true;
  result.verdict = Verdict::kGeneratorLimited;
  JudgeThresholds(watch, options, result);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(result)), 103) << "it was no interruption";
}

class Told final : public RunListener {
 public:
  void OnPhase(Phase) override { ++phases; }
  void OnInterval(const SeriesPoint&, const Stats&, const Stats&, const std::vector<AgentResult>&) override {
    ++intervals;
  }
  void OnNotice(const Statement& notice) override { notices.push_back(notice); }

  int phases = 0;
  int intervals = 0;
  std::vector<Statement> notices;
};

TEST(ThresholdsSoFar, StandAsTheIntervalsHaveIt) {
  Watched watched("p(99)<200ms,success_rate>=99%,unsent<5,push_p(50)<1s");
  EXPECT_FALSE(watched.watch().Standing()[0].passed.has_value()) << "nothing was measured yet";
  watched.Measure(2, Second(100, 20'000));
  EXPECT_EQ(watched.watch().Standing()[0].passed, true);
  watched.Measure(1, Second(100, 589'000, 50));
  const std::vector<ThresholdResult> standing = watched.watch().Standing();
  ASSERT_EQ(standing.size(), 4u);
  EXPECT_EQ(standing[0].passed, false);
  EXPECT_NEAR(*standing[0].value, 589'000, 600);
  EXPECT_EQ(standing[0].first_broken_s, 3.0);
  EXPECT_EQ(standing[2].passed, true);
  EXPECT_FALSE(standing[3].passed.has_value()) << "nothing was pushed";
}

TEST(JudgingListener, HearsOfARunsIntervalsAndTellsWhyItShouldEnd) {
  Told told;
  std::vector<Statement> reasons;
  const JudgeOptions options{.thresholds = *ThresholdList::Parse("p(99)<20ms,failed<1"),
                             .abort_on_fail = *AbortOnFail::Parse("2s")};
  JudgingListener judging(options, told, [&](const Statement& why) { reasons.push_back(why); });
  const RunPlan plan = SamplePlan();
  const std::vector<AgentResult> agents = SampleAgents(plan, 2);
  ResultBuilder builder("run", plan, agents, &judging);
  ReportPerfectRun(builder, agents);
  RunResult result = builder.Build();
  EXPECT_EQ(told.intervals, static_cast<int>(result.series.size()));
  EXPECT_EQ(told.phases, 4);
  ASSERT_EQ(reasons.size(), 1u);
  EXPECT_EQ(told.notices, reasons);
  JudgeThresholds(judging.watch(), options, result);
  EXPECT_EQ(result.thresholds[0].value, 20'100);
  EXPECT_EQ(result.thresholds[0].first_broken_s, 1);
  EXPECT_EQ(result.thresholds[1].passed, true);
}

TEST(AbortOnFail, IsWrittenAsADuration) {
  EXPECT_EQ(AbortOnFail::Parse("10s")->after_ns(), 10 * kNsPerSecond);
  EXPECT_EQ(AbortOnFail::Parse("OFF")->after_ns(), 0);
  EXPECT_EQ(AbortOnFail::Parse("1m30s")->text(), "1m30s");
  for (const char* text : {"0", "500ms", "25h", "-1s", "x", ""}) EXPECT_FALSE(AbortOnFail::Parse(text).ok()) << text;
}

TEST(WorstOf, IsTheWorstByWhatItSays) {
  using enum ExitCode;
  EXPECT_EQ(WorstOf({}), kPassed);
  EXPECT_EQ(WorstOf({kPassed, kPassed}), kPassed);
  EXPECT_EQ(WorstOf({kPassed, kDegraded}), kDegraded);
  EXPECT_EQ(WorstOf({kDegraded, kGeneratorLimited}), kGeneratorLimited);
  EXPECT_EQ(WorstOf({kGeneratorLimited, kInterrupted}), kInterrupted);
  EXPECT_EQ(WorstOf({kServerFailed, kInterrupted, kGeneratorLimited}), kServerFailed);
  EXPECT_EQ(WorstOf({kServerFailed, kError}), kError);
}

TEST(RunsAgree, WhenMoreThanHalfAreAlike) {
  using enum ExitCode;
  EXPECT_FALSE(RunsAgree({kPassed}, 2));
  EXPECT_FALSE(RunsAgree({kPassed}, 3));
  EXPECT_TRUE(RunsAgree({kPassed, kPassed}, 3));
  EXPECT_FALSE(RunsAgree({kPassed, kPassed}, 5));
  EXPECT_FALSE(RunsAgree({kPassed, kPassed, kServerFailed}, 5));
  EXPECT_TRUE(RunsAgree({kServerFailed, kServerFailed, kServerFailed}, 5));
  EXPECT_FALSE(RunsAgree({}, 1));
}

}  // namespace
}  // namespace wsload
