#include "controller/result/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "controller/result/run_exit_code.h"
#include "tests/support/print_statement.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> ReasonLines(const Judgement& judgement) {
  std::vector<std::string> lines;
  for (const Statement& reason : judgement.reasons) lines.push_back(StatementText(Language::kEnglish, reason));
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
                      Case{"stalls_while_connecting", [](RunResult& result) { result.phases[0].delta.loop_stalls = 3; },
                           Verdict::kValid, ""},
                      Case{"rare_stalls",
                           [](RunResult& result) {
                             for (WorkerLoad& worker : result.agents[1].worker_loads) {
                               worker.wall_us = 60'000'000;
                               worker.stalls = 5;
                               worker.stalled_us = 115'000;
                             }
                           },
                           Verdict::kValid, ""},
                      Case{"one_short_stall_in_ten_seconds",
                           [](RunResult& result) {
                             WorkerLoad& worker = result.agents[1].worker_loads[0];
                             worker.wall_us = 10'000'000;
                             worker.sent = 100;
                             worker.sent_late = 1;
                             worker.stalls = 1;
                             worker.stalled_us = worker.stall_us_max = 20'900;
                           },
                           Verdict::kValid, ""},
                      Case{"cpu_of_an_agent_that_tells_no_more",
                           [](RunResult& result) {
                             result.agents[1].worker_loads.clear();
                             result.agents[1].cpu.busiest_worker_share = 0.97;
                           },
                           Verdict::kGeneratorLimited, "agent h2:7400: worker ? used 97 % of a core, bound 95 %"},
                      Case{"a_few_late_messages_of_few",
                           [](RunResult& result) {
                             result.agents[1].worker_loads[0].sent = 20;
                             result.agents[1].worker_loads[0].sent_late = 9;
                           },
                           Verdict::kValid, ""},
                      Case{"waiting_without_harm",
                           [](RunResult& result) { result.agents[1].worker_loads[0].waited_us = 900'000; },
                           Verdict::kValid, ""},
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
                      Case{"not_dialled", [](RunResult& result) { result.totals.counters.connections.opened = 7; },
                           Verdict::kDegraded, "3 of 10 connections never opened: not dialled"},
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

/// A result whose second agent has four cores, and two workers of which the second did this in two seconds.
RunResult WithWorker(const WorkerLoad& load) {
  RunResult result = PerfectResult(2);
  AgentResult& agent = result.agents[1];
  agent.workers = 2;
  agent.cores = 4;
  agent.worker_loads[1] = load;
  agent.worker_loads[1].wall_us = 2'000'000;
  return result;
}

TEST(Verdict, ReasonsAreDataWithTheirFigures) {
  RunResult result = PerfectResult(2);
  result.totals.send_lag.RecordUs(12'000, 100);
  result.agents[1].state = AgentResult::State::kUnreachable;
  result.agents[1].state_detail = "connection refused";
  result.gaps.push_back({"h2:7400", 1'500 * kNsPerMs, 2 * kNsPerSecond, 50, 0});
  const Histogram& lag = result.totals.send_lag;
  EXPECT_THAT(Judge(result).reasons,
              ElementsAre(Statement{StatementKind::kSendLag, {lag.PercentileUs(99), kSendLagBoundUs, lag.max_us()}},
                          Statement{StatementKind::kAgentUnreachable, {"connection refused"}, "h2:7400"},
                          Statement{StatementKind::kGap, {50, 1'500 * kNsPerMs, 2 * kNsPerSecond}, "h2:7400"}));
}

TEST(Limits, ASaturatedWorkerIsNamedWithTheMend) {
  RunResult result = WithWorker({.user_us = 900'000, .system_us = 1'050'000, .sent = 50'000, .sent_late = 20'000});
  result.agents[1].totals.send_lag.RecordUs(80'000, 1000);
  Judgement judgement = Judge(result);
  EXPECT_EQ(judgement.verdict, Verdict::kGeneratorLimited);
  EXPECT_THAT(ReasonLines(judgement),
              ElementsAre(AllOf(HasSubstr("agent h2:7400: worker 1 sent 20000 of its 50000 messages"),
                                HasSubstr("more than 10.0 ms late"), HasSubstr("p99 of the agent 80.0 ms")),
                          AllOf(HasSubstr("agent h2:7400: worker 1 used 97 % of a core, bound 95 %"),
                                HasSubstr("more than 2 workers on its 4 cores"))));
  result.agents[1].cores = 2;
  judgement = Judge(result);
  EXPECT_THAT(ReasonLines(judgement),
              ElementsAre(HasSubstr("worker 1 sent"),
                          AllOf(HasSubstr("its 2 workers have all cores"), HasSubstr("use more agents"))));
}

TEST(Limits, ASaturatedWorkerIsAFaultAlsoBeforeItIsLate) {
  EXPECT_THAT(ReasonLines(Judge(WithWorker({.user_us = 1'940'000, .sent = 50'000}))),
              ElementsAre(HasSubstr("worker 1 used 97 % of a core")));
}

TEST(Limits, AWorkerThatOthersKeptWaiting) {
  const RunResult result = WithWorker({.user_us = 600'000, .waited_us = 800'000, .sent = 50'000, .sent_late = 9'000});
  EXPECT_THAT(
      ReasonLines(Judge(result)),
      ElementsAre(HasSubstr("worker 1 sent 9000"), AllOf(HasSubstr("worker 1 waited for a core for 40 % of the time"),
                                                         HasSubstr("keep other programs off that host"))));
}

TEST(Limits, AnOnlyWorkerIsNotToBecomeFewer) {
  RunResult result = WithWorker({.user_us = 600'000, .waited_us = 800'000, .sent = 50'000, .sent_late = 9'000});
  result.agents[1].worker_loads.erase(result.agents[1].worker_loads.begin());
  EXPECT_THAT(ReasonLines(Judge(result)),
              ElementsAre(HasSubstr("worker 0 sent 9000"),
                          AllOf(HasSubstr("its worker waited for a core for 40 % of"), Not(HasSubstr("fewer")))));
}

TEST(Limits, AWorkerThatStoodStill) {
  const RunResult result = WithWorker({.user_us = 60'000,
                                       .sent = 1'000,
                                       .sent_late = 145,
                                       .stalls = 1,
                                       .stalled_us = 300'000,
                                       .stall_us_max = 300'000});
  EXPECT_THAT(ReasonLines(Judge(result)),
              ElementsAre(HasSubstr("worker 1 sent 145 of its 1000"),
                          AllOf(HasSubstr("loop of worker 1 stalled 1 times, 300.0 ms in all (longest 300.0 ms)"),
                                HasSubstr("in 2.0 s of measuring: 29 % of its messages"), HasSubstr("bound 1 %")),
                          AllOf(HasSubstr("worker 1 used only 3 % of a core"), HasSubstr("stood still"))));
}

TEST(Limits, AStallInWhichNothingWasDueCountsToo) {
  const RunResult result =
      WithWorker({.user_us = 60'000, .sent = 2, .stalls = 1, .stalled_us = 300'000, .stall_us_max = 300'000});
  EXPECT_EQ(Judge(result).verdict, Verdict::kGeneratorLimited);
}

TEST(Limits, StallsCountByWhatTheyTouched) {
  const auto verdict = [](int64_t sent_late, int64_t stalled_us) {
    RunResult result =
        WithWorker({.sent = 10'000, .sent_late = sent_late, .stalls = 3, .stalled_us = stalled_us, .stall_us_max = 9});
    result.agents[1].worker_loads[1].wall_us = 10'000'000;
    return Judge(result).verdict;
  };
  EXPECT_EQ(verdict(45, 50'000), Verdict::kValid) << "0.5 % read late, 0.45 % left late";
  EXPECT_EQ(verdict(45, 66'000), Verdict::kGeneratorLimited);
  EXPECT_EQ(verdict(0, 90'000), Verdict::kValid) << "none was due meanwhile";
  EXPECT_EQ(verdict(0, 110'000), Verdict::kGeneratorLimited);
}

TEST(Limits, ShortStallsThatWaitingExplains) {
  const RunResult result = WithWorker({.user_us = 600'000,
                                       .waited_us = 60'000,
                                       .sent = 1'000,
                                       .stalls = 2,
                                       .stalled_us = 55'000,
                                       .stall_us_max = 30'000});
  EXPECT_THAT(ReasonLines(Judge(result)),
              ElementsAre(HasSubstr("stalled 2 times"), HasSubstr("waited for a core for 3 % of the time")));
}

TEST(Limits, BurstsThatAreTooMuchForAWorker) {
  const RunResult result = WithWorker({.user_us = 1'400'000, .sent = 50'000, .sent_late = 900});
  EXPECT_THAT(ReasonLines(Judge(result)),
              ElementsAre(HasSubstr("worker 1 sent 900"), HasSubstr("worker 1 used 70 % of a core, in bursts")));
}

TEST(Limits, WhatAWorkerNeverCameToSend) {
  const RunResult result = WithWorker({.user_us = 1'950'000, .sent = 50'000, .given_up = 1});
  EXPECT_EQ(Judge(result).verdict, Verdict::kGeneratorLimited);
  EXPECT_THAT(ReasonLines(Judge(result)), ElementsAre(HasSubstr("worker 1 was so far behind at the end that it never "
                                                                "sent 1 messages"),
                                                      HasSubstr("worker 1 used 97 % of a core")));
  EXPECT_THAT(ReasonLines(Judge(WithWorker({.user_us = 60'000, .sent = 900, .given_up = 30}))),
              ElementsAre(HasSubstr("never sent 30 messages"), HasSubstr("worker 1 used 3 % of a core, in bursts")))
      << "why it was behind is said also where none left late";
}

TEST(Limits, OneSlowAgentOfAThousandIsFound) {
  RunResult result = PerfectResult(2);
  result.totals.send_lag.RecordUs(100, 1'000'000);
  result.agents[1].worker_loads[0].sent = 1'000;
  result.agents[1].worker_loads[0].sent_late = 500;
  EXPECT_EQ(Judge(result).verdict, Verdict::kGeneratorLimited);
}

TEST(Limits, FullQueuesAreTheServersFault) {
  RunResult result = PerfectResult(2);
  result.agents[1].totals.counters.success -= 30;
  result.agents[1].totals.counters.send_error += 30;
  EXPECT_EQ(Judge(result).verdict, Verdict::kValid);
}

TEST(Limits, AQuotaIsBlamedAndNoOtherPrograms) {
  RunResult result = WithWorker({.user_us = 500'000, .waited_us = 900'000, .sent = 50'000, .sent_late = 9'000});
  CpuUsage& cpu = result.agents[1].cpu;
  cpu.wall_us = 2'000'000;
  cpu.quota_cores = 0.3;
  cpu.throttled_us = 2'100'000;
  EXPECT_THAT(ReasonLines(Judge(result)),
              ElementsAre(HasSubstr("worker 1 sent 9000"),
                          AllOf(HasSubstr("agent h2:7400: throttled by its CPU quota of 0.3 cores for 2.1 s"),
                                Not(HasSubstr("other programs")))));
  cpu.throttled_us = 5'000;
  EXPECT_THAT(ReasonLines(Judge(result)), ElementsAre(HasSubstr("worker 1 sent 9000"), HasSubstr("other programs")))
      << "held up for too short a time to explain it";
}

TEST(Limits, AQuotaIsBlamedForAFullCoreToo) {
  RunResult result = WithWorker({.user_us = 1'940'000, .sent = 50'000});
  result.agents[1].cpu = {.wall_us = 2'000'000, .quota_cores = 1, .throttled_us = 400'000};
  EXPECT_THAT(ReasonLines(Judge(result)), ElementsAre(HasSubstr("its CPU quota of 1 cores for 0.4 s")));
}

RunResult WithLostConnections(int64_t lost, const WorkerLoad& load) {
  RunResult result = WithWorker(load);
  result.totals.counters.connections.lost = lost;
  result.totals.counters.connections.losses = {{"reset", lost}};
  return result;
}

TEST(Verdict, LostConnectionsOutrankAStallWhenMostWereLost) {
  const WorkerLoad stall{.sent = 100, .stalls = 1, .stalled_us = 21'000, .stall_us_max = 21'000};
  const Judgement most = Judge(WithLostConnections(8, stall));
  EXPECT_EQ(most.verdict, Verdict::kDegraded);
  EXPECT_THAT(ReasonLines(most), ElementsAre(HasSubstr("8 of 10 connections lost"), HasSubstr("stalled 1 times"),
                                             HasSubstr("worker 1 used only")));
  const Judgement few = Judge(WithLostConnections(2, stall));
  EXPECT_EQ(few.verdict, Verdict::kGeneratorLimited);
  EXPECT_THAT(ReasonLines(few), ElementsAre(HasSubstr("stalled 1 times"), HasSubstr("worker 1 used only"),
                                            HasSubstr("2 of 10 connections lost")));
  const WorkerLoad late{.sent = 100, .sent_late = 60, .stalls = 1, .stalled_us = 900'000, .stall_us_max = 900'000};
  EXPECT_EQ(Judge(WithLostConnections(8, late)).verdict, Verdict::kGeneratorLimited)
      << "what stood still that long may have lost them";
}

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

TEST(ExitCode, ErrorThenOutcomeThenInterruptionThenVerdict) {
  RunResult result = PerfectResult();
  EXPECT_EQ(static_cast<int>(ExitCodeOf(result)), 0);
  result.verdict = Verdict::kDegraded;
  EXPECT_EQ(static_cast<int>(ExitCodeOf(result)), 102);
  result.verdict = Verdict::kGeneratorLimited;
  EXPECT_EQ(static_cast<int>(ExitCodeOf(result)), 103);
  result.interrupted = true;
  EXPECT_EQ(static_cast<int>(ExitCodeOf(result)), 105);
  result.outcome = RunOutcome::kFailed;
  EXPECT_EQ(static_cast<int>(ExitCodeOf(result)), 1);
  result.outcome = RunOutcome::kPassed;
  result.error = absl::UnavailableError("no agent answered");
  EXPECT_EQ(static_cast<int>(ExitCodeOf(result)), 1);
}

}  // namespace
}  // namespace wsload
