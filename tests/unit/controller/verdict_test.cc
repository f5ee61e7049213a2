#include "controller/result/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "controller/result/exit_code.h"
#include "sample_result.h"

namespace wsload {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> ReasonLines(const Judgement& judgement) {
  std::vector<std::string> lines;
  for (const VerdictReason& reason : judgement.reasons) lines.push_back(FillReason(ReasonFormat(reason.kind), reason));
  return lines;
}

struct Case {
  std::string name;
  std::function<void(RunResult&)> change;
  Verdict verdict;
  std::string reason;  ///< in the one reason there is; empty: none
};

class VerdictTable : public ::testing::TestWithParam<Case> {};

TEST_P(VerdictTable, Judges) {
  RunResult result = PerfectResult(2);
  GetParam().change(result);
  const Judgement judgement = Judge(result);
  EXPECT_EQ(judgement.verdict, GetParam().verdict);
  if (GetParam().reason.empty()) {
    EXPECT_THAT(ReasonLines(judgement), IsEmpty());
  } else {
    EXPECT_THAT(ReasonLines(judgement), ElementsAre(HasSubstr(GetParam().reason)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, VerdictTable,
    ::testing::Values(Case{"perfect", [](RunResult&) {}, Verdict::kValid, ""},
                      Case{"server_failures_alone",
                           [](RunResult& result) {
                             result.totals.counters.success -= 50;
                             result.totals.counters.timeout += 50;
                           },
                           Verdict::kValid, ""},
                      Case{"one_late_message_in_a_thousand",
                           [](RunResult& result) {
                             result.totals.send_lag.RecordUs(50, 999);
                             result.totals.send_lag.RecordUs(50'000);
                           },
                           Verdict::kValid, ""},
                      Case{"send_lag", [](RunResult& result) { result.totals.send_lag.RecordUs(12'000, 100); },
                           Verdict::kGeneratorLimited, "send lag p99 12.0 ms, bound 10.0 ms"},
                      Case{"stalls", [](RunResult& result) { result.phases[1].delta.loop_stalls = 3; },
                           Verdict::kGeneratorLimited, "stalled 3 times in 2.0 s"},
                      Case{"stalls_while_connecting", [](RunResult& result) { result.phases[0].delta.loop_stalls = 3; },
                           Verdict::kValid, ""},
                      Case{"rare_stalls",
                           [](RunResult& result) {
                             result.measured_ns = 60 * kNsPerSecond;
                             result.phases[1].delta.loop_stalls = 6;
                           },
                           Verdict::kValid, ""},
                      Case{"cpu", [](RunResult& result) { result.agents[1].cpu.busiest_worker_share = 0.97; },
                           Verdict::kGeneratorLimited, "agent h2:7400: busiest worker used 97 % of a core, bound 95 %"},
                      Case{"lost_agent",
                           [](RunResult& result) {
                             result.agents[0].state = AgentResult::State::kLost;
                             result.agents[0].state_detail = "connection reset";
                           },
                           Verdict::kDegraded, "agent h1:7400 lost: connection reset"},
                      Case{"refused_agent",
                           [](RunResult& result) { result.agents[0].state = AgentResult::State::kRefused; },
                           Verdict::kDegraded, "agent h1:7400 refused the run"},
                      Case{"conservation", [](RunResult& result) { result.agents[0].totals.counters.success -= 2; },
                           Verdict::kDegraded, "the end of 2 scheduled messages is not known"},
                      Case{"ended_early", [](RunResult& result) { result.agents[0].stopped_early = "SIGTERM"; },
                           Verdict::kDegraded, "agent h1:7400 ended early: SIGTERM"},
                      Case{"schedule_incomplete",
                           [](RunResult& result) {
                             result.agents[1].totals.counters.scheduled -= 1;
                             result.agents[1].totals.counters.success -= 1;
                           },
                           Verdict::kDegraded, "agent h2:7400 scheduled 99 of its 100 messages"},
                      Case{"not_opened",
                           [](RunResult& result) {
                             ConnectionCounters& connections = result.totals.counters.connections;
                             connections.opened = 7;
                             connections.failed = 3;
                             connections.failures = {{"http_403", 2}, {"refused", 1}};
                           },
                           Verdict::kDegraded, "3 of 10 connections never opened: http_403 2, refused 1"},
                      Case{"lost_connections",
                           [](RunResult& result) {
                             result.totals.counters.connections.lost = 4;
                             result.totals.counters.connections.losses = {{"reset", 4}};
                           },
                           Verdict::kDegraded, "4 of 10 connections lost before the end: reset 4"},
                      Case{"interrupted",
                           [](RunResult& result) {
                             result.interrupted = true;
                             result.agents[0].stopped_early = "interrupted";
                             ConnectionCounters& connections = result.totals.counters.connections;
                             connections.attempted = 8;
                             connections.opened = 7;
                             connections.failures = {{"canceled", 1}};
                           },
                           Verdict::kValid, ""}),
    [](const auto& test) { return test.param.name; });

TEST(Verdict, GeneratorLimitsComeFirstAndBothAreNamed) {
  RunResult result = PerfectResult();
  result.totals.send_lag.RecordUs(20'000, 1000);
  ConnectionCounters& connections = result.totals.counters.connections;
  connections.opened = 8;
  connections.failures = {{"no_descriptors", 1}, {"no_ports", 1}};
  const Judgement judgement = Judge(result);
  EXPECT_EQ(judgement.verdict, Verdict::kGeneratorLimited);
  EXPECT_THAT(ReasonLines(judgement),
              ElementsAre(HasSubstr("send lag"), HasSubstr("out of file descriptors for 1"),
                          HasSubstr("out of local ports for 1"),
                          AllOf(HasSubstr("2 of 10"), HasSubstr("no_descriptors 1, no_ports 1"))));
}

TEST(ExitCode, ErrorThenInterruptionThenVerdict) {
  RunResult result = PerfectResult();
  EXPECT_EQ(static_cast<int>(ExitCodeOf(result)), 0);
  result.verdict = Verdict::kDegraded;
  EXPECT_EQ(static_cast<int>(ExitCodeOf(result)), 102);
  result.verdict = Verdict::kGeneratorLimited;
  EXPECT_EQ(static_cast<int>(ExitCodeOf(result)), 103);
  result.interrupted = true;
  EXPECT_EQ(static_cast<int>(ExitCodeOf(result)), 105);
  result.error = absl::UnavailableError("no agent answered");
  EXPECT_EQ(static_cast<int>(ExitCodeOf(result)), 1);
}

}  // namespace
}  // namespace wsload
