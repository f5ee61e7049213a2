#include "tests/support/manual_event_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace wsload {
namespace {

using testing::ElementsAre;

TEST(ManualClock, AdvancesAndNeverGoesBack) {
  ManualClock clock(100, 5'000);
  clock.AdvanceBy(10);
  EXPECT_EQ(clock.MonoNs(), 110);
  EXPECT_EQ(clock.UnixNs(), 5'010);
  clock.AdvanceTo(50);
  EXPECT_EQ(clock.MonoNs(), 110);
  clock.SetUnixNs(1'000);
  clock.AdvanceBy(1);
  EXPECT_EQ(clock.UnixNs(), 1'001);
}

TEST(ManualEventLoop, RunsPostedWorkInOrderAndOnlyWhenTurned) {
  ManualEventLoop loop;
  std::vector<int> ran;
  loop.Post([&] {
    ran.push_back(1);
    loop.Post([&] { ran.push_back(3); });
  });
  loop.Post([&] { ran.push_back(2); });
  EXPECT_TRUE(ran.empty());
  loop.RunUntilIdle();
  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
}

TEST(ManualEventLoop, FiresTimersAtTheirExactTimesInDueOrder) {
  ManualEventLoop loop(1000);
  std::vector<std::pair<char, int64_t>> fired;
  auto a = loop.NewTimer([&] { fired.emplace_back('a', loop.MonoNs()); });
  auto b = loop.NewTimer([&] { fired.emplace_back('b', loop.clock().MonoNs()); });
  auto c = loop.NewTimer([&] { fired.emplace_back('c', loop.MonoNs()); });
  a->ArmAt(1300);
  b->ArmAt(1200);
  c->ArmAt(1301);
  EXPECT_EQ(loop.NextTimerNs(), 1200);
  loop.AdvanceTo(1300);
  EXPECT_THAT(fired, ElementsAre(std::pair('b', 1200), std::pair('a', 1300)));
  EXPECT_EQ(loop.MonoNs(), 1300);
  loop.AdvanceBy(1);
  EXPECT_EQ(fired.back(), std::pair('c', int64_t{1301}));
  EXPECT_EQ(loop.NextTimerNs(), std::nullopt);
}

TEST(ManualEventLoop, TiesFireInArmingOrderAfterPostedWork) {
  ManualEventLoop loop(0);
  std::string order;
  auto a = loop.NewTimer([&] {
    order += 'a';
    loop.Post([&] { order += 'p'; });
  });
  auto b = loop.NewTimer([&] { order += 'b'; });
  b->ArmAt(10);
  a->ArmAt(10);
  b->ArmAt(10);  // armed again: now behind a
  loop.AdvanceTo(10);
  EXPECT_EQ(order, "apb");
}

TEST(ManualEventLoop, APastTimeFiresAtTheNextTurnNotInside) {
  ManualEventLoop loop(1000);
  int fired = 0;
  auto timer = loop.NewTimer([&] { ++fired; });
  timer->ArmAt(5);
  EXPECT_EQ(fired, 0);
  loop.RunUntilIdle();
  EXPECT_EQ(fired, 1);
  EXPECT_EQ(loop.MonoNs(), 1000);
}

TEST(ManualEventLoop, CancelRearmAndDestroy) {
  ManualEventLoop loop(0);
  int fired = 0;
  auto timer = loop.NewTimer([&] { ++fired; });
  timer->ArmAt(10);
  timer->Cancel();
  loop.AdvanceTo(20);
  EXPECT_EQ(fired, 0);
  timer->ArmAt(30);
  timer->ArmAt(40);
  loop.AdvanceTo(39);
  EXPECT_EQ(fired, 0);
  loop.AdvanceTo(40);
  EXPECT_EQ(fired, 1);
  timer->ArmAt(50);
  timer.reset();
  EXPECT_EQ(loop.armed_timers(), 0);
  loop.AdvanceTo(60);
  EXPECT_EQ(fired, 1);
}

TEST(ManualEventLoop, ACallbackMayRearmOrDestroyItsTimer) {
  ManualEventLoop loop(0);
  std::vector<int64_t> ticks;
  std::unique_ptr<Timer> periodic;
  periodic = loop.NewTimer([&] {
    ticks.push_back(loop.MonoNs());
    if (ticks.size() < 3) {
      periodic->ArmAt(loop.MonoNs() + 10);
    } else {
      periodic.reset();
    }
  });
  periodic->ArmAt(10);
  loop.AdvanceTo(1000);
  EXPECT_THAT(ticks, ElementsAre(10, 20, 30));
}

TEST(ManualEventLoop, WorkThatNeverRanMayOwnTimers) {
  ManualEventLoop loop;
  std::shared_ptr<Timer> timer = loop.NewTimer([] {});
  timer->ArmAt(kNsPerSecond);
  loop.Post([timer = std::move(timer)] { timer->Cancel(); });
  EXPECT_EQ(loop.posted(), 1);
}

}  // namespace
}  // namespace wsload
