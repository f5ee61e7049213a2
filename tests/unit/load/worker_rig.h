// What the workers' tests share: workers on a loop that is turned by hand, and a gateway without sockets.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/load/worker.h"
#include "common/plan/phase.h"
#include "tests/support/fake_gateway.h"
#include "tests/support/manual_event_loop.h"

namespace wsload {

struct Interval {
  Phase phase;
  int64_t index;
  Stats delta;
  WorkerLoad load;
};

class Log final : public WorkerObserver {
 public:
  int ready = 0, done = 0, lease_expired = 0, starved = 0;
  int64_t opened = -1, failed = -1;
  std::vector<Interval> intervals;
  std::vector<int64_t> started_ns;
  Stats totals;
  StatsByStage stages;
  bool warms_up = false;  ///< the first of `stages` is a warm-up, which is not in `totals`

  void OnWorkerReady(int64_t open, int64_t fail) override {
    ++ready;
    opened = open;
    failed = fail;
  }
  void OnWorkerInterval(Phase phase, int64_t interval_index, std::unique_ptr<Stats> delta, StatsByStage of_stages,
                        const WorkerLoad& load) override {
    totals.Merge(*delta);
    MergeStages(stages, of_stages);
    intervals.push_back({phase, interval_index, *delta, load});
  }
  void OnWorkerStarted(int64_t now_ns) override { started_ns.push_back(now_ns); }
  /// Of the measure phase.
  WorkerLoad Measured() const {
    WorkerLoad sum;
    for (const Interval& interval : intervals) {
      if (interval.phase == Phase::kMeasure) sum.Merge(interval.load);
    }
    return sum;
  }
  void OnWorkerStarved() override { ++starved; }
  void OnWorkerLeaseExpired() override { ++lease_expired; }
  void OnWorkerDone(const Counters& sum) override {
    ++done;
    Counters all = totals.counters;
    if (warms_up && !stages.empty() && stages.front().stage == 0) all.Merge(stages.front().stats.counters);
    if (const Stats* awkward = AwkwardOf(stages)) all.Merge(awkward->counters);
    EXPECT_EQ(sum, all) << "a worker's own sum is the sum of its intervals";
  }
};

inline RunPlan SmallPlan() {
  RunPlan plan;
  plan.clients = 10;
  plan.mps = 100;
  plan.duration_ns = 3 * kNsPerSecond;
  plan.ramp_up_ns = 2 * kNsPerSecond;
  plan.cipher_key = kDemoCipherKey;
  plan.jwt_key = kDemoJwtKey;
  return plan;
}

/// One worker with its own log, on a shared loop and gateway.
struct Rig {
  Rig(
      ManualEventLoop& loop, FakeGateway& gateway, const RunPlan& plan, const Slice& slice, const std::string& name,
      std::function<ThreadCpu()> thread_cpu = [] { return ThreadCpu{}; }, SiblingBoard* siblings = nullptr,
      int index = 0, TargetGate may_load = {}) {
    auto made = Worker::New(
        {loop, loop.clock(), gateway.NewDialer(), std::move(thread_cpu), siblings, index, std::move(may_load)}, plan,
        slice, {name, 0, index}, log);
    EXPECT_TRUE(made.ok()) << made.status();
    log.warms_up = plan.warm_up_ns > 0;
    worker = *std::move(made);
  }
  Log log;
  std::unique_ptr<Worker> worker;
};

class WorkerTest : public testing::Test {
 protected:
  /// Ramp, barrier, run and everything after it.
  void RunAll(Rig& rig, const RunPlan& plan) {
    rig.worker->Connect(loop_.MonoNs());
    loop_.AdvanceBy(plan.ramp_up_ns + plan.conn_timeout_ns);
    ASSERT_EQ(rig.log.ready, 1);
    start_ns_ = loop_.MonoNs() + 200 * kNsPerMs;
    rig.worker->Start(start_ns_);
    loop_.AdvanceBy(200 * kNsPerMs + LoadNs(plan) + plan.resp_timeout_ns + 3 * kNsPerSecond);
    ASSERT_EQ(rig.log.done, 1);
  }

  void RampUpAndStart(Rig& rig, const RunPlan& plan) {
    rig.worker->Connect(loop_.MonoNs());
    loop_.AdvanceBy(plan.ramp_up_ns);
    rig.worker->Start(loop_.MonoNs());
  }

  /// A run whose process stands still for `stall_ns`, from just after `at_ns` on.
  void RunStalled(Rig& rig, const RunPlan& plan, int64_t at_ns, int64_t stall_ns) {
    RampUpAndStart(rig, plan);
    loop_.AdvanceBy(at_ns + kNsPerUs);
    loop_.clock().AdvanceBy(stall_ns);
    loop_.AdvanceBy(10 * kNsPerSecond);
    ASSERT_EQ(rig.log.done, 1);
  }

  static void ExpectConserved(const Counters& counters) {
    EXPECT_EQ(counters.scheduled, counters.success + counters.failed() + counters.unsent);
    EXPECT_EQ(counters.open(), 0);
    EXPECT_EQ(counters.connections.attempted, counters.connections.opened + counters.connections.failed);
    EXPECT_EQ(counters.connections.active(), 0);
  }

  /// Of a thread that always spends `cpu_per_s_`.
  ThreadCpu CpuNow() {
    const int64_t ms = loop_.MonoNs() / kNsPerMs;
    return {cpu_per_s_.user_us * ms / 1000, cpu_per_s_.system_us * ms / 1000, cpu_per_s_.waited_us * ms / 1000};
  }

  ThreadCpu cpu_per_s_;
  ManualEventLoop loop_;
  FakeGateway gateway_{loop_, Serializer::kJson, CipherKind::kAesGcm, kDemoCipherKey};
  int64_t start_ns_ = 0;
};

}  // namespace wsload
