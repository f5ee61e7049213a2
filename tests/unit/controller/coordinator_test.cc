// The coordinator's side of the control protocol, message by message.
#include "controller/run/coordinator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "common/plan/plan_proto.h"
#include "common/stats/stats_proto.h"
#include "common/util/status.h"
#include "common/version.h"
#include "tests/unit/controller/run_harness.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;

/// The far end of a link that the test plays.
struct FarEnd {
  std::string address;
  AgentLinkObserver* observer = nullptr;
  std::vector<v1::ControllerMessage> received;
  bool send_closed = false;
  bool link_alive = true;
  bool speaks_to_the_end = false;  ///< an upcall is under way while the link is deleted
};

class FakeLink final : public AgentLink {
 public:
  explicit FakeLink(FarEnd& far) : far_(far) {}
  ~FakeLink() override {
    if (far_.speaks_to_the_end) {
      far_.observer->OnAgentMessage({});
      far_.observer->OnLinkClosed(absl::OkStatus());
    }
    far_.link_alive = false;
  }
  void Open(AgentLinkObserver* observer) override { far_.observer = observer; }
  void Send(v1::ControllerMessage message) override { far_.received.push_back(std::move(message)); }
  void CloseSend() override { far_.send_closed = true; }
  const std::string& address() const override { return far_.address; }

 private:
  FarEnd& far_;
};

class CoordinatorTest : public ::testing::Test {
 protected:
  void StartRun(int agents, RunCoordinator::Limits limits = {}) {
    far_.resize(agents);
    std::vector<std::unique_ptr<AgentLink>> links;
    for (int i = 0; i < agents; ++i) {
      far_[i].address = fmt::format("h{}:7400", i + 1);
      links.push_back(std::make_unique<FakeLink>(far_[i]));
    }
    run_.Start(std::move(links), limits);
  }

  void Say(int agent, const v1::AgentMessage& message) {
    far_[agent].observer->OnAgentMessage(message);
    run_.loop.RunUntilIdle();
  }
  void Close(int agent, const absl::Status& status) {
    far_[agent].observer->OnLinkClosed(status);
    run_.loop.RunUntilIdle();
  }
  const v1::ControllerMessage& Last(int agent) const { return far_[agent].received.back(); }
  /// Without the leases and probes that go on all the time.
  const v1::ControllerMessage& LastOrder(int agent) const {
    const auto& received = far_[agent].received;
    return *std::find_if(received.rbegin(), received.rend(),
                         [](const auto& message) { return !message.has_lease() && !message.has_clock_probe(); });
  }

  /// Answers one probe after `round_trip_ns`, by a clock that is `offset_ns` ahead.
  void AnswerProbe(int agent, int64_t round_trip_ns, int64_t offset_ns) {
    ASSERT_TRUE(Last(agent).has_clock_probe());
    v1::AgentMessage reply;
    reply.mutable_clock_reply()->set_sent_ns(Last(agent).clock_probe().sent_ns());
    reply.mutable_clock_reply()->set_agent_mono_ns(run_.loop.MonoNs() + round_trip_ns / 2 + offset_ns);
    run_.loop.AdvanceBy(round_trip_ns);
    Say(agent, reply);
  }
  void AnswerProbes(int agent) {
    while (Last(agent).has_clock_probe()) AnswerProbe(agent, kNsPerMs, 0);
  }
  void Accept(int agent) {
    v1::AgentMessage message;
    message.mutable_accepted()->set_agent_name(fmt::format("host{}", agent + 1));
    message.mutable_accepted()->set_agent_version("0.1.0");
    message.mutable_accepted()->set_workers(2);
    message.mutable_accepted()->set_cores(4);
    Say(agent, message);
  }
  void Ready(int agent, int64_t opened) {
    v1::AgentMessage message;
    message.mutable_ready()->set_opened(opened);
    Say(agent, message);
  }
  void Done(int agent) {
    v1::AgentMessage message;
    *message.mutable_done()->mutable_totals() = ToProto(Stats{});
    Say(agent, message);
    // The last clock probes stay without an answer.
    run_.loop.AdvanceBy(kNsPerSecond);
  }

  std::vector<FarEnd> far_;  ///< outlives the links
  RunHarness run_;
};

TEST_F(CoordinatorTest, TheProtocolInOrder) {
  StartRun(2);
  for (int agent : {0, 1}) {
    ASSERT_EQ(far_[agent].received.size(), 1u) << "all agents at once, one probe at a time";
    AnswerProbes(agent);
    EXPECT_EQ(far_[agent].received.size(), 9u) << "8 probes and Assign";
    ASSERT_TRUE(Last(agent).has_assign());
    const v1::Assign& assign = Last(agent).assign();
    EXPECT_EQ(assign.run_id(), "run-1");
    EXPECT_EQ(assign.controller_version(), kVersion);
    EXPECT_EQ(assign.protocol_version(), kControlProtocolVersion);
    const auto plan = FromProto(assign.plan());
    ASSERT_TRUE(plan.ok());
    EXPECT_EQ(*plan, run_.plan);
    const auto slice = FromProto(assign.slice(), *plan);
    ASSERT_TRUE(slice.ok());
    EXPECT_EQ(*slice, SplitOverAgents(run_.plan, 2)[agent]);
  }
  Accept(1);
  EXPECT_TRUE(Last(1).has_assign()) << "nobody connects before all have accepted";
  Accept(0);
  ASSERT_TRUE(LastOrder(0).has_connect());
  ASSERT_TRUE(LastOrder(1).has_connect());
  run_.loop.AdvanceBy(3 * kNsPerSecond);
  Ready(0, 5);
  EXPECT_TRUE(LastOrder(0).has_connect()) << "the barrier waits for the slowest";
  Ready(1, 5);
  ASSERT_TRUE(LastOrder(0).has_start());
  ASSERT_TRUE(LastOrder(1).has_start());
  EXPECT_GE(LastOrder(0).start().start_mono_ns(), run_.loop.MonoNs() + RunCoordinator::Limits{}.start_lead_ns);
  run_.loop.AdvanceBy(6 * kNsPerSecond);
  Done(0);
  EXPECT_TRUE(far_[0].send_closed);
  EXPECT_FALSE(run_.result.has_value());
  Done(1);
  ASSERT_TRUE(run_.result.has_value());
  EXPECT_TRUE(run_.result->error.ok());
  EXPECT_EQ(run_.result->agents[0].name, "host1");
  EXPECT_EQ(run_.result->agents[0].workers, 2);
  EXPECT_EQ(run_.result->agents[0].cores, 4);
  EXPECT_FALSE(far_[0].link_alive);
}

TEST_F(CoordinatorTest, TheShortestRoundTripDecidesTheOffset) {
  RunCoordinator::Limits limits;
  limits.clock_probes = 4;
  StartRun(1, limits);
  AnswerProbe(0, 50 * kNsPerMs, 7 * kNsPerSecond + 20 * kNsPerMs);
  AnswerProbe(0, 2 * kNsPerMs, 7 * kNsPerSecond);
  AnswerProbe(0, 90 * kNsPerMs, 7 * kNsPerSecond - 30 * kNsPerMs);
  AnswerProbe(0, 2 * kNsPerMs, 7 * kNsPerSecond + 10);
  Accept(0);
  ASSERT_TRUE(LastOrder(0).has_connect());
  // Four times the error on top of the lead.
  // As long as the error is the same, a young probe says more than an old one.
  const int64_t expected = run_.loop.MonoNs() + limits.start_lead_ns + 4 * kNsPerMs + 7 * kNsPerSecond + 10;
  EXPECT_EQ(LastOrder(0).connect().ramp_start_mono_ns(), expected);
  run_.coordinator->Interrupt();
  EXPECT_TRUE(LastOrder(0).has_stop());
  EXPECT_EQ(LastOrder(0).stop().reason(), "interrupted");
  Done(0);
  ASSERT_TRUE(run_.result.has_value());
  EXPECT_TRUE(run_.result->interrupted);
  EXPECT_EQ(run_.result->agents[0].clock_offset_us, 7'000'000);
  EXPECT_EQ(run_.result->agents[0].clock_error_us, 1'000);
}

TEST_F(CoordinatorTest, EveryRefusalIsListed) {
  run_.listener.hears_older_agents = true;
  StartRun(4);
  Close(0, MakeStatus(absl::StatusCode::kUnavailable, "connection refused; is wsload-agent running there?"));
  AnswerProbes(1);
  AnswerProbes(2);
  AnswerProbes(3);
  Accept(2);
  v1::AgentMessage refused;
  refused.mutable_refused()->set_message("busy with run X since T");
  Say(1, refused);
  EXPECT_FALSE(run_.result.has_value()) << "the last one has not answered yet";
  Say(3, v1::AgentMessage());
  EXPECT_TRUE(LastOrder(2).has_stop());
  Done(2);
  ASSERT_TRUE(run_.result.has_value());
  EXPECT_EQ(
      std::string(Text(run_.result->error)),
      "agent h1:7400: connection refused; is wsload-agent running there?; agent h2:7400: busy with run X since T; "
      "agent h4:7400: broke the control protocol: sent an empty or unknown message");
  EXPECT_EQ(run_.result->agents[0].state, AgentResult::State::kUnreachable);
  EXPECT_EQ(run_.result->agents[1].state, AgentResult::State::kRefused);
  EXPECT_EQ(run_.result->agents[2].state, AgentResult::State::kDone);
}

TEST_F(CoordinatorTest, AnAgentThatDoesNotStopCannotHoldTheErrorBack) {
  StartRun(2);
  AnswerProbes(0);
  Accept(0);
  Close(1, MakeStatus(absl::StatusCode::kUnavailable, "gone"));
  EXPECT_TRUE(LastOrder(0).has_stop());
  EXPECT_FALSE(run_.result.has_value());
  run_.loop.AdvanceBy(60 * kNsPerSecond);
  ASSERT_TRUE(run_.result.has_value());
  EXPECT_EQ(std::string(Text(run_.result->error)), "agent h2:7400: gone");
}

TEST_F(CoordinatorTest, InterruptWhileProbingEndsAtOnce) {
  StartRun(2);
  AnswerProbe(0, kNsPerMs, 0);
  run_.coordinator->Interrupt();
  run_.loop.RunUntilIdle();
  ASSERT_TRUE(run_.result.has_value());
  EXPECT_TRUE(run_.result->interrupted);
  EXPECT_TRUE(run_.result->error.ok());
  EXPECT_FALSE(far_[0].link_alive);
}

TEST_F(CoordinatorTest, AcceptedThatCrossesTheInterruptStillEndsInDone) {
  StartRun(1);
  AnswerProbes(0);
  run_.coordinator->Interrupt();
  EXPECT_TRUE(LastOrder(0).has_stop());
  Accept(0);
  EXPECT_TRUE(LastOrder(0).has_stop()) << "no Connect after Stop";
  Done(0);
  ASSERT_TRUE(run_.result.has_value());
  EXPECT_EQ(run_.result->agents[0].state, AgentResult::State::kDone);
}

TEST_F(CoordinatorTest, StreamThatEndsInOrderWithoutDoneIsALoss) {
  StartRun(1);
  AnswerProbes(0);
  Accept(0);
  Close(0, absl::OkStatus());
  ASSERT_TRUE(run_.result.has_value());
  EXPECT_EQ(run_.result->agents[0].state, AgentResult::State::kLost);
  EXPECT_THAT(run_.result->agents[0].state_detail.english(), HasSubstr("without a final report"));
}

TEST_F(CoordinatorTest, DoneBeforeTheStartIsALoss) {
  StartRun(1);
  AnswerProbes(0);
  Accept(0);
  Done(0);
  ASSERT_TRUE(run_.result.has_value());
  EXPECT_EQ(run_.result->agents[0].state, AgentResult::State::kLost);
  EXPECT_THAT(run_.result->agents[0].state_detail.english(), HasSubstr("before the start"));
}

TEST_F(CoordinatorTest, AnUpcallMayStillBeUnderWayWhenTheRunIsDeleted) {
  StartRun(2);
  for (FarEnd& far : far_) far.speaks_to_the_end = true;
  run_.coordinator.reset();
  run_.loop.RunUntilIdle();
  for (const FarEnd& far : far_) EXPECT_FALSE(far.link_alive);
  EXPECT_EQ(run_.results, 0);
}

TEST_F(CoordinatorTest, AnAgentLikeNoHostIsNoAgent) {
  StartRun(1);
  AnswerProbes(0);
  v1::AgentMessage message;
  message.mutable_accepted()->set_workers(-5);
  message.mutable_accepted()->set_cores(4);
  Say(0, message);
  ASSERT_TRUE(run_.result.has_value());
  EXPECT_THAT(std::string(Text(run_.result->error)), HasSubstr("told of -5 workers on 4 cores, which no host has"));
}

TEST_F(CoordinatorTest, AFloodOfLargeMessagesIsCutOffSooner) {
  StartRun(2);
  v1::AgentMessage report;
  report.mutable_report()->mutable_delta()->mutable_response()->mutable_counts()->Resize(1'000'000, 1);
  for (int i = 0; i < 1'000; ++i) far_[0].observer->OnAgentMessage(report);
  EXPECT_LE(run_.loop.posted(), 60u);
  run_.loop.RunUntilIdle();
  EXPECT_FALSE(far_[0].link_alive);
}

TEST_F(CoordinatorTest, AFloodIsCutOff) {
  StartRun(2);
  v1::AgentMessage report;
  report.mutable_report()->set_seq(1);
  for (int i = 0; i < 10'000; ++i) far_[0].observer->OnAgentMessage(report);
  EXPECT_LE(run_.loop.posted(), 4'200u);
  run_.loop.RunUntilIdle();
  EXPECT_FALSE(far_[0].link_alive);
}

}  // namespace
}  // namespace wsload
