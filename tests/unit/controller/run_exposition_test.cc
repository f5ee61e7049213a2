#include "controller/dashboard/run_exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace wsload {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(RunExposition, NamesTheRunAndItsFigures) {
  RunFigures figures{.phase = Phase::kMeasure, .active_connections = 7, .agents_reporting = 2};
  figures.totals.scheduled = 12;
  figures.totals.success = 10;
  figures.totals.timeout = 1;
  const auto stats = std::make_unique<Stats>();
  stats->response.RecordUs(1'500);
  figures.durations.Add(*stats);
  const std::string text =
      ExposeRun("86270a2a", {.title = "a \"b\"\n\xff", .tags = {{"build", "512"}, {"branch", "main"}}}, figures);
  EXPECT_THAT(text, HasSubstr("wsload_run_info{run_id=\"86270a2a\",title=\"a \\\"b\\\"\\\\n\\\\xff\",tags=\"build=512,"
                              "branch=main\",version="));
  for (const char* line :
       {"wsload_run_phase{phase=\"measure\"} 1\n", "wsload_run_phase{phase=\"drain\"} 0\n",
        "wsload_run_agents_reporting 2\n", "wsload_connections_active 7\n", "wsload_messages_open 1\n",
        "wsload_messages_scheduled_total 12\n", "wsload_messages_failed_total{cause=\"timeout\"} 1\n",
        "wsload_response_time_seconds_count 1\n"}) {
    EXPECT_THAT(text, HasSubstr(std::string("\n") + line));
  }
}

TEST(RunExposition, TellsWhichStageRuns) {
  RunFigures figures{.phase = Phase::kMeasure};
  EXPECT_THAT(ExposeRun("86270a2a", {}, figures), Not(HasSubstr("wsload_run_stage")));
  figures.stage = "peak";
  EXPECT_THAT(ExposeRun("86270a2a", {}, figures), HasSubstr("\nwsload_run_stage{stage=\"peak\"} 1\n"));
}

TEST(RunExposition, TellsThresholdsInPrometheusUnits) {
  RunFigures figures{.phase = Phase::kMeasure};
  EXPECT_THAT(ExposeRun("86270a2a", {}, figures), Not(HasSubstr("threshold")));
  figures.thresholds = {{.threshold = *Threshold::Parse("p(99)<200ms"), .value = 589'000, .passed = false},
                        {.threshold = *Threshold::Parse("success_rate>=99%"), .value = 0.9969, .passed = true},
                        {.threshold = *Threshold::Parse("rate>=790/s"), .value = 800},
                        {.threshold = *Threshold::Parse("push_p(50)<1s")}};
  const std::string text = ExposeRun("86270a2a", {}, figures);
  for (const char* line : {"# TYPE wsload_threshold_value gauge\n",
                           "wsload_threshold_bound{threshold=\"p(99)<200ms\",unit=\"seconds\"} 0.2\n",
                           "wsload_threshold_value{threshold=\"p(99)<200ms\",unit=\"seconds\"} 0.589\n",
                           "wsload_threshold_failing{threshold=\"p(99)<200ms\",unit=\"seconds\"} 1\n",
                           "wsload_threshold_value{threshold=\"success_rate>=99%\",unit=\"ratio\"} 0.9969\n",
                           "wsload_threshold_failing{threshold=\"success_rate>=99%\",unit=\"ratio\"} 0\n",
                           "wsload_threshold_bound{threshold=\"rate>=790/s\",unit=\"per_second\"} 790\n",
                           "wsload_threshold_failing{threshold=\"rate>=790/s\",unit=\"per_second\"} 0\n",
                           "wsload_threshold_bound{threshold=\"push_p(50)<1s\",unit=\"seconds\"} 1\n"}) {
    EXPECT_THAT(text, HasSubstr(std::string("\n") + line));
  }
  EXPECT_THAT(text, Not(HasSubstr("wsload_threshold_value{threshold=\"push_p(50)<1s\""))) << "nothing was measured";
}

}  // namespace
}  // namespace wsload
