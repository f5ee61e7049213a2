// A session whose engine takes its time to be deleted: on another loop, while this one answers others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
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

using ::testing::HasSubstr;

class SlowEngine final : public LoadEngine {
 public:
  explicit SlowEngine(std::function<void()> deleted) : deleted_(std::move(deleted)) {}
  ~SlowEngine() override { deleted_(); }
  void Connect(int64_t) override {}
  void Start(int64_t) override {}
  void Stop(const Statement&) override {}
  void SetLease(int64_t) override {}
  void TakeOver(const Slice&, int64_t) override {}
  void YieldFrom(int64_t) override {}
  int workers() const override { return 1; }

 private:
  const std::function<void()> deleted_;
};

class SessionTeardownTest : public ::testing::Test {
 protected:
  SessionTeardownTest() {
    plan_.cipher_key = kDemoCipherKey;
    plan_.jwt_key = kDemoJwtKey;
    config_.slot = &slot_;
    config_.teardown_loop = &teardown_;
    config_.engine_factory = [this](const std::string&, const RunPlan&, const Slice&,
                                    LoadEngineObserver& observer) -> absl::StatusOr<std::unique_ptr<LoadEngine>> {
      observer_ = &observer;
      return std::make_unique<SlowEngine>([this, &observer] {
        ++deleted_;
        if (done_) return;
        // Its threads may speak to the last.
        observer.OnInterval({});
        observer.OnStarved();
      });
    };
    session_ = NewSession(sent_);
  }

  std::unique_ptr<AgentSession> NewSession(std::vector<v1::AgentMessage>& sent) {
    return std::make_unique<AgentSession>(
        loop_, config_, [&sent](v1::AgentMessage message) { sent.push_back(std::move(message)); }, [] {});
  }

  void Assign(AgentSession& session) {
    v1::ControllerMessage message;
    v1::Assign& assign = *message.mutable_assign();
    assign.set_run_id("run-1");
    assign.set_protocol_version(kControlProtocolVersion);
    *assign.mutable_plan() = ToProto(plan_);
    *assign.mutable_slice() = ToProto(SplitOverAgents(plan_, 2)[0]);
    session.OnControllerMessage(message);
    loop_.RunUntilIdle();
  }

  void EngineDone() {
    done_ = true;
    observer_->OnDone({});
    loop_.RunUntilIdle();
  }

  ManualEventLoop teardown_;
  ManualEventLoop loop_;
  RunPlan plan_;
  RunSlot slot_{loop_.clock()};
  AgentConfig config_;
  LoadEngineObserver* observer_ = nullptr;
  bool done_ = false;
  int deleted_ = 0;
  std::vector<v1::AgentMessage> sent_;
  std::unique_ptr<AgentSession> session_;
};

TEST_F(SessionTeardownTest, DoneIsToldOnceTheEngineIsGoneAndTheSlotFree) {
  Assign(*session_);
  EngineDone();
  EXPECT_EQ(deleted_, 0);
  EXPECT_EQ(slot_.run_id(), "run-1");
  EXPECT_TRUE(sent_.back().has_accepted()) << sent_.back().ShortDebugString();

  v1::ControllerMessage probe;
  probe.mutable_clock_probe();
  session_->OnControllerMessage(probe);
  EXPECT_TRUE(sent_.back().has_clock_reply()) << "it answers meanwhile";

  teardown_.RunUntilIdle();
  EXPECT_EQ(deleted_, 1);
  loop_.RunUntilIdle();
  EXPECT_EQ(slot_.run_id(), "");
  EXPECT_TRUE(sent_.back().has_done());
}

TEST_F(SessionTeardownTest, AControllerThatLeavesMeanwhileChangesNothing) {
  Assign(*session_);
  EngineDone();
  session_->OnControllerLost();
  loop_.RunUntilIdle();
  session_.reset();
  EXPECT_EQ(slot_.run_id(), "run-1") << "the engine is not gone yet";

  std::vector<v1::AgentMessage> others;
  const auto next = NewSession(others);
  Assign(*next);
  ASSERT_TRUE(others.back().has_refused());
  EXPECT_EQ(others.back().refused().code(), v1::Refused::CODE_BUSY);
  EXPECT_THAT(others.back().refused().message(), HasSubstr("busy with run run-1"));

  teardown_.RunUntilIdle();
  loop_.RunUntilIdle();
  EXPECT_EQ(slot_.run_id(), "");
}

TEST_F(SessionTeardownTest, ASessionThatIsDeletedInMidRunLeavesItsEngineToTheOtherLoop) {
  Assign(*session_);
  session_.reset();
  EXPECT_EQ(deleted_, 0);
  EXPECT_EQ(slot_.run_id(), "run-1");
  teardown_.RunUntilIdle();
  loop_.RunUntilIdle();
  EXPECT_EQ(deleted_, 1);
  EXPECT_EQ(slot_.run_id(), "");
  EXPECT_TRUE(sent_.back().has_accepted());
}

TEST_F(SessionTeardownTest, AnEngineThatIsNotGoneInTimeEndsTheSessionAndKeepsTheSlot) {
  Assign(*session_);
  EngineDone();
  loop_.AdvanceTo(loop_.MonoNs() + 60 * kNsPerSecond);
  EXPECT_EQ(slot_.run_id(), "run-1");
  EXPECT_FALSE(sent_.back().has_done());
  teardown_.RunUntilIdle();
  loop_.RunUntilIdle();
  EXPECT_EQ(slot_.run_id(), "");
  EXPECT_FALSE(sent_.back().has_done());
}

}  // namespace
}  // namespace wsload
