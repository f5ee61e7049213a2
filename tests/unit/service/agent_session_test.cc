#include "agent/session/agent_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/plan/phase.h"
#include "common/plan/plan_proto.h"
#include "common/stats/stats_proto.h"
#include "common/version.h"
#include "tests/support/chinese_statement.h"
#include "tests/support/manual_event_loop.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// Notes the session's calls; the test makes the upcalls.
struct EngineLog {
  std::vector<std::string> calls;
  std::vector<int64_t> leases;
  std::vector<std::pair<Slice, int64_t>> take_overs;
  LoadEngineObserver* observer = nullptr;
  bool alive = false;
  RunPlan plan;
  Slice slice;
};

class NotedEngine final : public LoadEngine {
 public:
  explicit NotedEngine(EngineLog& log) : log_(log) { log_.alive = true; }
  ~NotedEngine() override { log_.alive = false; }
  void Connect(int64_t at) override { log_.calls.push_back(fmt::format("connect {}", at)); }
  void Start(int64_t at) override { log_.calls.push_back(fmt::format("start {}", at)); }
  void Stop(const Statement& reason) override {
    log_.calls.push_back("stop " + StatementText(Language::kEnglish, reason));
  }
  void SetLease(int64_t until) override { log_.leases.push_back(until); }
  void TakeOver(const Slice& share, int64_t from) override { log_.take_overs.emplace_back(share, from); }
  void YieldFrom(int64_t) override {}
  int workers() const override { return 3; }

 private:
  EngineLog& log_;
};

class AgentSessionTest : public ::testing::Test {
 protected:
  AgentSessionTest() {
    plan_.cipher_key = kDemoCipherKey;
    plan_.jwt_key = kDemoJwtKey;
    config_.name = "a1";
    config_.cores = 4;
    config_.slot = &slot_;
    config_.engine_factory = [this](const std::string&, const RunPlan& plan, const Slice& slice,
                                    LoadEngineObserver& observer) -> absl::StatusOr<std::unique_ptr<LoadEngine>> {
      if (!engine_error_.ok()) return engine_error_;
      log_.observer = &observer;
      log_.plan = plan;
      log_.slice = slice;
      return std::make_unique<NotedEngine>(log_);
    };
    NewSession();
  }

  void NewSession() {
    finished_ = 0;
    engine_totals_ = {};
    session_ = std::make_unique<AgentSession>(
        loop_, config_, [this](v1::AgentMessage message) { sent_.push_back(ToldInBoth(std::move(message))); },
        [this] {
          ++finished_;
          session_.reset();
        });
  }

  v1::ControllerMessage AssignMessage() const {
    v1::ControllerMessage message;
    v1::Assign& assign = *message.mutable_assign();
    assign.set_run_id("run-1");
    assign.set_protocol_version(kControlProtocolVersion);
    *assign.mutable_plan() = ToProto(plan_);
    *assign.mutable_slice() = ToProto(SplitOverAgents(plan_, 2)[0]);
    return message;
  }

  void Deliver(const v1::ControllerMessage& message) {
    if (session_ != nullptr) session_->OnControllerMessage(message);
    loop_.RunUntilIdle();
  }
  void Assign() { Deliver(AssignMessage()); }
  void Connect(int64_t at) {
    v1::ControllerMessage message;
    message.mutable_connect()->set_ramp_start_mono_ns(at);
    Deliver(message);
  }
  void Lease(int64_t until) {
    v1::ControllerMessage message;
    message.mutable_lease()->set_until_mono_ns(until);
    Deliver(message);
  }
  void TakeOver(const Slice& share, int64_t from) {
    v1::ControllerMessage message;
    *message.mutable_take_over()->mutable_slice() = ToProto(share);
    message.mutable_take_over()->set_from_mono_ns(from);
    Deliver(message);
  }
  void Start(int64_t at) {
    v1::ControllerMessage message;
    message.mutable_start()->set_start_mono_ns(at);
    Deliver(message);
  }
  void Stop(const std::string& reason) {
    v1::ControllerMessage message;
    message.mutable_stop()->set_reason(reason);
    Deliver(message);
  }
  void EngineReady(int64_t opened, int64_t failed) {
    log_.observer->OnReady(opened, failed);
    loop_.RunUntilIdle();
  }
  void EngineInterval(Phase phase, int64_t index) {
    IntervalReport report{.phase = phase, .interval_index = index, .delta = {}};
    report.delta.counters.scheduled = report.delta.counters.success = 5;
    engine_totals_.Merge(report.delta);
    log_.observer->OnInterval(report);
    loop_.RunUntilIdle();
  }
  void EngineDone(std::optional<Statement> stopped_early = {}) {
    FinalReport report;
    report.totals = std::exchange(engine_totals_, {});
    report.stopped_early = std::move(stopped_early);
    log_.observer->OnDone(report);
    loop_.RunUntilIdle();
  }
  /// The controller has its final report and ends the stream.
  void CloseStream() {
    if (session_ != nullptr) session_->OnControllerLost();
    loop_.RunUntilIdle();
  }
  void Reach(const std::string& state) {
    if (state == "idle") return;
    Assign();
    if (state == "assigned") return;
    Lease(loop_.MonoNs() + 10 * kNsPerSecond);
    Connect(loop_.MonoNs());
    if (state == "connecting") return;
    EngineReady(5, 0);
    if (state == "ready") return;
    Start(loop_.MonoNs());
  }

  void ExpectRefused(v1::Refused::Code code, const std::string& part) {
    ASSERT_FALSE(sent_.empty());
    ASSERT_TRUE(sent_.back().has_refused()) << sent_.back().ShortDebugString();
    EXPECT_EQ(sent_.back().refused().code(), code);
    EXPECT_THAT(sent_.back().refused().message(), HasSubstr(part));
  }

  ManualEventLoop loop_;
  RunSlot slot_{loop_.clock()};
  RunPlan plan_;
  AgentConfig config_;
  absl::Status engine_error_;
  EngineLog log_;
  Stats engine_totals_;  ///< the sum of the intervals so far
  std::vector<v1::AgentMessage> sent_;
  int finished_ = 0;
  std::unique_ptr<AgentSession> session_;
};

TEST_F(AgentSessionTest, TellsWhatItsQuotaHeldUpUntilTheEndOfTheLoad) {
  int64_t throttled_us = 0;
  config_.cpu_quota = [&throttled_us] { return CpuQuota{.cores = 0.3, .throttled_us = throttled_us += 100}; };
  NewSession();
  Reach("running");
  for (const Phase phase : {Phase::kMeasure, Phase::kDrain, Phase::kClose}) EngineInterval(phase, 0);
  EngineDone();
  EXPECT_EQ(sent_.back().done().cpu().quota_cores(), 0.3);
  EXPECT_EQ(sent_.back().done().cpu().throttled_us(), 100) << "looked at twice: closing is not the load";
}

TEST_F(AgentSessionTest, CarriesARunFromAssignToDone) {
  Assign();
  ASSERT_TRUE(sent_.back().has_accepted());
  EXPECT_EQ(sent_.back().accepted().agent_name(), "a1");
  EXPECT_EQ(sent_.back().accepted().agent_version(), kVersion);
  EXPECT_EQ(sent_.back().accepted().workers(), 3);
  EXPECT_EQ(sent_.back().accepted().cores(), 4);
  EXPECT_EQ(log_.slice, SplitOverAgents(plan_, 2)[0]);
  EXPECT_EQ(slot_.run_id(), "run-1");

  const int64_t ramp = loop_.MonoNs() + 200 * kNsPerMs;
  Lease(loop_.MonoNs() + 5 * kNsPerSecond);
  EXPECT_THAT(log_.leases, ElementsAre(loop_.MonoNs() + 5 * kNsPerSecond));
  Connect(ramp);
  EngineInterval(Phase::kConnect, 0);
  EXPECT_EQ(sent_.back().report().seq(), 1u);
  EXPECT_EQ(sent_.back().report().phase(), v1::PHASE_CONNECT);
  EngineReady(4, 1);
  EXPECT_EQ(sent_.back().ready().opened(), 4);
  EXPECT_EQ(sent_.back().ready().failed(), 1);

  const int64_t start = loop_.MonoNs() + 300 * kNsPerMs;
  Start(start);
  EXPECT_THAT(log_.calls, ElementsAre(fmt::format("connect {}", ramp), fmt::format("start {}", start)));
  EngineInterval(Phase::kMeasure, 0);
  EngineInterval(Phase::kMeasure, 1);
  EXPECT_EQ(sent_.back().report().seq(), 3u);
  EXPECT_EQ(sent_.back().report().interval_index(), 1);
  EXPECT_EQ(sent_.back().report().delta().counters().success(), 5);

  EngineDone();
  ASSERT_TRUE(sent_.back().has_done());
  EXPECT_EQ(sent_.back().done().last_seq(), 3u);
  EXPECT_EQ(sent_.back().done().stopped_early(), "");
  EXPECT_FALSE(log_.alive);
  EXPECT_EQ(slot_.run_id(), "") << "free before the controller can know";
  EXPECT_EQ(finished_, 0) << "the clocks are looked at once more";
  v1::ControllerMessage probe;
  probe.mutable_clock_probe()->set_sent_ns(5);
  Deliver(probe);
  EXPECT_TRUE(sent_.back().has_clock_reply());
  Stop("late");
  EXPECT_TRUE(sent_.back().has_clock_reply()) << "nothing else counts any more";
  CloseStream();
  EXPECT_EQ(finished_, 1);
}

TEST_F(AgentSessionTest, ControllerThatForgetsToEndTheStreamIsNotWaitedForForever) {
  Reach("running");
  EngineDone();
  EXPECT_EQ(finished_, 0);
  loop_.AdvanceBy(11 * kNsPerSecond);
  EXPECT_EQ(finished_, 1);
}

using AgentSessionDeathTest = AgentSessionTest;

TEST_F(AgentSessionDeathTest, FiguresThatDoNotAddUpAreNotReported) {
  Reach("running");
  EngineInterval(Phase::kMeasure, 0);
  Stats totals = engine_totals_;
  engine_totals_.counters.scheduled += 1;
  engine_totals_.counters.success += 1;
  EXPECT_DEATH(EngineDone(), "internal error: scheduled: 6 in all, but 5 in the sum of the parts .*please report");
  engine_totals_ = totals;
  engine_totals_.counters.success -= 1;
  EXPECT_DEATH(EngineDone(), "of 5 messages 4 succeeded, 0 failed and 0 were not sent: 1 have no end");
}

TEST_F(AgentSessionTest, ConnectsOnlyUnderALease) {
  Reach("assigned");
  Connect(loop_.MonoNs());
  ExpectRefused(v1::Refused::CODE_OUT_OF_ORDER, "lease");
}

TEST_F(AgentSessionTest, LeaseThatRunsOutStopsTheLoadInEveryState) {
  for (const char* state : {"connecting", "ready", "running"}) {
    SCOPED_TRACE(state);
    Reach(state);
    const int64_t until = loop_.MonoNs() + 3 * kNsPerSecond;
    Lease(until);
    EXPECT_EQ(log_.leases.back(), until);
    loop_.AdvanceTo(until);
    EXPECT_THAT(log_.calls.back(), Not(HasSubstr("stop")));
    loop_.AdvanceBy(1);
    EXPECT_EQ(log_.calls.back(), "stop lease expired");
    Lease(until + kNsPerSecond);
    EXPECT_EQ(log_.leases.back(), until) << "a renewal that comes too late changes nothing";
    EngineDone(Statement{StatementKind::kLeaseExpired});
    ASSERT_TRUE(sent_.back().has_done()) << "told, should anyone still listen";
    EXPECT_EQ(sent_.back().done().stopped_early(), "lease expired");
    EXPECT_EQ(slot_.run_id(), "");
    CloseStream();
    NewSession();
  }
}

TEST_F(AgentSessionTest, LeaseIsRenewedAndOneOfThePastIsOver) {
  Reach("running");
  for (int i = 0; i < 20; ++i) {
    loop_.AdvanceBy(kNsPerSecond);
    Lease(loop_.MonoNs() + 2 * kNsPerSecond);
  }
  EXPECT_THAT(log_.calls.back(), HasSubstr("start"));
  Lease(loop_.MonoNs() - kNsPerSecond);
  EXPECT_EQ(log_.calls.back(), "stop lease expired");
}

TEST_F(AgentSessionTest, RefusesLeasesThatNobodyCanMean) {
  Reach("running");
  Lease(std::numeric_limits<int64_t>::max());
  ExpectRefused(v1::Refused::CODE_OUT_OF_ORDER, "clock");
  EngineDone();
  NewSession();
  Lease(loop_.MonoNs());
  ExpectRefused(v1::Refused::CODE_OUT_OF_ORDER, "no run");
}

TEST_F(AgentSessionTest, HandsATakeOverToTheEngineWhileTheLoadRuns) {
  Reach("running");
  const Slice share = Divide(SplitOverAgents(plan_, 2)[1], 3)[2];
  const int64_t from = loop_.MonoNs() + 300 * kNsPerMs;
  TakeOver(share, from);
  ASSERT_EQ(log_.take_overs.size(), 1u);
  EXPECT_EQ(log_.take_overs[0], std::make_pair(share, from));
}

TEST_F(AgentSessionTest, RefusesHostileTakeOvers) {
  const Slice share = SplitOverAgents(plan_, 2)[1];
  for (const char* state : {"assigned", "connecting", "ready"}) {
    Reach(state);
    TakeOver(share, loop_.MonoNs());
    ExpectRefused(v1::Refused::CODE_OUT_OF_ORDER, "TakeOver");
    EngineDone();
    NewSession();
  }
  Reach("running");
  TakeOver(share, std::numeric_limits<int64_t>::min());
  ExpectRefused(v1::Refused::CODE_OUT_OF_ORDER, "clock");
  EngineDone();
  NewSession();
  Reach("running");
  Slice huge = share;
  huge.clients.count = std::numeric_limits<int64_t>::max();
  TakeOver(huge, loop_.MonoNs());
  ExpectRefused(v1::Refused::CODE_BAD_PLAN, "clients");
  EngineDone();
  NewSession();
  Reach("running");
  for (int i = 0; i < 5000 && !sent_.back().has_refused(); ++i) TakeOver(share, loop_.MonoNs());
  ExpectRefused(v1::Refused::CODE_OUT_OF_ORDER, "too often");
  EXPECT_TRUE(log_.take_overs.size() < 5000);
}

TEST_F(AgentSessionTest, TakesOverNoMoreClientsThanItsMeans) {
  config_.max_clients = 7;
  session_.reset();
  NewSession();
  Reach("running");
  const Slice share = SplitOverAgents(plan_, 2)[1];
  ASSERT_EQ(share.clients.count, 5);
  TakeOver(share, loop_.MonoNs());
  ASSERT_EQ(log_.take_overs.size(), 1u);
  EXPECT_EQ(log_.take_overs[0].first.clients.count, 2);
  EXPECT_EQ(log_.take_overs[0].first.messages, share.messages);
  TakeOver(share, loop_.MonoNs());
  EXPECT_EQ(log_.take_overs.size(), 1u) << "no connection more can be had";
  EXPECT_FALSE(sent_.back().has_refused());
}

TEST_F(AgentSessionTest, AnswersClockProbesInEveryState) {
  for (const char* state : {"idle", "assigned", "connecting", "ready", "running"}) {
    Reach(state);
    v1::ControllerMessage probe;
    probe.mutable_clock_probe()->set_sent_ns(-77);
    loop_.AdvanceBy(12'345);
    Deliver(probe);
    ASSERT_TRUE(sent_.back().has_clock_reply()) << state;
    EXPECT_EQ(sent_.back().clock_reply().sent_ns(), -77);
    EXPECT_EQ(sent_.back().clock_reply().agent_mono_ns(), loop_.MonoNs());
    session_.reset();
    NewSession();
  }
}

TEST_F(AgentSessionTest, RefusesHostileAssignments) {
  struct Case {
    const char* what;
    std::function<void(v1::Assign&)> spoil;
    v1::Refused::Code code;
    const char* part;
  };
  constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();
  const Case cases[] = {
      {"version", [](auto& a) { a.set_protocol_version(kControlProtocolVersion + 1); }, v1::Refused::CODE_VERSION,
       "install the same"},
      {"no run id", [](auto& a) { a.clear_run_id(); }, v1::Refused::CODE_BAD_PLAN, "run id"},
      {"long run id", [](auto& a) { a.set_run_id(std::string(65, 'a')); }, v1::Refused::CODE_BAD_PLAN, "run id"},
      {"run id with path", [](auto& a) { a.set_run_id("../x"); }, v1::Refused::CODE_BAD_PLAN, "run id"},
      {"run id with escape", [](auto& a) { a.set_run_id("a\x1b[0m"); }, v1::Refused::CODE_BAD_PLAN, "run id"},
      {"no plan", [](auto& a) { a.clear_plan(); }, v1::Refused::CODE_BAD_PLAN, ""},
      {"messages alone", [](auto& a) { a.mutable_slice()->mutable_clients()->set_count(0); },
       v1::Refused::CODE_BAD_PLAN, "no client to send them"},
      {"no clients", [](auto& a) { a.mutable_plan()->set_clients(0); }, v1::Refused::CODE_BAD_PLAN, "clients"},
      {"negative rate", [](auto& a) { a.mutable_plan()->set_mps("-1"); }, v1::Refused::CODE_BAD_PLAN, "mps"},
      {"endless", [](auto& a) { a.mutable_plan()->set_duration_ns(kHuge); }, v1::Refused::CODE_BAD_PLAN, "duration"},
      {"no slice", [](auto& a) { a.clear_slice(); }, v1::Refused::CODE_BAD_PLAN, ""},
      {"huge slice", [](auto& a) { a.mutable_slice()->mutable_clients()->set_count(kHuge); },
       v1::Refused::CODE_BAD_PLAN, ""},
      {"zero stride", [](auto& a) { a.mutable_slice()->mutable_messages()->set_stride(0); }, v1::Refused::CODE_BAD_PLAN,
       ""},
      {"overflowing stride", [](auto& a) { a.mutable_slice()->mutable_clients()->set_stride(kHuge); },
       v1::Refused::CODE_BAD_PLAN, ""},
      {"negative agent", [](auto& a) { a.mutable_slice()->set_agent_index(-1); }, v1::Refused::CODE_BAD_PLAN, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    v1::ControllerMessage message = AssignMessage();
    c.spoil(*message.mutable_assign());
    Deliver(message);
    ExpectRefused(c.code, c.part);
    EXPECT_EQ(finished_, 1);
    EXPECT_FALSE(log_.alive);
    EXPECT_EQ(slot_.run_id(), "");
    NewSession();
  }
}

TEST_F(AgentSessionTest, RefusesMoreClientsThanItsMeans) {
  config_.max_clients = 4;
  NewSession();
  Assign();
  ExpectRefused(v1::Refused::CODE_BEYOND_MEANS, "-max-clients");
  EXPECT_EQ(finished_, 1);
}

TEST_F(AgentSessionTest, RefusesMoreClientsThanItsHostCarries) {
  const std::pair<HostFacts, const char*> hosts[] = {{{.descriptors_soft = 30}, "ulimit -n"},
                                                     {{.ports = 2}, "ip_local_port_range"},
                                                     {{.memory_available_bytes = 1}, "memory"}};
  for (const auto& [facts, part] : hosts) {
    config_.host_facts = [facts = facts] { return facts; };
    NewSession();
    Assign();
    ExpectRefused(v1::Refused::CODE_BEYOND_MEANS, part);
    EXPECT_EQ(finished_, 1);
    EXPECT_EQ(slot_.run_id(), "");
  }
  config_.host_facts = [] {
    return HostFacts{.descriptors_soft = 1000, .ports = 1000, .memory_available_bytes = 1 << 30};
  };
  NewSession();
  Assign();
  EXPECT_TRUE(sent_.back().has_accepted());
}

TEST_F(AgentSessionTest, HandsTheEnginesRefusalOn) {
  const std::pair<absl::StatusCode, v1::Refused::Code> codes[] = {
      {absl::StatusCode::kInvalidArgument, v1::Refused::CODE_BAD_PLAN},
      {absl::StatusCode::kResourceExhausted, v1::Refused::CODE_BEYOND_MEANS},
      {absl::StatusCode::kPermissionDenied, v1::Refused::CODE_TARGET_NOT_ALLOWED}};
  for (const auto& [code, refusal] : codes) {
    engine_error_ = absl::Status(code, fmt::format("no: {}", static_cast<int>(code)));
    Assign();
    ExpectRefused(refusal, "no: ");
    EXPECT_EQ(finished_, 1);
    EXPECT_EQ(slot_.run_id(), "");
    NewSession();
  }
}

TEST_F(AgentSessionTest, SourceAddressesComeFromTheAgentThenThePlanAndMustBeItsHosts) {
  plan_.local_addrs = *SourceList::Parse("127.0.0.2");
  Assign();
  EXPECT_EQ(log_.plan.local_addrs.text(), "127.0.0.2");
  session_.reset();
  config_.local_addrs = *SourceList::Parse("127.0.0.3-127.0.0.4");
  NewSession();
  Assign();
  EXPECT_EQ(log_.plan.local_addrs.text(), "127.0.0.3-127.0.0.4");
  session_.reset();
  config_.local_addrs = {};
  plan_.local_addrs = *SourceList::Parse("203.0.113.1");  // TEST-NET-3 is nobody's
  NewSession();
  Assign();
  ExpectRefused(v1::Refused::CODE_BAD_PLAN, "cannot connect from 203.0.113.1");
  EXPECT_EQ(slot_.run_id(), "");
  config_.local_addrs = *SourceList::Parse("::1");
  plan_.local_addrs = {};
  plan_.server = *ServerUrl::Parse("ws://127.0.0.1:9002/ws");
  NewSession();
  Assign();
  ExpectRefused(v1::Refused::CODE_BAD_PLAN, "no IPv4 address among them");
}

TEST_F(AgentSessionTest, WorkersComeFromTheAgentThenThePlanThenTheCores) {
  Assign();
  EXPECT_EQ(log_.plan.workers, 4);
  session_.reset();
  plan_.workers = 2;
  NewSession();
  Assign();
  EXPECT_EQ(log_.plan.workers, 2);
  session_.reset();
  config_.workers = 7;
  NewSession();
  Assign();
  EXPECT_EQ(log_.plan.workers, 7);
}

TEST_F(AgentSessionTest, SaysWhoKeepsItBusy) {
  Assign();
  std::vector<v1::AgentMessage> answers;
  bool second_finished = false;
  AgentSession second(
      loop_, config_, [&](v1::AgentMessage message) { answers.push_back(std::move(message)); },
      [&] { second_finished = true; });
  v1::ControllerMessage message = AssignMessage();
  message.mutable_assign()->set_run_id("run-2");
  loop_.AdvanceBy(5 * kNsPerSecond);
  second.OnControllerMessage(message);
  loop_.RunUntilIdle();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].refused().code(), v1::Refused::CODE_BUSY);
  EXPECT_EQ(answers[0].refused().message(),
            "busy with run run-1 since 2023-11-14T22:13:20Z; wait for its end, or use another agent");
  EXPECT_TRUE(second_finished);
  EXPECT_EQ(slot_.run_id(), "run-1") << "the refused session must not free the other's slot";
}

struct OutOfOrder {
  const char* state;
  const char* message;
};

class AgentSessionOrderTest : public AgentSessionTest, public ::testing::WithParamInterface<OutOfOrder> {};

TEST_P(AgentSessionOrderTest, RefusesAndStopsTheLoad) {
  Reach(GetParam().state);
  const std::string message = GetParam().message;
  const bool had_engine = log_.alive;
  if (message == "assign") Assign();
  if (message == "connect") Connect(loop_.MonoNs());
  if (message == "start") Start(loop_.MonoNs());
  if (message == "stop") Stop("x");
  if (message == "empty") Deliver(v1::ControllerMessage());
  ExpectRefused(v1::Refused::CODE_OUT_OF_ORDER, "");
  if (had_engine) {
    EXPECT_THAT(log_.calls.back(), HasSubstr("stop "));
    EXPECT_EQ(finished_, 0) << "the engine still drains";
    const size_t sent = sent_.size();
    EngineInterval(Phase::kClose, 0);
    EngineDone(Statement{StatementKind::kRunRefused, {"refused"}});
    EXPECT_EQ(sent_.size(), sent) << "nothing follows a refusal";
  }
  EXPECT_EQ(finished_, 1);
  EXPECT_FALSE(log_.alive);
}

INSTANTIATE_TEST_SUITE_P(AllStates, AgentSessionOrderTest,
                         ::testing::Values(OutOfOrder{"idle", "connect"}, OutOfOrder{"idle", "start"},
                                           OutOfOrder{"idle", "stop"}, OutOfOrder{"idle", "empty"},
                                           OutOfOrder{"assigned", "assign"}, OutOfOrder{"assigned", "start"},
                                           OutOfOrder{"connecting", "assign"}, OutOfOrder{"connecting", "connect"},
                                           OutOfOrder{"connecting", "start"}, OutOfOrder{"ready", "connect"},
                                           OutOfOrder{"ready", "empty"}, OutOfOrder{"running", "assign"},
                                           OutOfOrder{"running", "connect"}, OutOfOrder{"running", "start"},
                                           OutOfOrder{"running", "empty"}),
                         [](const auto& test) { return std::string(test.param.state) + "_" + test.param.message; });

TEST_F(AgentSessionTest, RefusesInstantsFarFromItsClock) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  for (const int64_t instant : {kMin, kMax, loop_.MonoNs() + 61 * kNsPerSecond, loop_.MonoNs() - 61 * kNsPerSecond}) {
    Reach("assigned");
    Lease(loop_.MonoNs() + kNsPerSecond);
    Connect(instant);
    ExpectRefused(v1::Refused::CODE_OUT_OF_ORDER, "clock");
    session_.reset();
    NewSession();
    Reach("ready");
    Start(instant);
    ExpectRefused(v1::Refused::CODE_OUT_OF_ORDER, "clock");
    session_.reset();
    NewSession();
  }
}

TEST_F(AgentSessionTest, StopEndsInDoneWithTheReason) {
  for (const char* state : {"assigned", "connecting", "ready", "running"}) {
    SCOPED_TRACE(state);
    Reach(state);
    Stop("interrupted");
    EXPECT_EQ(log_.calls.back(), "stop interrupted");
    Stop("again");
    EXPECT_EQ(log_.calls.back(), "stop interrupted") << "once is enough";
    EngineInterval(Phase::kClose, 0);
    EXPECT_TRUE(sent_.back().has_report());
    EngineDone(Statement{StatementKind::kToldToStopWhy, {"interrupted"}});
    ASSERT_TRUE(sent_.back().has_done());
    EXPECT_EQ(sent_.back().done().stopped_early(), "interrupted");
    CloseStream();
    EXPECT_EQ(finished_, 1);
    NewSession();
  }
}

TEST_F(AgentSessionTest, StartThatCrossesADrainIsNoFault) {
  Reach("ready");
  session_->Drain("SIGTERM");
  Start(loop_.MonoNs());
  EngineDone(Statement{StatementKind::kAgentLeaving, {"SIGTERM"}});
  ASSERT_TRUE(sent_.back().has_done());
  EXPECT_EQ(sent_.back().done().stopped_early(), "SIGTERM");
  CloseStream();
  EXPECT_EQ(finished_, 1);
}

TEST_F(AgentSessionTest, DrainWithoutARunRefuses) {
  session_->Drain("SIGTERM");
  loop_.RunUntilIdle();
  ExpectRefused(v1::Refused::CODE_BUSY, "leaving: SIGTERM");
  EXPECT_EQ(finished_, 1);
}

TEST_F(AgentSessionTest, LostControllerStopsTheLoadSilently) {
  for (const char* state : {"assigned", "connecting", "ready", "running"}) {
    SCOPED_TRACE(state);
    Reach(state);
    const size_t sent = sent_.size();
    session_->OnControllerLost();
    loop_.RunUntilIdle();
    EXPECT_THAT(log_.calls.back(), HasSubstr("stop "));
    EXPECT_EQ(finished_, 0);
    EXPECT_EQ(slot_.run_id(), "run-1") << "not free while connections still close";
    EngineInterval(Phase::kClose, 0);
    EngineDone(Statement{StatementKind::kControllerLost});
    EXPECT_EQ(sent_.size(), sent);
    EXPECT_EQ(finished_, 1);
    EXPECT_EQ(slot_.run_id(), "");
    NewSession();
  }
  session_->OnControllerLost();
  loop_.RunUntilIdle();
  EXPECT_EQ(finished_, 1);
}

TEST_F(AgentSessionTest, ControllerThatHangsLosesTheAgent) {
  for (const char* state : {"idle", "assigned", "ready"}) {
    SCOPED_TRACE(state);
    Reach(state);
    for (int second = 0; second < 600; ++second) {
      loop_.AdvanceBy(kNsPerSecond);
      // A controller whose leases still come, and nothing else.
      if (std::string(state) == "ready") Lease(loop_.MonoNs() + 5 * kNsPerSecond);
    }
    ExpectRefused(v1::Refused::CODE_OUT_OF_ORDER, "in time");
    if (log_.alive) EngineDone();
    EXPECT_EQ(finished_, 1);
    EXPECT_EQ(slot_.run_id(), "");
    NewSession();
  }
}

TEST_F(AgentSessionTest, EngineThatHangsIsTakenDown) {
  Reach("running");
  Stop("interrupted");
  loop_.AdvanceBy(600 * kNsPerSecond);
  EXPECT_FALSE(log_.alive);
  EXPECT_FALSE(sent_.back().has_done());
  EXPECT_TRUE(finished_ == 1 && slot_.run_id().empty());
}

TEST_F(AgentSessionTest, EngineThatGoesOnClosingIsWaitedFor) {
  plan_.clients = 20'000;
  Reach("running");
  Stop("interrupted");
  for (int second = 0; second < 120; ++second) {
    loop_.AdvanceBy(kNsPerSecond);
    EngineInterval(Phase::kClose, second);
  }
  ASSERT_TRUE(log_.alive) << "10,000 clients, of which each may take 10 ms";
  EngineDone(Statement{StatementKind::kToldToStopWhy, {"interrupted"}});
  EXPECT_TRUE(sent_.back().has_done());
}

TEST_F(AgentSessionTest, EngineThatNeverEndsClosingIsTakenDown) {
  plan_.clients = 20'000;
  Reach("running");
  Stop("interrupted");
  for (int second = 0; second < 140 && log_.alive; ++second) {
    loop_.AdvanceBy(kNsPerSecond);
    if (log_.alive) EngineInterval(Phase::kClose, second);
  }
  EXPECT_FALSE(log_.alive);
  EXPECT_EQ(finished_, 1);
}

TEST_F(AgentSessionTest, DeletedInMidRunTakesItsEngineAlong) {
  Reach("running");
  log_.observer->OnInterval({});
  session_.reset();
  EXPECT_FALSE(log_.alive);
  loop_.RunUntilIdle();
  EXPECT_TRUE(finished_ == 0 && slot_.run_id().empty());
}

}  // namespace
}  // namespace wsload
