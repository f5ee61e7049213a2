#include "agent/load/due_messages.h"

#include <gtest/gtest.h>

#include <vector>

#include "common/time/clock.h"

namespace wsload {
namespace {

constexpr int64_t kStartNs = 5 * kNsPerSecond;

/// Ten messages a second for a second; those of one of two agents.
DueMessages Own(int64_t part) {
  DueMessages messages(Schedule(RateProfile(10, kNsPerSecond)), {part, 2, 5});
  messages.Start(kStartNs);
  return messages;
}

/// Takes all that may be taken; answers their due times after the start, in ms.
std::vector<int64_t> TakeAllDue(DueMessages& messages) {
  std::vector<int64_t> taken;
  for (int64_t due_ns = messages.NextDueNs(); due_ns != DueMessages::kNone && !messages.Holds(due_ns);
       due_ns = messages.NextDueNs()) {
    messages.Take();
    taken.push_back((due_ns - kStartNs) / kNsPerMs);
  }
  return taken;
}

TEST(DueMessages, ComeInTheOrderOfTheirTimesWhoseverTheyWere) {
  DueMessages messages = Own(0);
  messages.Add({1, 2, 5}, kStartNs + 500 * kNsPerMs);
  EXPECT_EQ(messages.NextDueNs(), kStartNs);
  EXPECT_EQ(messages.Take(), (DueMessage{kStartNs, 0}));
  EXPECT_EQ(TakeAllDue(messages), (std::vector<int64_t>{200, 400, 500, 600, 700, 800, 900}));
  EXPECT_EQ(messages.taken(), 8);
  EXPECT_EQ(messages.TakeAll([](const DueMessage&) {}), 0);
}

TEST(DueMessages, CanBeTakenAllAtOnce) {
  DueMessages messages = Own(1);
  EXPECT_EQ(messages.NextDueNs(), kStartNs + 100 * kNsPerMs);
  EXPECT_EQ(messages.Take().number, 1);
  EXPECT_EQ(messages.TakeAll([](const DueMessage&) {}), 4);
  EXPECT_EQ(messages.taken(), 5);
  EXPECT_EQ(messages.NextDueNs(), DueMessages::kNone);
}

TEST(DueMessages, AreGivenAwayFromAnInstantOnAndWhatCameLaterStays) {
  DueMessages messages = Own(0);
  messages.Add({1, 2, 5}, kStartNs + 500 * kNsPerMs);
  EXPECT_EQ(messages.Hold(kStartNs + 400 * kNsPerMs), kStartNs + 400 * kNsPerMs);
  EXPECT_TRUE(messages.holding());
  messages.Add({1, 2, 5}, kStartNs + 900 * kNsPerMs);
  EXPECT_EQ(TakeAllDue(messages), (std::vector<int64_t>{0, 200}));
  messages.YieldFrom(kStartNs + 600 * kNsPerMs);
  EXPECT_FALSE(messages.holding());
  EXPECT_EQ(TakeAllDue(messages), (std::vector<int64_t>{400, 500, 900}));
  EXPECT_EQ(messages.taken(), 5);
}

TEST(DueMessages, WhatWasTakenIsNotGivenAway) {
  DueMessages messages = Own(0);
  for (int i = 0; i < 3; ++i) {
    messages.NextDueNs();
    messages.Take();
  }
  const int64_t from_ns = messages.Hold(kStartNs + 100 * kNsPerMs);
  EXPECT_EQ(from_ns, kStartNs + 400 * kNsPerMs + 1);
  messages.YieldFrom(from_ns);
  EXPECT_EQ(messages.NextDueNs(), DueMessages::kNone);
  EXPECT_EQ(messages.taken(), 3);
}

TEST(DueMessages, WhatIsLeftOfAPoissonScheduleGoesToOthersWithoutALoss) {
  const Schedule schedule(RateProfile(0, StageList::Parse("1s:400,1s:0")->stages()), Arrivals::kPoisson, 5);
  const Progression whole{0, 1, schedule.total()};
  DueMessages first(schedule, whole.Part(0, 2));
  DueMessages second(schedule, whole.Part(1, 2));
  for (DueMessages* messages : {&first, &second}) messages->Start(kStartNs);
  while (first.NextDueNs() < kStartNs + 700 * kNsPerMs) first.Take();
  const int64_t from_ns = first.Hold(kStartNs + 650 * kNsPerMs);
  EXPECT_GT(from_ns, kStartNs + 650 * kNsPerMs);
  first.YieldFrom(from_ns);
  second.Add(whole.Part(0, 2), from_ns);
  EXPECT_EQ(first.NextDueNs(), DueMessages::kNone);
  int64_t before_ns = 0;
  for (int64_t due_ns = second.NextDueNs(); due_ns != DueMessages::kNone; due_ns = second.NextDueNs()) {
    ASSERT_GE(due_ns, before_ns);
    before_ns = due_ns;
    second.Take();
  }
  EXPECT_EQ(first.taken() + second.taken(), schedule.total());
}

TEST(DueMessages, WhatWasGivenUpIsNotGivenAway) {
  DueMessages messages = Own(0);
  messages.NextDueNs();
  messages.Take();
  EXPECT_EQ(messages.TakeAll([](const DueMessage&) {}), 4);
  const int64_t from_ns = messages.Hold(kStartNs + 100 * kNsPerMs);
  EXPECT_EQ(from_ns, kStartNs + 800 * kNsPerMs + 1);
  messages.YieldFrom(from_ns);
  EXPECT_EQ(messages.NextDueNs(), DueMessages::kNone);
  EXPECT_EQ(messages.taken(), 5);
}

TEST(DueMessages, KnowTheRateOfAllThatIsTheirs) {
  DueMessages messages = Own(0);
  EXPECT_EQ(messages.PerSecond(), 5);
  messages.Add({1, 2, 5}, kStartNs);
  EXPECT_EQ(messages.PerSecond(), 10);
  messages.TakeAll([](const DueMessage&) {});
  EXPECT_EQ(messages.PerSecond(), 0);
}

}  // namespace
}  // namespace wsload
