#include "common/plan/slice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "common/schedule/schedule.h"

namespace wsload {
namespace {

// Marks every term; each index from 0 to limit - 1 may be marked once.
void Mark(const Progression& progression, std::vector<int>& seen) {
  ASSERT_GE(progression.stride, 1);
  ASSERT_GE(progression.count, 0);
  for (int64_t k = 0; k < progression.count; ++k) {
    const int64_t term = progression.At(k);
    ASSERT_GE(term, 0);
    ASSERT_LT(term, static_cast<int64_t>(seen.size()));
    ++seen[static_cast<size_t>(term)];
  }
}

void ExpectExactCover(const RunPlan& plan, const std::vector<Slice>& slices) {
  std::vector<int> clients(static_cast<size_t>(plan.clients));
  std::vector<int> messages(static_cast<size_t>(ScheduleOf(plan).total()));
  for (const Slice& slice : slices) {
    Mark(slice.clients, clients);
    Mark(slice.messages, messages);
    ASSERT_FALSE(slice.clients.count == 0 && slice.messages.count > 0);
  }
  ASSERT_EQ(clients, std::vector<int>(clients.size(), 1));
  ASSERT_EQ(messages, std::vector<int>(messages.size(), 1));
}

TEST(WholeRun, HoldsEveryClientAndMessage) {
  RunPlan plan;
  plan.clients = 7;
  plan.mps = 3;
  plan.duration_ns = 2 * kNsPerSecond;
  const Slice slice = WholeRun(plan);
  EXPECT_EQ(slice.clients, (Progression{0, 1, 7}));
  EXPECT_EQ(slice.messages, (Progression{0, 1, 6}));
  EXPECT_EQ(slice.agent_index, 0);
  EXPECT_EQ(slice.agent_count, 1);
}

TEST(SplitOverAgents, AgentOwnsItsResidueClass) {
  RunPlan plan;
  plan.clients = 10;
  plan.mps = 100;
  plan.duration_ns = kNsPerSecond;
  const auto slices = SplitOverAgents(plan, 3);
  ASSERT_EQ(slices.size(), 3);
  for (int agent = 0; agent < 3; ++agent) {
    const Slice& slice = slices[static_cast<size_t>(agent)];
    EXPECT_EQ(slice.agent_index, agent);
    EXPECT_EQ(slice.agent_count, 3);
    EXPECT_EQ(slice.messages.first, agent);
    EXPECT_EQ(slice.messages.stride, 3);
    EXPECT_EQ(slice.clients.stride, 3);
  }
  EXPECT_EQ(slices[0].messages.count, 34);
  EXPECT_EQ(slices[2].clients.count, 3);
}

TEST(SplitOverAgents, MoreAgentsThanClientsLeavesTheRestIdle) {
  RunPlan plan;
  plan.clients = 2;
  plan.mps = 10;
  plan.duration_ns = kNsPerSecond;
  const auto slices = SplitOverAgents(plan, 5);
  ExpectExactCover(plan, slices);
  EXPECT_EQ(slices[0].messages.count, 5);
  EXPECT_EQ(slices[1].messages.count, 5);
  for (size_t agent = 2; agent < 5; ++agent) {
    EXPECT_EQ(slices[agent].clients.count, 0);
    EXPECT_EQ(slices[agent].messages.count, 0);
  }
}

TEST(SplitOverAgents, MoreAgentsThanMessages) {
  RunPlan plan;
  plan.clients = 50;
  plan.mps = 1;
  plan.duration_ns = 3 * kNsPerSecond;
  ExpectExactCover(plan, SplitOverAgents(plan, 40));
}

TEST(Divide, PartsOfPartsCoverTheRunExactlyOnce) {
  std::mt19937 random(2);
  for (int round = 0; round < 300; ++round) {
    RunPlan plan;
    plan.clients = 1 + static_cast<int64_t>(random() % 200);
    plan.mps = 1 + static_cast<int64_t>(random() % 2000);
    plan.duration_ns = 1 + static_cast<int64_t>(random() % (2 * kNsPerSecond));
    const auto agents = SplitOverAgents(plan, 1 + static_cast<int>(random() % 50));
    ASSERT_NO_FATAL_FAILURE(ExpectExactCover(plan, agents));
    std::vector<Slice> workers;
    for (const Slice& agent : agents) {
      for (const Slice& worker : Divide(agent, 1 + static_cast<int>(random() % 16))) {
        ASSERT_EQ(worker.agent_index, agent.agent_index);
        ASSERT_EQ(worker.agent_count, agent.agent_count);
        workers.push_back(worker);
      }
    }
    ASSERT_NO_FATAL_FAILURE(ExpectExactCover(plan, workers));
  }
}

TEST(Divide, UnionOfTheAgentsOffsetsIsTheOneAgentSchedule) {
  RunPlan plan;
  plan.clients = 33;
  plan.mps = 777;
  plan.duration_ns = kNsPerSecond;
  const Schedule schedule = ScheduleOf(plan);
  std::vector<int64_t> expected;
  for (int64_t i = 0; i < schedule.total(); ++i) expected.push_back(schedule.OffsetNs(i));
  for (int agents = 1; agents <= 50; ++agents) {
    std::vector<int64_t> offsets;
    for (const Slice& slice : SplitOverAgents(plan, agents)) {
      for (int64_t k = 0; k < slice.messages.count; ++k) offsets.push_back(schedule.OffsetNs(slice.messages.At(k)));
    }
    std::sort(offsets.begin(), offsets.end());
    ASSERT_EQ(offsets, expected) << agents;
  }
}

TEST(Divide, LoadIsEvenToWithinOne) {
  RunPlan plan;
  plan.clients = 1000;
  plan.mps = 997;
  plan.duration_ns = kNsPerSecond;
  for (const Slice& slice : SplitOverAgents(plan, 7)) {
    EXPECT_GE(slice.messages.count, 997 / 7);
    EXPECT_LE(slice.messages.count, 997 / 7 + 1);
    EXPECT_GE(slice.clients.count, 1000 / 7);
    EXPECT_LE(slice.clients.count, 1000 / 7 + 1);
  }
}

TEST(Slice, MessagesAloneAreDividedOverAllParts) {
  Slice messages;
  messages.messages = {3, 2, 7};
  const std::vector<Slice> parts = Divide(messages, 3);
  EXPECT_EQ(parts[0].messages, (Progression{3, 6, 3}));
  EXPECT_EQ(parts[1].messages, (Progression{5, 6, 2}));
  EXPECT_EQ(parts[2].messages, (Progression{7, 6, 2}));
  for (const Slice& part : parts) EXPECT_EQ(part.clients.count, 0);
}

}  // namespace
}  // namespace wsload
