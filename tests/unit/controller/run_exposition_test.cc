#include "controller/dashboard/run_exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace wsload {
namespace {

using ::testing::HasSubstr;

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

}  // namespace
}  // namespace wsload
