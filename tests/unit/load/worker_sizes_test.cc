// How large a worker's messages are.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>

#include "tests/unit/load/worker_rig.h"

namespace wsload {
namespace {

class WorkerSizesTest : public WorkerTest {
 protected:
  /// Bytes by when a message was due, with the plan divided over so many workers.
  std::map<int64_t, int64_t> SizesOver(int parts, const RunPlan& plan) {
    gateway_.upstream.clear();
    std::vector<std::unique_ptr<Rig>> rigs;
    for (const Slice& slice : Divide(WholeRun(plan), parts)) {
      rigs.push_back(std::make_unique<Rig>(loop_, gateway_, plan, slice, fmt::format("run-0-{}", rigs.size())));
      rigs.back()->worker->Connect(loop_.MonoNs());
    }
    loop_.AdvanceBy(plan.ramp_up_ns);
    const int64_t start_ns = loop_.MonoNs();
    for (auto& rig : rigs) rig->worker->Start(start_ns);
    loop_.AdvanceBy(plan.duration_ns + 10 * kNsPerSecond);
    for (auto& rig : rigs) ExpectConserved(rig->log.totals.counters);
    std::map<int64_t, int64_t> sizes;
    for (const auto& message : gateway_.upstream) sizes[message.received_ns - start_ns] = message.text_bytes;
    return sizes;
  }
};

TEST_F(WorkerSizesTest, AMessageHasItsSizeWhoeverSendsIt) {
  for (const char* text : {"mix:50%10,30%200,20%5000", "exp:500", "77"}) {
    RunPlan plan = SmallPlan();
    plan.seed = 9;
    plan.size = *MessageSizes::Parse(text);
    const std::map<int64_t, int64_t> alone = SizesOver(1, plan);
    ASSERT_EQ(alone.size(), 300u) << text;
    const Schedule schedule = ScheduleOf(plan);
    for (int64_t i = 0; i < 300; ++i) {
      ASSERT_EQ(alone.at(schedule.OffsetNs(i)), plan.size.Draw(9, i)) << text << ", message " << i;
    }
    EXPECT_EQ(SizesOver(3, plan), alone) << text;
  }
}

TEST_F(WorkerSizesTest, EchoesOfAllSizesAreKnownByTheirKeys) {
  RunPlan plan = SmallPlan();
  plan.protocol = Protocol::kEcho;
  plan.size = *MessageSizes::Parse("exp:20");
  gateway_.echo = true;
  gateway_.ack_delay_ns = 70 * kNsPerMs;
  Rig rig(loop_, gateway_, plan, WholeRun(plan), "run-0-0");
  RunAll(rig, plan);
  EXPECT_EQ(rig.log.totals.counters.success, 300);
  for (const auto& message : gateway_.upstream) EXPECT_GE(message.text_bytes, 16);
  ExpectConserved(rig.log.totals.counters);
}

}  // namespace
}  // namespace wsload
