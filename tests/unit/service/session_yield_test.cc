// A session whose engine has no connection: what it says, and how it gives messages away and takes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/session/agent_session.h"
#include "common/plan/plan_proto.h"
#include "common/version.h"
#include "tests/support/manual_event_loop.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Notes what it is told; the test makes the upcalls.
struct Noted {
  std::vector<int64_t> yields;
  std::vector<Slice> take_overs;
  LoadEngineObserver* observer = nullptr;
};

class NotingEngine final : public LoadEngine {
 public:
  explicit NotingEngine(Noted& noted) : noted_(noted) {}
  void Connect(int64_t) override {}
  void Start(int64_t) override {}
  void Stop(const Statement&) override {}
  void SetLease(int64_t) override {}
  void TakeOver(const Slice& share, int64_t) override { noted_.take_overs.push_back(share); }
  void YieldFrom(int64_t from) override { noted_.yields.push_back(from); }
  int workers() const override { return 1; }

 private:
  Noted& noted_;
};

class SessionYieldTest : public ::testing::Test {
 protected:
  SessionYieldTest() {
    plan_.cipher_key = kDemoCipherKey;
    plan_.jwt_key = kDemoJwtKey;
    config_.slot = &slot_;
    config_.engine_factory = [this](const std::string&, const RunPlan&, const Slice&,
                                    LoadEngineObserver& observer) -> absl::StatusOr<std::unique_ptr<LoadEngine>> {
      noted_.observer = &observer;
      return std::make_unique<NotingEngine>(noted_);
    };
  }

  void Deliver(const v1::ControllerMessage& message) {
    session_->OnControllerMessage(message);
    loop_.RunUntilIdle();
  }
  template <typename Fill>
  void Deliver(Fill fill) {
    v1::ControllerMessage message;
    fill(message);
    Deliver(message);
  }
  void YieldFrom(int64_t from) {
    Deliver([&](v1::ControllerMessage& message) { message.mutable_yield_from()->set_from_mono_ns(from); });
  }

  /// A new session, at this point of a run.
  enum class Point { kAssigned, kConnecting, kReady, kRunning };
  void Reach(Point point) {
    session_ = std::make_unique<AgentSession>(
        loop_, config_, [this](v1::AgentMessage message) { sent_.push_back(std::move(message)); }, [] {});
    Deliver([&](v1::ControllerMessage& message) {
      v1::Assign& assign = *message.mutable_assign();
      assign.set_run_id("run-1");
      assign.set_protocol_version(kControlProtocolVersion);
      *assign.mutable_plan() = ToProto(plan_);
      *assign.mutable_slice() = ToProto(SplitOverAgents(plan_, 2)[0]);
    });
    if (point == Point::kAssigned) return;
    const int64_t now = loop_.MonoNs();
    Deliver([&](v1::ControllerMessage& message) { message.mutable_lease()->set_until_mono_ns(now + kNsPerSecond); });
    Deliver([&](v1::ControllerMessage& message) { message.mutable_connect()->set_ramp_start_mono_ns(now); });
    if (point == Point::kConnecting) return;
    noted_.observer->OnReady(5, 0);
    loop_.RunUntilIdle();
    if (point == Point::kReady) return;
    Deliver([&](v1::ControllerMessage& message) { message.mutable_start()->set_start_mono_ns(now); });
  }

  void ExpectRefused(const std::string& part) {
    ASSERT_TRUE(sent_.back().has_refused()) << sent_.back().ShortDebugString();
    EXPECT_EQ(sent_.back().refused().code(), v1::Refused::CODE_OUT_OF_ORDER);
    EXPECT_THAT(sent_.back().refused().message(), HasSubstr(part));
  }

  ManualEventLoop loop_;
  RunSlot slot_{loop_.clock()};
  RunPlan plan_;
  AgentConfig config_;
  Noted noted_;
  std::vector<v1::AgentMessage> sent_;
  std::unique_ptr<AgentSession> session_;
};

TEST_F(SessionYieldTest, TakesMessagesWithoutClientsOverHoweverManyItHas) {
  config_.max_clients = 5;
  Reach(Point::kRunning);
  Slice share = SplitOverAgents(plan_, 2)[1];
  share.clients = {};
  Deliver([&](v1::ControllerMessage& message) {
    *message.mutable_take_over()->mutable_slice() = ToProto(share);
    message.mutable_take_over()->set_from_mono_ns(loop_.MonoNs());
  });
  EXPECT_THAT(noted_.take_overs, ElementsAre(share));
}

TEST_F(SessionYieldTest, SaysThatItIsStarvedWhileTheLoadRuns) {
  for (const Point point : {Point::kReady, Point::kRunning}) {
    session_.reset();
    Reach(point);
    noted_.observer->OnStarved();
    loop_.RunUntilIdle();
    EXPECT_EQ(sent_.back().has_starved(), point == Point::kRunning);
  }
}

TEST_F(SessionYieldTest, AnswersWithTheEnginesInstant) {
  Reach(Point::kRunning);
  const int64_t from = loop_.MonoNs() + 50 * kNsPerMs;
  YieldFrom(from);
  EXPECT_THAT(noted_.yields, ElementsAre(from));
  EXPECT_FALSE(sent_.back().has_yielded()) << "not before the engine has answered";
  noted_.observer->OnYielded(from + 7);
  loop_.RunUntilIdle();
  ASSERT_TRUE(sent_.back().has_yielded());
  EXPECT_EQ(sent_.back().yielded().from_mono_ns(), from + 7);
  YieldFrom(from);
  EXPECT_EQ(noted_.yields.size(), 2u) << "again, once it is answered";
  YieldFrom(from);
  ExpectRefused("before the last one was answered");
}

TEST_F(SessionYieldTest, RefusesWhatDoesNotFit) {
  for (const Point point : {Point::kAssigned, Point::kConnecting, Point::kReady}) {
    session_.reset();
    Reach(point);
    YieldFrom(loop_.MonoNs());
    ExpectRefused("YieldFrom came out of order");
  }
  session_.reset();
  Reach(Point::kRunning);
  YieldFrom(std::numeric_limits<int64_t>::max());
  ExpectRefused("clock");
  EXPECT_TRUE(noted_.yields.empty());
}

}  // namespace
}  // namespace wsload
