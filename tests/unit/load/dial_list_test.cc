#include "agent/load/dial_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>

#include "common/time/clock.h"

namespace wsload {
namespace {

RunPlan Plan(int64_t clients) {
  RunPlan plan;
  plan.clients = clients;
  plan.ramp_up_ns = clients * kNsPerMs;
  return plan;
}

/// Client by the millisecond in which its slot is.
std::map<int64_t, int64_t> Slots(const RunPlan& plan, const Progression& clients) {
  std::map<int64_t, int64_t> slots;
  DialList list(clients, 0, 0, plan.ramp_up_ns, plan.clients);
  int64_t before_ns = -1;
  while (!list.done()) {
    EXPECT_GT(list.DueNs(), before_ns) << "in the order of their times";
    before_ns = list.DueNs();
    EXPECT_EQ(before_ns % kNsPerMs, 0);
    slots.emplace(before_ns / kNsPerMs, list.Take());
  }
  EXPECT_EQ(static_cast<int64_t>(slots.size()), clients.count);
  return slots;
}

TEST(DialList, AllAgentsAndWorkersTogetherFillEverySlotOnce) {
  for (const int64_t clients : {1, 2, 63, 64, 65, 300, 1'001}) {
    const RunPlan plan = Plan(clients);
    std::map<int64_t, int64_t> all;
    for (const Slice& agent : SplitOverAgents(plan, 3)) {
      for (const Slice& worker : Divide(agent, 2)) {
        for (const auto& [slot, client] : Slots(plan, worker.clients)) {
          EXPECT_TRUE(all.emplace(slot, client).second) << "slot " << slot << " twice";
          EXPECT_EQ(slot / DialList::kBlock, client / DialList::kBlock) << "no client is far from its turn";
        }
      }
    }
    EXPECT_EQ(static_cast<int64_t>(all.size()), clients);
    EXPECT_EQ(all.begin()->first, 0);
    EXPECT_EQ(all.rbegin()->first, clients - 1);
    EXPECT_EQ(all, Slots(plan, WholeRun(plan).clients)) << "the one-agent ramp-up";
  }
}

TEST(DialList, ABalancerThatTakesServersInTurnGivesEveryWorkerConnectionsToAll) {
  const RunPlan plan = Plan(3'000);
  for (const int workers : {2, 3, 4, 6, 8}) {
    for (const int64_t servers : {2, 3, 4, 8}) {
      for (const Slice& worker : Divide(WholeRun(plan), workers)) {
        std::array<int64_t, 8> connections{};
        for (const auto& [slot, client] : Slots(plan, worker.clients))
          ++connections[static_cast<size_t>(slot % servers)];
        const int64_t even = worker.clients.count / servers;
        for (int64_t server = 0; server < servers; ++server) {
          EXPECT_GT(connections[static_cast<size_t>(server)], even / 2)
              << workers << " workers, " << servers << " servers, server " << server;
        }
      }
    }
  }
}

TEST(DialList, ATakenOverSliceBeginsAtItsInstant) {
  const RunPlan plan = Plan(100);
  const Progression clients{37, 3, 20};
  DialList list(clients, clients.first, 5 * kNsPerSecond, plan.ramp_up_ns, plan.clients);
  std::vector<int64_t> taken;
  while (!list.done()) {
    EXPECT_GE(list.DueNs(), 5 * kNsPerSecond);
    EXPECT_LT(list.DueNs(), 5 * kNsPerSecond + 63 * kNsPerMs);
    taken.push_back(list.Take());
  }
  std::sort(taken.begin(), taken.end());
  ASSERT_EQ(taken.size(), 20u);
  for (int64_t k = 0; k < 20; ++k) EXPECT_EQ(taken[static_cast<size_t>(k)], clients.At(k));
}

TEST(DialList, WithoutClientsItIsDone) { EXPECT_TRUE(DialList({}, 0, 0, kNsPerSecond, 10).done()); }

}  // namespace
}  // namespace wsload
