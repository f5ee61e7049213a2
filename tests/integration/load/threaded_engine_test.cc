// The load engine on threads and sockets, without session and controller.
#include "agent/load/threaded_engine.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <vector>

#include "agent/load/engine_factory.h"
#include "tests/gateway/mock_gateway.h"

namespace wsload {
namespace {

using gateway::GatewayOptions;
using gateway::MockGateway;

class Log final : public LoadEngineObserver {
 public:
  void OnReady(int64_t opened, int64_t failed) override {
    std::lock_guard lock(mutex_);
    ready_ = true;
    opened_ = opened;
    failed_ = failed;
    changed_.notify_all();
  }
  void OnInterval(IntervalReport report) override {
    std::lock_guard lock(mutex_);
    sum_.Merge(report.delta);
    EXPECT_FALSE(done_) << "an interval after the end";
  }
  void OnStarved() override {}
  void OnYielded(int64_t) override {}
  void OnDone(FinalReport report) override {
    std::lock_guard lock(mutex_);
    final_ = std::move(report);
    done_ = true;
    changed_.notify_all();
  }

  bool WaitReady() { return WaitFor(ready_); }
  bool WaitDone() { return WaitFor(done_); }

  int64_t opened_ = 0, failed_ = 0;
  Stats sum_;
  FinalReport final_;

 private:
  bool WaitFor(const bool& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return condition; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool ready_ = false;
  bool done_ = false;
};

class ThreadedEngineTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = MockGateway::Start({});
    ASSERT_TRUE(started.ok()) << started.status();
    gateway_ = *std::move(started);
    plan_.server = *ServerUrl::Parse(gateway_->url());
    plan_.clients = 30;
    plan_.mps = 300;
    plan_.duration_ns = kNsPerSecond;
    plan_.ramp_up_ns = 100 * kNsPerMs;
    plan_.cipher_key = kDemoCipherKey;
    plan_.jwt_key = kDemoJwtKey;
    plan_.report_interval_ns = 100 * kNsPerMs;
    plan_.workers = 3;
  }

  std::unique_ptr<LoadEngine> Make() {
    auto engine = NewLoadEngineFactory(SystemClock(), [] { return int64_t{0}; })("0123456789abcdef", plan_,
                                                                                 WholeRun(plan_), log_);
    EXPECT_TRUE(engine.ok()) << engine.status();
    return engine.ok() ? *std::move(engine) : nullptr;
  }

  RunPlan plan_;
  Log log_;
  std::unique_ptr<MockGateway> gateway_;
};

TEST_F(ThreadedEngineTest, WorkersTogetherCarryTheSliceExactly) {
  const auto engine = Make();
  EXPECT_EQ(engine->workers(), 3);
  engine->Connect(SystemClock().MonoNs());
  ASSERT_TRUE(log_.WaitReady());
  EXPECT_EQ(log_.opened_, 30);
  engine->Start(SystemClock().MonoNs() + 50 * kNsPerMs);
  ASSERT_TRUE(log_.WaitDone());
  const Counters& counters = log_.final_.totals.counters;
  EXPECT_EQ(counters.scheduled, 300);
  EXPECT_EQ(counters.success, 300);
  EXPECT_EQ(counters.connections.closed, 30);
  EXPECT_EQ(log_.final_.totals, log_.sum_) << "the totals are the sum of the intervals";
  EXPECT_FALSE(log_.final_.stopped_early.has_value());
  EXPECT_GT(log_.final_.cpu.user_us + log_.final_.cpu.system_us, 0);
  EXPECT_GT(counters.bytes_sent, 300 * 100);
  gateway_->Stop();
  EXPECT_EQ(gateway_->truth().messages.upstream, 300);
  EXPECT_EQ(gateway_->truth().distinct_user_ids, 30);
  EXPECT_EQ(gateway_->truth().messages.duplicates, 0);
}

TEST_F(ThreadedEngineTest, StopEndsItEarlyAndConserves) {
  plan_.duration_ns = 600 * kNsPerSecond;
  const auto engine = Make();
  engine->Connect(SystemClock().MonoNs());
  ASSERT_TRUE(log_.WaitReady());
  engine->Start(SystemClock().MonoNs());
  while (gateway_->truth().messages.upstream < 50) std::this_thread::yield();
  const Statement enough{StatementKind::kToldToStopWhy, {"enough"}};
  engine->Stop(enough);
  ASSERT_TRUE(log_.WaitDone());
  EXPECT_EQ(log_.final_.stopped_early, enough);
  EXPECT_EQ(log_.final_.totals.counters.open(), 0);
  EXPECT_GE(log_.final_.totals.counters.success, 50);
  EXPECT_EQ(log_.final_.totals.counters.connections.active(), 0);
}

TEST_F(ThreadedEngineTest, MayBeDestroyedAtAnyTime) {
  plan_.duration_ns = 600 * kNsPerSecond;
  { const auto unused = Make(); }
  {
    const auto connecting = Make();
    connecting->Connect(SystemClock().MonoNs());
  }
  const auto running = Make();
  running->Connect(SystemClock().MonoNs());
  ASSERT_TRUE(log_.WaitReady());
  running->Start(SystemClock().MonoNs());
}

TEST_F(ThreadedEngineTest, WhatCannotWorkIsRefusedBeforeAnyLoad) {
  plan_.cipher_key = "too short";
  const auto engine =
      NewLoadEngineFactory(SystemClock(), [] { return int64_t{0}; })("0123456789abcdef", plan_, WholeRun(plan_), log_);
  EXPECT_EQ(engine.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(engine.status().message()).find("too short"), std::string::npos) << "the key in the message";
}

}  // namespace
}  // namespace wsload
