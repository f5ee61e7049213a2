#include "common/loop/timer_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace wsload {
namespace {

using ::testing::ElementsAre;

TEST(TimerQueueTest, RunsWhatIsDueInOrder) {
  TimerQueue queue;
  std::vector<int> ran;
  std::vector<std::unique_ptr<Timer>> timers;
  for (const int when : {5, 1, 4, 2, 3}) {
    timers.push_back(queue.NewTimer([&ran, when] { ran.push_back(when); }));
    timers.back()->ArmAt(when);
  }
  EXPECT_EQ(queue.next_due_ns(), 1);
  queue.RunDue(3);
  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
  EXPECT_EQ(queue.next_due_ns(), 4);
  queue.RunDue(10);
  EXPECT_THAT(ran, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(queue.next_due_ns(), TimerQueue::kNever);
}

TEST(TimerQueueTest, RearmingReplacesAndCancelDisarms) {
  TimerQueue queue;
  int ran = 0;
  auto timer = queue.NewTimer([&ran] { ++ran; });
  timer->ArmAt(5);
  timer->ArmAt(9);
  queue.RunDue(8);
  EXPECT_EQ(ran, 0);
  queue.RunDue(9);
  EXPECT_EQ(ran, 1);
  timer->ArmAt(10);
  timer->Cancel();
  timer->Cancel();
  queue.RunDue(100);
  EXPECT_EQ(ran, 1);
}

TEST(TimerQueueTest, WhatIsArmedInACallbackWaitsForTheNextCall) {
  TimerQueue queue;
  int ran = 0;
  std::unique_ptr<Timer> timer = queue.NewTimer([&] {
    ++ran;
    timer->ArmAt(0);
  });
  timer->ArmAt(0);
  queue.RunDue(1);
  EXPECT_EQ(ran, 1);
  queue.RunDue(1);
  EXPECT_EQ(ran, 2);
}

TEST(TimerQueueTest, ACallbackMayCancelRearmAndDeleteOthersThatAreDue) {
  TimerQueue queue;
  std::vector<std::string> ran;
  auto cancelled = queue.NewTimer([&] { ran.push_back("cancelled"); });
  auto moved = queue.NewTimer([&] { ran.push_back("moved"); });
  auto deleted = queue.NewTimer([&] { ran.push_back("deleted"); });
  auto first = queue.NewTimer([&] {
    cancelled->Cancel();
    moved->ArmAt(7);
    deleted.reset();
  });
  first->ArmAt(0);
  for (Timer* timer : {cancelled.get(), moved.get(), deleted.get()}) timer->ArmAt(1);
  queue.RunDue(5);
  EXPECT_TRUE(ran.empty());
  queue.RunDue(7);
  EXPECT_THAT(ran, ElementsAre("moved"));
}

TEST(TimerQueueTest, ACallbackMayDeleteItsOwnTimer) {
  TimerQueue queue;
  std::unique_ptr<Timer> timer;
  std::vector<int> kept{1, 2, 3};
  size_t seen = 0;
  timer = queue.NewTimer([&timer, &seen, kept] {
    timer.reset();
    seen = kept.size();  // what the callback holds lives until it returns
  });
  timer->ArmAt(0);
  queue.RunDue(0);
  EXPECT_EQ(seen, 3u);
  EXPECT_EQ(queue.next_due_ns(), TimerQueue::kNever);
}

TEST(TimerQueueTest, TellsWhenSomethingEarlierIsArmed) {
  TimerQueue queue;
  int told = 0;
  queue.SetOnEarlier([&told] { ++told; });
  auto first = queue.NewTimer([] {});
  auto second = queue.NewTimer([] {});
  first->ArmAt(10);
  EXPECT_EQ(told, 1);
  second->ArmAt(20);
  EXPECT_EQ(told, 1);
  second->ArmAt(5);
  EXPECT_EQ(told, 2);
}

TEST(TimerQueueTest, AgreesWithASortedListUnderRandomUse) {
  std::mt19937 random(7);
  TimerQueue queue;
  constexpr size_t kTimers = 200;
  std::vector<int64_t> due(kTimers, TimerQueue::kNever);
  std::vector<std::pair<int64_t, size_t>> ran;
  std::vector<std::unique_ptr<Timer>> timers;
  for (size_t i = 0; i < kTimers; ++i) {
    timers.push_back(queue.NewTimer([&ran, &due, i] { ran.emplace_back(due[i], i); }));
  }
  int64_t now = 0;
  for (int round = 0; round < 2000; ++round) {
    for (int change = 0; change < 10; ++change) {
      const size_t i = random() % kTimers;
      if (random() % 4 == 0) {
        timers[i]->Cancel();
        due[i] = TimerQueue::kNever;
      } else {
        due[i] = now + 1 + static_cast<int64_t>(random() % 100);
        timers[i]->ArmAt(due[i]);
      }
    }
    now += static_cast<int64_t>(random() % 8);
    size_t expected = 0;
    for (const int64_t when : due) expected += when <= now ? 1 : 0;
    ran.clear();
    queue.RunDue(now);
    ASSERT_EQ(ran.size(), expected);
    ASSERT_TRUE(std::is_sorted(ran.begin(), ran.end(),
                               [](const auto& left, const auto& right) { return left.first < right.first; }));
    for (const auto& [when, i] : ran) due[i] = TimerQueue::kNever;
    ASSERT_EQ(queue.next_due_ns(), *std::min_element(due.begin(), due.end()));
  }
}

}  // namespace
}  // namespace wsload
