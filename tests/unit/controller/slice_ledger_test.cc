#include "controller/run/slice_ledger.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace wsload {
namespace {

RunPlan Plan(int64_t clients, int64_t mps) {
  RunPlan plan;
  plan.clients = clients;
  plan.mps = mps;
  plan.duration_ns = 10 * kNsPerSecond;
  return plan;
}

TEST(SliceLedger, HandsTheWholeLoadOverFromTheInstantOn) {
  const RunPlan plan = Plan(9, 10);
  SliceLedger ledger(plan, SplitOverAgents(plan, 3));
  // Agent 1 owns 1, 4, 7, ...: due at 100 ms, 400 ms, 700 ms, ...
  EXPECT_EQ(ledger.DueBefore(1, kNsPerSecond), 3);
  const auto handed_over = ledger.HandOver(1, {0, 2}, 700 * kNsPerMs);
  ASSERT_EQ(handed_over.size(), 2u);
  EXPECT_EQ(handed_over[0].agent, 0);
  EXPECT_EQ(handed_over[1].agent, 2);
  EXPECT_EQ(ledger.DueBefore(1, kNsPerSecond), 2) << "the one that is due at the instant is the others'";
  EXPECT_EQ(ledger.HandedOverAt(1), 700 * kNsPerMs);
  EXPECT_EQ(ledger.MessagesTakenOver(0) + ledger.MessagesTakenOver(2), 31);
  EXPECT_EQ(ledger.ClientsTakenOver(0) + ledger.ClientsTakenOver(2), 3);
  EXPECT_EQ(ledger.MessagesTakenOver(1), 0);
}

TEST(SliceLedger, TellsWhenAMessageIsDue) {
  const RunPlan plan = Plan(9, 10);
  SliceLedger ledger(plan, SplitOverAgents(plan, 3));
  EXPECT_EQ(ledger.DueAt(1, 0, plan.duration_ns), 100 * kNsPerMs);
  EXPECT_EQ(ledger.DueAt(1, 2, plan.duration_ns), 700 * kNsPerMs);
  EXPECT_EQ(ledger.DueAt(1, 2, 650 * kNsPerMs), 650 * kNsPerMs) << "not due before the limit";
  ledger.HandOver(1, {0}, 500 * kNsPerMs);
  EXPECT_EQ(ledger.DueAt(1, 1, plan.duration_ns), 400 * kNsPerMs);
  EXPECT_EQ(ledger.DueAt(1, 2, 900 * kNsPerMs), 900 * kNsPerMs) << "by then it is another's";
  // Agent 0's own are due at 0, 300 and 600 ms; with those of agent 1 from 500 ms on, its fourth one is the 700 ms one.
  EXPECT_EQ(ledger.DueAt(0, 3, plan.duration_ns), 700 * kNsPerMs);
}

TEST(SliceLedger, AnAgentThatIsLostBeforeItTakesOverPassesOnWhatItWasToHave) {
  const RunPlan plan = Plan(3, 30);
  SliceLedger ledger(plan, SplitOverAgents(plan, 3));
  ASSERT_EQ(ledger.HandOver(0, {1}, 6 * kNsPerSecond).size(), 1u);
  const auto handed_over = ledger.HandOver(1, {2}, 5 * kNsPerSecond);
  ASSERT_EQ(handed_over.size(), 2u);
  EXPECT_EQ(handed_over[0].from_ns, 5 * kNsPerSecond);
  EXPECT_EQ(handed_over[1].from_ns, 6 * kNsPerSecond) << "until then it is agent 0's gap";
  int64_t due = 0;
  for (int agent = 0; agent < 3; ++agent) due += ledger.DueBefore(agent, plan.duration_ns);
  EXPECT_EQ(due, 300);
}

TEST(SliceLedger, AStarvedAgentsMessagesGoToTheTakersAndItsClientsStay) {
  const RunPlan plan = Plan(9, 10);
  SliceLedger ledger(plan, SplitOverAgents(plan, 3));
  EXPECT_TRUE(ledger.OwnsFrom(1, 9'700 * kNsPerMs));
  EXPECT_FALSE(ledger.OwnsFrom(1, 9'700 * kNsPerMs + 1));
  // Agent 1 owns 1, 4, 7, ...: 34 of them, the third one due at 700 ms.
  const auto yielded = ledger.Yield(1, ledger.Slices(1), {0, 2}, 700 * kNsPerMs);
  ASSERT_EQ(yielded.size(), 2u);
  for (const SliceLedger::HandedOver& part : yielded) {
    EXPECT_EQ(part.slice.clients.count, 0);
    EXPECT_EQ(part.from_ns, 700 * kNsPerMs);
  }
  EXPECT_EQ(ledger.MessagesYielded(1), 31);
  EXPECT_EQ(ledger.MessagesTakenOver(0) + ledger.MessagesTakenOver(2), 31);
  EXPECT_EQ(ledger.ClientsTakenOver(0) + ledger.ClientsTakenOver(2), 0);
  EXPECT_EQ(ledger.DueBefore(1, plan.duration_ns), 2);
  EXPECT_FALSE(ledger.OwnsFrom(1, 0 + 700 * kNsPerMs));
  EXPECT_EQ(ledger.HandedOverAt(1), SliceLedger::kNever) << "it is not lost";
  // When it is, others dial its clients; of its messages none is left.
  int64_t clients = 0;
  for (const SliceLedger::HandedOver& part : ledger.HandOver(1, {0, 2}, kNsPerSecond)) {
    clients += part.slice.clients.count;
  }
  EXPECT_EQ(clients, 3);
  EXPECT_EQ(ledger.MessagesTakenOver(0) + ledger.MessagesTakenOver(2), 31);
}

TEST(SliceLedger, WhatCameAfterTheQuestionStaysAndWhatNobodyTakesGoesBack) {
  const RunPlan plan = Plan(9, 10);
  SliceLedger ledger(plan, SplitOverAgents(plan, 3));
  const size_t asked = ledger.Slices(1);
  ledger.HandOver(0, {1}, kNsPerSecond);
  EXPECT_EQ(ledger.Yield(1, asked, {2}, 2 * kNsPerSecond).size(), 1u);
  EXPECT_EQ(ledger.DueBefore(1, plan.duration_ns), 7 + 30) << "its own up to 2 s, and all that agent 0 had from 1 s on";
  const auto back = ledger.Yield(1, ledger.Slices(1), {1}, 3 * kNsPerSecond);
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(back[0].agent, 1);
  EXPECT_EQ(back[0].slice.clients.count, 0);
  EXPECT_EQ(ledger.DueBefore(1, plan.duration_ns), 7 + 30);
}

TEST(SliceLedger, EveryMessageHasOneOwnerHoweverManyAreLostOrStarve) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto pick = [&](int64_t most) { return std::uniform_int_distribution<int64_t>(1, most)(random); };
    const int agents = static_cast<int>(pick(7));
    const RunPlan plan = Plan(pick(12), pick(30));
    const Schedule schedule = ScheduleOf(plan);
    const std::vector<Slice> slices = SplitOverAgents(plan, agents);
    SliceLedger ledger(plan, slices);
    std::map<int64_t, int> owner;
    const auto take = [&](int agent, const Slice& slice, int64_t from_ns) {
      for (int64_t k = 0; k < slice.messages.count; ++k) {
        if (schedule.OffsetNs(slice.messages.At(k)) >= from_ns) owner[slice.messages.At(k)] = agent;
      }
    };
    std::vector<int> alive;
    for (int agent = 0; agent < agents; ++agent) {
      alive.push_back(agent);
      take(agent, slices[agent], 0);
    }
    int64_t offset_ns = 0;
    while (alive.size() > 1) {
      offset_ns += pick(3 * kNsPerSecond);
      if (pick(2) == 1) {
        std::vector<int> takers = alive;
        const int starved = takers[static_cast<size_t>(pick(static_cast<int64_t>(alive.size())) - 1)];
        std::erase(takers, starved);
        for (const SliceLedger::HandedOver& part : ledger.Yield(starved, ledger.Slices(starved), takers, offset_ns)) {
          EXPECT_NE(part.agent, starved);
          take(part.agent, part.slice, part.from_ns);
        }
        EXPECT_FALSE(ledger.OwnsFrom(starved, offset_ns));
        continue;
      }
      const auto lost = alive.begin() + (pick(static_cast<int64_t>(alive.size())) - 1);
      const int agent = *lost;
      alive.erase(lost);
      for (const SliceLedger::HandedOver& part : ledger.HandOver(agent, alive, offset_ns)) {
        EXPECT_NE(part.agent, agent);
        take(part.agent, part.slice, part.from_ns);
      }
    }
    std::vector<int64_t> owned(agents);
    for (const auto& [message, agent] : owner) ++owned[agent];
    for (int agent = 0; agent < agents; ++agent) EXPECT_EQ(ledger.DueBefore(agent, plan.duration_ns), owned[agent]);
    EXPECT_EQ(static_cast<int64_t>(owner.size()), schedule.total());
  }
}

TEST(SliceLedgerDeathTest, AnAgentIsLostOnceAndToSomebodyWhoIsThere) {
  const RunPlan plan = Plan(9, 10);
  SliceLedger ledger(plan, SplitOverAgents(plan, 3));
  EXPECT_DEATH(ledger.HandOver(1, {}, 0), "nobody is left to take agent 1's load over");
  EXPECT_DEATH(ledger.HandOver(3, {0}, 0), "agent 3 of 3 is lost");
  EXPECT_DEATH(ledger.HandOver(1, {0, 1}, 0), "agent 1 is to take agent 1's load over");
  ledger.HandOver(1, {0, 2}, 500 * kNsPerMs);
  EXPECT_DEATH(ledger.HandOver(1, {0, 2}, 600 * kNsPerMs), "agent 1 is lost twice");
  EXPECT_DEATH(ledger.HandOver(0, {1, 2}, 600 * kNsPerMs),
               "agent 1 is to take agent 0's load over, and is lost itself");
}

}  // namespace
}  // namespace wsload
