// The coordinator with real sessions over a simulated network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/plan/phase.h"
#include "common/schedule/schedule.h"
#include "common/util/status.h"
#include "controller/result/judging_listener.h"
#include "controller/result/run_exit_code.h"
#include "controller/result/threshold_judgement.h"
#include "tests/support/print_statement.h"
#include "tests/support/sim_agent.h"
#include "tests/unit/controller/run_harness.h"

namespace wsload {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kHour = 3600 * kNsPerSecond;

/// A controller and its agents, on one loop.
class Cluster {
 public:
  ~Cluster() { run_.coordinator.reset(); }

  SimAgent& AddAgent(int64_t skew_ns = 0, SimAgent::Network network = {kNsPerMs, kNsPerMs}) {
    const std::string address = fmt::format("h{}:7400", agents_.size() + 1);
    agents_.push_back(std::make_unique<SimAgent>(run_.loop, address, skew_ns, network));
    return *agents_.back();
  }
  void AddAgents(int count) {
    for (int i = 0; i < count; ++i) AddAgent();
  }

  void Start() {
    std::vector<std::unique_ptr<AgentLink>> links;
    for (auto& agent : agents_) links.push_back(agent->NewLink());
    run_.Start(std::move(links));
  }

  /// Everything a run may take, with every bound run out.
  void RunToEnd() {
    run_.loop.AdvanceBy(120 * kNsPerSecond);
    ASSERT_TRUE(run_.result.has_value()) << "the run hangs";
    EXPECT_EQ(run_.results, 1);
    for (auto& agent : agents_) {
      EXPECT_EQ(agent->script().engines_alive, 0);
      EXPECT_EQ(agent->slot().run_id(), "") << "the agent is not free";
    }
  }

  /// What every run must keep, however it went.
  void ExpectConserved() {
    EXPECT_EQ(run_.result->totals.counters.open(), 0);
    Stats sum;
    for (const AgentResult& agent : run_.result->agents) {
      EXPECT_EQ(agent.totals.counters.open(), 0) << agent.address;
      sum.Merge(agent.totals);
    }
    EXPECT_EQ(sum, run_.result->totals);
  }

  int64_t Total() const { return ScheduleOf(run_.plan).total(); }

  RunHarness run_;
  std::vector<std::unique_ptr<SimAgent>> agents_;
};

class CoordinatorClusterTest : public ::testing::Test, protected Cluster {};

class CoordinatorExactTest : public CoordinatorClusterTest, public ::testing::WithParamInterface<int> {};

TEST_P(CoordinatorExactTest, MergesToWhatOneProcessWouldHaveSeen) {
  AddAgents(GetParam());
  Start();
  RunToEnd();
  const RunResult& result = *run_.result;
  EXPECT_TRUE(result.error.ok()) << result.error;
  EXPECT_EQ(result.totals.counters.scheduled, Total());
  EXPECT_EQ(result.totals.counters.success, Total());
  EXPECT_EQ(result.totals.counters.connections.opened, run_.plan.clients);
  EXPECT_EQ(result.totals.counters.connections.closed, run_.plan.clients);
  Histogram expected;
  for (int64_t i = 0; i < Total(); ++i) expected.RecordUs(FakeLatencyUs(i));
  EXPECT_EQ(result.totals.response, expected);
  ExpectConserved();
  for (const AgentResult& agent : result.agents)
    EXPECT_EQ(agent.state, AgentResult::State::kDone) << agent.state_detail.english();
  EXPECT_EQ(result.verdict, Verdict::kValid) << ::testing::PrintToString(result.verdict_reasons);
  EXPECT_THAT(run_.listener.phases, ElementsAre(Phase::kConnect, Phase::kMeasure, Phase::kDrain, Phase::kClose));
  EXPECT_EQ(result.measured_ns, run_.plan.duration_ns);
  EXPECT_EQ(result.phases[1].delta.success, Total());
}

// More agents than messages per second, and than clients.
INSTANTIATE_TEST_SUITE_P(Agents, CoordinatorExactTest, ::testing::Values(1, 2, 3, 5, 9, 13));

TEST_F(CoordinatorClusterTest, AllStartAtOneInstantWhateverTheirClocksSay) {
  AddAgent(0, {0, 0});
  AddAgent(5 * kHour, {3 * kNsPerMs, 3 * kNsPerMs});
  AddAgent(-kHour, {40 * kNsPerMs, 40 * kNsPerMs});
  Start();
  RunToEnd();
  const auto on_controller_clock = [](SimAgent& agent, int64_t instant) { return instant - agent.skew_ns(); };
  for (auto& agent : agents_) {
    ASSERT_EQ(agent->script().ramp_starts.size(), 1u);
    ASSERT_EQ(agent->script().starts.size(), 1u);
    EXPECT_EQ(on_controller_clock(*agent, agent->script().ramp_starts[0]), agents_[0]->script().ramp_starts[0]);
    EXPECT_EQ(on_controller_clock(*agent, agent->script().starts[0]), agents_[0]->script().starts[0]);
  }
  EXPECT_EQ(run_.result->agents[1].clock_offset_us, 5 * kHour / kNsPerUs);
  EXPECT_EQ(run_.result->agents[1].clock_error_us, 3'000);
  EXPECT_EQ(run_.result->agents[2].clock_offset_us, -kHour / kNsPerUs);
}

TEST_F(CoordinatorClusterTest, UnevenPathsStayWithinTheErrorBar) {
  AddAgent(0, {0, 0});
  AddAgent(kHour, {9 * kNsPerMs, kNsPerMs});
  Start();
  RunToEnd();
  const int64_t start = agents_[1]->script().starts.at(0) - kHour;
  const int64_t error_ns = run_.result->agents[1].clock_error_us * kNsPerUs;
  EXPECT_EQ(error_ns, 5 * kNsPerMs);
  EXPECT_LE(std::abs(start - agents_[0]->script().starts.at(0)), error_ns);
}

TEST_F(CoordinatorClusterTest, StartInstantsLieAheadForTheSlowestPath) {
  AddAgent(0, {400 * kNsPerMs, 400 * kNsPerMs});
  Start();
  int64_t started_ns = 0;
  while (agents_[0]->script().starts.empty() && started_ns < 60 * kNsPerSecond) {
    run_.loop.AdvanceBy(kNsPerMs);
    started_ns += kNsPerMs;
  }
  ASSERT_EQ(agents_[0]->script().starts.size(), 1u);
  EXPECT_GT(agents_[0]->script().starts[0], run_.loop.MonoNs());
  RunToEnd();
}

TEST_F(CoordinatorClusterTest, OneRefusalKeepsAllFromStarting) {
  AddAgents(4);
  agents_[1]->script().refuse = InvalidArgument("bad key");
  agents_[3]->script().refuse = MakeStatus(absl::StatusCode::kResourceExhausted, "too few ports");
  Start();
  RunToEnd();
  const RunResult& result = *run_.result;
  EXPECT_FALSE(result.error.ok());
  EXPECT_THAT(std::string(Text(result.error)),
              AllOf(HasSubstr("agent h2:7400: bad key"), HasSubstr("agent h4:7400: too few ports")));
  EXPECT_EQ(result.agents[1].state, AgentResult::State::kRefused);
  EXPECT_EQ(result.totals.counters.scheduled, 0);
  for (auto& agent : agents_) EXPECT_TRUE(agent->script().ramp_starts.empty());
}

TEST_F(CoordinatorClusterTest, UnreachableAgentIsGivenUpInTime) {
  AddAgents(2);
  agents_[1]->Hang();
  Start();
  run_.loop.AdvanceBy(RunCoordinator::Limits{}.link_open_ns + 2 * kNsPerSecond);
  ASSERT_TRUE(run_.result.has_value());
  EXPECT_EQ(run_.result->agents[1].state, AgentResult::State::kUnreachable);
  EXPECT_THAT(std::string(Text(run_.result->error)), HasSubstr("agent h2:7400: no answer within 10 s"));
  EXPECT_TRUE(agents_[0]->script().ramp_starts.empty());
}

TEST_F(CoordinatorClusterTest, NoOpenConnectionEndsTheRunAtOnce) {
  AddAgents(3);
  for (auto& agent : agents_) agent->script().fail_connections = true;
  Start();
  run_.loop.AdvanceBy(4 * kNsPerSecond);
  ASSERT_TRUE(run_.result.has_value()) << "a run without connections must not take its duration";
  RunToEnd();
  EXPECT_TRUE(run_.result->error.ok());
  EXPECT_EQ(run_.result->verdict, Verdict::kDegraded);
  EXPECT_EQ(run_.result->totals.counters.connections.failures.at("refused"), 10);
  EXPECT_THAT(run_.listener.notices, Contains("no connection could be opened: refused 10"));
  for (auto& agent : agents_) EXPECT_TRUE(agent->script().starts.empty());
  ExpectConserved();
}

TEST_F(CoordinatorClusterTest, ARunThatIsStoppedEarlyIsWholeUpToThen) {
  AddAgents(2);
  Start();
  run_.loop.AdvanceBy(5 * kNsPerSecond);
  ASSERT_FALSE(run_.result.has_value());
  const Statement why{StatementKind::kThresholdNotMeasured, {"push_max<1s"}};
  run_.coordinator->StopEarly(why);
  run_.coordinator->StopEarly(why);
  RunToEnd();
  const RunResult& result = *run_.result;
  EXPECT_TRUE(result.error.ok());
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.verdict, Verdict::kValid) << "what nobody wanted any more is not missing";
  EXPECT_GT(result.totals.counters.success, 0);
  EXPECT_LT(result.totals.counters.scheduled, Total());
  for (auto& agent : agents_) {
    EXPECT_THAT(agent->script().stop_reasons, ::testing::ElementsAre("push_max<1s: not measured"));
  }
  ExpectConserved();
}

TEST_F(CoordinatorClusterTest, ABrokenThresholdEndsTheRun) {
  run_.plan.duration_ns = 60 * kNsPerSecond;
  run_.plan.mps = 100;
  const JudgeOptions options{.thresholds = *ThresholdList::Parse("max<2us,p(99)<1h"),
                             .abort_on_fail = *AbortOnFail::Parse("3s")};
  JudgingListener judging(options, run_.listener, [this](const Statement& why) { run_.coordinator->StopEarly(why); });
  run_.heard_by = &judging;
  AddAgents(3);
  Start();
  RunToEnd();
  RunResult& result = *run_.result;
  JudgeThresholds(judging.watch(), options, result);
  EXPECT_THAT(run_.listener.notices, Contains(HasSubstr("max<2us was broken for 3.0 s")));
  EXPECT_GE(result.measured_ns, 3 * kNsPerSecond);
  EXPECT_LT(result.measured_ns, 5 * kNsPerSecond);
  EXPECT_EQ(result.verdict, Verdict::kValid);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(result)), 99);
  EXPECT_TRUE(result.thresholds[0].aborted_run);
  EXPECT_EQ(result.thresholds[0].first_broken_s, 1);
  EXPECT_EQ(result.thresholds[1].passed, true);
  ExpectConserved();
}

TEST_F(CoordinatorClusterTest, SomeOpenConnectionsAreEnough) {
  AddAgents(3);
  agents_[1]->script().fail_connections = true;
  Start();
  RunToEnd();
  EXPECT_EQ(run_.result->verdict, Verdict::kDegraded);
  EXPECT_EQ(run_.result->totals.counters.scheduled, Total());
  EXPECT_EQ(run_.result->totals.counters.success, Total()) << "they carry it all, from the start on";
  EXPECT_EQ(run_.result->agents[1].messages_yielded, run_.result->agents[1].slice.messages.count);
  EXPECT_THAT(run_.listener.notices, Contains(HasSubstr("agent h2:7400 has no connection left: its messages go over")));
}

TEST_F(CoordinatorClusterTest, AnAgentWithoutConnectionsGivesItsMessagesToTheOthers) {
  run_.plan.mps = 1'000;
  AddAgent();
  AddAgent(kHour, {30 * kNsPerMs, 20 * kNsPerMs});
  AddAgent(2 * kHour);
  std::map<int64_t, int> times;
  for (auto& agent : agents_) {
    agent->script().on_sent = [&times](int64_t message, int64_t) { ++times[message]; };
  }
  Start();
  run_.loop.AdvanceBy(5 * kNsPerSecond);
  ASSERT_FALSE(agents_[1]->script().starts.empty());
  agents_[1]->script().break_connections();
  RunToEnd();
  const RunResult& result = *run_.result;
  EXPECT_EQ(result.totals.counters.scheduled, Total());
  EXPECT_EQ(static_cast<int64_t>(times.size()), Total());
  for (const auto& [message, owners] : times) EXPECT_EQ(owners, 1) << message;
  // Its way to the controller, 50 ms and four times the clock error of 25 ms: a third of 170 messages.
  EXPECT_GT(result.totals.counters.unsent, 0);
  EXPECT_LT(result.totals.counters.unsent, 60);
  EXPECT_EQ(result.totals.counters.success,
            Total() - result.totals.counters.unsent - result.totals.counters.connection_lost);
  EXPECT_GT(result.agents[1].messages_yielded, 500);
  EXPECT_EQ(result.agents[0].messages_taken_over + result.agents[2].messages_taken_over,
            result.agents[1].messages_yielded);
  EXPECT_TRUE(result.gaps.empty()) << "it is not lost";
  EXPECT_TRUE(result.agents[1].stopped_early.empty());
  EXPECT_EQ(result.measured_ns, run_.plan.duration_ns);
  ExpectConserved();
}

TEST_F(CoordinatorClusterTest, WhereNobodyHasConnectionsNothingChangesHands) {
  AddAgents(2);
  Start();
  run_.loop.AdvanceBy(5 * kNsPerSecond);
  for (auto& agent : agents_) agent->script().break_connections();
  RunToEnd();
  const RunResult& result = *run_.result;
  EXPECT_EQ(result.totals.counters.scheduled, Total());
  EXPECT_EQ(result.agents[0].messages_yielded + result.agents[1].messages_yielded, 0);
  EXPECT_EQ(result.agents[0].messages_taken_over + result.agents[1].messages_taken_over, 0);
  EXPECT_GT(result.totals.counters.unsent, 0);
  ExpectConserved();
}

TEST_F(CoordinatorClusterTest, AgentThatIsNeverReadyDoesNotHoldTheOthersForever) {
  AddAgents(2);
  agents_[0]->script().never_ready = true;
  Start();
  RunToEnd();
  EXPECT_EQ(run_.result->agents[0].state, AgentResult::State::kLost);
  EXPECT_THAT(run_.result->agents[0].state_detail.english(), HasSubstr("not ready"));
  EXPECT_EQ(run_.result->agents[1].state, AgentResult::State::kDone);
  EXPECT_EQ(run_.result->verdict, Verdict::kDegraded);
  EXPECT_TRUE(agents_[1]->script().starts.empty());
}

TEST_F(CoordinatorClusterTest, AgentWithoutFinalReportIsNotWaitedForLongerThanItsGrace) {
  AddAgents(2);
  agents_[0]->script().never_done = true;
  Start();
  RunToEnd();
  EXPECT_EQ(run_.result->agents[0].state, AgentResult::State::kLost);
  EXPECT_THAT(run_.result->agents[0].state_detail.english(), HasSubstr("no final report"));
  EXPECT_EQ(run_.result->totals.counters.scheduled, Total()) << "what it reported stays";
  const int64_t end = agents_[0]->script().starts[0] + run_.plan.duration_ns + run_.plan.resp_timeout_ns;
  EXPECT_EQ(run_.finished_at_ns, end + RunCoordinator::Limits{}.done_grace_ns);
}

TEST_F(CoordinatorClusterTest, AgentsThatGoOnClosingAreWaitedFor) {
  run_.plan.clients = 10'000;
  AddAgents(2);
  agents_[0]->script().closing_ns = 45 * kNsPerSecond;
  Start();
  RunToEnd();
  EXPECT_EQ(run_.result->agents[0].state, AgentResult::State::kDone) << run_.result->agents[0].state_detail.english();
  EXPECT_EQ(run_.result->totals.counters.connections.closed, 10'000);
  EXPECT_EQ(run_.result->verdict, Verdict::kValid);
}

TEST_F(CoordinatorClusterTest, AgentsThatNeverEndClosingAreNot) {
  run_.plan.clients = 1'000;
  AddAgents(2);
  agents_[0]->script().closing_ns = kHour;
  Start();
  RunToEnd();
  EXPECT_EQ(run_.result->agents[0].state, AgentResult::State::kLost);
  EXPECT_THAT(run_.result->agents[0].state_detail.english(), HasSubstr("no final report"));
  const int64_t end = agents_[0]->script().starts[0] + run_.plan.duration_ns + run_.plan.resp_timeout_ns;
  const RunCoordinator::Limits limits;
  EXPECT_EQ(run_.finished_at_ns, end + limits.done_grace_ns + 500 * limits.close_per_client_ns);
}

TEST_F(CoordinatorClusterTest, AgentThatLeavesEndsTheRunWithWhatWasMeasured) {
  AddAgents(3);
  Start();
  run_.loop.AdvanceBy(5 * kNsPerSecond);
  ASSERT_FALSE(agents_[1]->script().starts.empty());
  agents_[1]->Drain({"the agent got SIGTERM", "压测节点收到 SIGTERM"});
  RunToEnd();
  EXPECT_EQ(run_.result->agents[1].stopped_early,
            LocalString("the agent got SIGTERM", "压测节点退出：压测节点收到 SIGTERM"));
  EXPECT_EQ(run_.result->agents[0].stopped_early,
            LocalString("agent h2:7400 lost", "控制器要求停止：压测节点 h2:7400 失联"));
  EXPECT_THAT(run_.listener.notices, Contains(HasSubstr("agent h2:7400 ended early: the agent got SIGTERM")));
  EXPECT_EQ(run_.result->verdict, Verdict::kDegraded);
  EXPECT_GT(run_.result->totals.counters.scheduled, 0);
  EXPECT_LT(run_.result->totals.counters.scheduled, Total());
  ExpectConserved();
}

TEST_F(CoordinatorClusterTest, EveryAgentThatStoppedByItselfHasItsExactGap) {
  run_.plan.mps = 90;
  AddAgents(3);
  bool holds = false;
  std::vector<std::function<void()>> held;
  agents_[1]->tamper = [&](v1::AgentMessage message, const SimAgent::Deliver& deliver) {
    if (!holds) return deliver(std::move(message));
    held.emplace_back([message, deliver] { deliver(message); });
  };
  Start();
  while (agents_[1]->script().starts.empty()) run_.loop.AdvanceBy(10 * kNsPerMs);
  run_.loop.AdvanceBy(2 * kNsPerSecond);
  // It stops a second before the controller hears of any loss, and of its own after it has told all to stop.
  holds = true;
  agents_[1]->Drain("first");
  run_.loop.AdvanceBy(kNsPerSecond);
  agents_[2]->Drain("second");
  run_.loop.AdvanceBy(20 * kNsPerMs);
  holds = false;
  for (const auto& deliver : held) deliver();
  RunToEnd();
  ASSERT_FALSE(run_.result->gaps.empty());
  const Gap& gap = run_.result->gaps.back();
  EXPECT_EQ(gap.agent, "h2:7400");
  EXPECT_GE(gap.messages_not_scheduled, 28);
  EXPECT_LE(gap.messages_not_scheduled, 31);
  const Schedule schedule = ScheduleOf(run_.plan);
  for (const Gap& each : run_.result->gaps) {
    const AgentResult& agent = run_.result->agents[each.agent == "h2:7400" ? 1 : 2];
    const int64_t due = schedule.CountDueBefore(agent.slice.messages, each.to_ns);
    EXPECT_EQ(agent.totals.counters.scheduled + each.messages_not_scheduled, due) << each.agent;
  }
  ExpectConserved();
}

/// What a spoiled stream of one agent leads to.
struct Tampering {
  const char* name;
  std::function<void(v1::AgentMessage, const SimAgent::Deliver&)> tamper;
  const char* detail;
};

class CoordinatorTamperTest : public CoordinatorClusterTest, public ::testing::WithParamInterface<Tampering> {};

TEST_P(CoordinatorTamperTest, MarksTheAgentLostAndEndsTheRun) {
  AddAgents(3);
  agents_[1]->tamper = GetParam().tamper;
  Start();
  RunToEnd();
  EXPECT_EQ(run_.result->agents[1].state, AgentResult::State::kLost);
  EXPECT_THAT(run_.result->agents[1].state_detail.english(), HasSubstr(GetParam().detail));
  EXPECT_EQ(run_.result->agents[0].state, AgentResult::State::kDone);
  EXPECT_EQ(run_.result->verdict, Verdict::kDegraded);
  EXPECT_TRUE(run_.result->error.ok());
  ExpectConserved();
}

bool IsReport(const v1::AgentMessage& message, uint64_t seq) {
  return message.has_report() && message.report().seq() == seq;
}

INSTANTIATE_TEST_SUITE_P(
    Streams, CoordinatorTamperTest,
    ::testing::Values(Tampering{"Duplicate",
                                [](auto message, const auto& deliver) {
                                  if (IsReport(message, 3)) deliver(message);
                                  deliver(message);
                                },
                                "sent report 3 after report 3"},
                      Tampering{"Gap",
                                [](auto message, const auto& deliver) {
                                  if (!IsReport(message, 3)) deliver(message);
                                },
                                "sent report 4 after report 2"},
                      Tampering{"LastReportMissing",
                                [](auto message, const auto& deliver) {
                                  if (!message.has_report() || message.report().phase() != v1::PHASE_CLOSE)
                                    deliver(message);
                                },
                                "reports, "},
                      Tampering{"TotalsThatAreNotTheSumOfTheReports",
                                [](auto message, const auto& deliver) {
                                  if (message.has_done()) {
                                    v1::Counters& counters =
                                        *message.mutable_done()->mutable_totals()->mutable_counters();
                                    counters.set_success(counters.success() + 1);
                                  }
                                  deliver(message);
                                },
                                "success"},
                      Tampering{"PhaseGoesBack",
                                [](auto message, const auto& deliver) {
                                  if (IsReport(message, 3)) message.mutable_report()->set_phase(v1::PHASE_CONNECT);
                                  if (IsReport(message, 3)) message.mutable_report()->set_interval_index(0);
                                  deliver(message);
                                },
                                "phase connect"},
                      Tampering{"NoPhase",
                                [](auto message, const auto& deliver) {
                                  if (IsReport(message, 2))
                                    message.mutable_report()->set_phase(static_cast<v1::Phase>(99));
                                  deliver(message);
                                },
                                "99"},
                      Tampering{"OtherGeometry",
                                [](auto message, const auto& deliver) {
                                  if (IsReport(message, 2)) {
                                    message.mutable_report()->mutable_delta()->mutable_response()->set_highest_us(5);
                                  }
                                  deliver(message);
                                },
                                "report 2"},
                      Tampering{"NegativeCount",
                                [](auto message, const auto& deliver) {
                                  if (IsReport(message, 2)) {
                                    message.mutable_report()->mutable_delta()->mutable_counters()->set_success(-4);
                                  }
                                  deliver(message);
                                },
                                "report 2"},
                      Tampering{"EmptyMessage",
                                [](auto message, const auto& deliver) {
                                  if (IsReport(message, 3)) message.Clear();
                                  deliver(message);
                                },
                                "unknown message"},
                      Tampering{"SecondAccepted",
                                [](auto message, const auto& deliver) {
                                  if (IsReport(message, 3)) message.mutable_accepted();
                                  deliver(message);
                                },
                                "Accepted out of order"},
                      Tampering{"SecondReady",
                                [](auto message, const auto& deliver) {
                                  if (IsReport(message, 3)) message.mutable_ready();
                                  deliver(message);
                                },
                                "Ready out of order"},
                      Tampering{"ClockReplyUnasked",
                                [](auto message, const auto& deliver) {
                                  if (IsReport(message, 3)) message.mutable_clock_reply();
                                  deliver(message);
                                },
                                "nobody asked"},
                      Tampering{"StarvedBeforeTheStart",
                                [](auto message, const auto& deliver) {
                                  if (message.has_ready()) {
                                    v1::AgentMessage starved;
                                    starved.mutable_starved();
                                    deliver(starved);
                                  }
                                  deliver(message);
                                },
                                "Starved out of order"},
                      Tampering{"YieldedUnasked",
                                [](auto message, const auto& deliver) {
                                  if (IsReport(message, 3)) message.mutable_yielded()->set_from_mono_ns(1);
                                  deliver(message);
                                },
                                "nobody asked for"},
                      Tampering{"YieldsFromAFarInstant",
                                [](auto message, const auto& deliver) {
                                  if (message.has_ready()) {
                                    message.mutable_ready()->set_failed(message.ready().opened());
                                    message.mutable_ready()->set_opened(0);
                                  }
                                  if (message.has_yielded()) {
                                    const int64_t from = message.yielded().from_mono_ns();
                                    message.mutable_yielded()->set_from_mono_ns(from + 3600 * kNsPerSecond);
                                  }
                                  deliver(message);
                                },
                                "another instant"},
                      Tampering{"IntervalOfTheFuture",
                                [](auto message, const auto& deliver) {
                                  if (IsReport(message, 3)) message.mutable_report()->set_interval_index(1'000);
                                  deliver(message);
                                },
                                "which cannot have begun yet"},
                      Tampering{"MoreEndsThanMessages",
                                [](auto message, const auto& deliver) {
                                  if (IsReport(message, 3)) {
                                    message.mutable_report()->mutable_delta()->mutable_counters()->set_success(999'970);
                                  }
                                  deliver(message);
                                },
                                "reports the impossible: 9999"},
                      Tampering{
                          "StatusThatDoesNotExist",
                          [](auto message, const auto& deliver) {
                            if (IsReport(message, 3)) {
                              auto& connections =
                                  *message.mutable_report()->mutable_delta()->mutable_counters()->mutable_connections();
                              connections.set_lost(1);
                              (*connections.mutable_losses())["http_999"] = 1;
                            }
                            deliver(message);
                          },
                          "a cause that is no name"},
                      Tampering{"MoreTimeThanThereWas",
                                [](auto message, const auto& deliver) {
                                  if (message.has_done()) message.mutable_done()->mutable_cpu()->set_wall_us(1ll << 40);
                                  deliver(message);
                                },
                                "more time of its processors than there was"},
                      Tampering{"GivesUp",
                                [](auto message, const auto& deliver) {
                                  if (IsReport(message, 3))
                                    message.mutable_refused()->set_message("line\nbreak\x1b[2J");
                                  deliver(message);
                                },
                                R"(line\nbreak\x1b[2J)"}),
    [](const auto& test) { return test.param.name; });

/// Calls `scenario` with a fresh cluster every 130 ms of a run, from before its beginning to after its end.
void AtEveryMoment(const std::function<void(Cluster&)>& scenario) {
  for (int64_t elapsed_ns = 0; elapsed_ns < 9'500 * kNsPerMs; elapsed_ns += 130 * kNsPerMs) {
    SCOPED_TRACE(elapsed_ns / kNsPerMs);
    Cluster cluster;
    cluster.AddAgent();
    cluster.AddAgent(kHour, {30 * kNsPerMs, 20 * kNsPerMs});
    cluster.AddAgent();
    cluster.Start();
    cluster.run_.loop.AdvanceBy(elapsed_ns);
    scenario(cluster);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(CoordinatorEveryMomentTest, LostAgent) {
  AtEveryMoment([](Cluster& cluster) {
    const FakeEngineScript& script = cluster.agents_[1]->script();
    const bool was_done = !script.starts.empty() && script.engines_alive == 0;
    const bool in_mid_run = cluster.agents_[1]->has_session() && !was_done;
    cluster.agents_[1]->Crash();
    cluster.RunToEnd();
    cluster.ExpectConserved();
    if (!in_mid_run) return;
    const RunResult& result = *cluster.run_.result;
    EXPECT_NE(result.agents[1].state, AgentResult::State::kDone);
    EXPECT_THAT(cluster.run_.listener.notices, Contains(HasSubstr("h2:7400")));
    // Before every agent has accepted there is no run that could go on.
    if (cluster.agents_[0]->script().ramp_starts.empty()) {
      EXPECT_THAT(std::string(Text(result.error)), HasSubstr("agent h2:7400: connection lost"));
    } else {
      EXPECT_TRUE(result.error.ok()) << result.error;
      EXPECT_EQ(result.verdict, Verdict::kDegraded);
    }
  });
}

TEST(CoordinatorEveryMomentTest, AgentWithoutConnections) {
  AtEveryMoment([](Cluster& cluster) {
    for (const size_t agent : {1u, 2u}) {
      const auto& script = cluster.agents_[agent]->script();
      if (script.break_connections) script.break_connections();
      cluster.run_.loop.AdvanceBy(35 * kNsPerMs);
    }
    cluster.RunToEnd();
    cluster.ExpectConserved();
    EXPECT_TRUE(cluster.run_.result->error.ok()) << cluster.run_.result->error;
    EXPECT_EQ(cluster.run_.result->totals.counters.scheduled, cluster.Total());
  });
}

TEST(CoordinatorEveryMomentTest, HungAgent) {
  AtEveryMoment([](Cluster& cluster) {
    cluster.agents_[1]->Hang();
    cluster.RunToEnd();
    cluster.ExpectConserved();
  });
}

TEST(CoordinatorEveryMomentTest, Interrupt) {
  AtEveryMoment([](Cluster& cluster) {
    const bool was_over = cluster.run_.result.has_value();
    if (!was_over) cluster.run_.coordinator->Interrupt();
    cluster.RunToEnd();
    EXPECT_EQ(cluster.run_.result->interrupted, !was_over);
    EXPECT_TRUE(cluster.run_.result->error.ok()) << cluster.run_.result->error;
    cluster.ExpectConserved();
  });
}

TEST(CoordinatorEveryMomentTest, InterruptTwiceDoesNotWait) {
  AtEveryMoment([](Cluster& cluster) {
    RunHarness& run = cluster.run_;
    if (run.result.has_value()) return;
    for (auto& agent : cluster.agents_) agent->script().never_done = true;
    run.coordinator->Interrupt();
    run.loop.AdvanceBy(100 * kNsPerMs);
    if (run.coordinator != nullptr) run.coordinator->Interrupt();
    run.loop.RunUntilIdle();
    ASSERT_TRUE(run.result.has_value());
    EXPECT_TRUE(run.result->interrupted);
    cluster.RunToEnd();
  });
}

TEST(CoordinatorEveryMomentTest, ControllerGoesAway) {
  AtEveryMoment([](Cluster& cluster) {
    cluster.run_.coordinator.reset();
    cluster.run_.loop.AdvanceBy(120 * kNsPerSecond);
    for (auto& agent : cluster.agents_) {
      EXPECT_EQ(agent->script().engines_alive, 0);
      EXPECT_FALSE(agent->has_session());
      EXPECT_EQ(agent->slot().run_id(), "");
    }
  });
}

TEST_F(CoordinatorClusterTest, AgentsAreFreeForTheNextRun) {
  AddAgents(2);
  for (int i = 0; i < 3; ++i) {
    Start();
    RunToEnd();
    EXPECT_TRUE(run_.result->error.ok()) << run_.result->error;
    EXPECT_EQ(run_.result->totals.counters.success, Total());
    run_.result.reset();
    run_.results = 0;
  }
}

}  // namespace
}  // namespace wsload
