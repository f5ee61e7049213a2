#include "common/loop/loop_thread.h"

#include <gtest/gtest.h>

#include <thread>

#include "common/loop/asio_event_loop.h"

namespace wsload {
namespace {

bool IsHereForAnother(const LoopThread& loop_thread) {
  bool here = false;
  std::thread([&] { here = loop_thread.IsHere(); }).join();
  return here;
}

TEST(LoopThreadTest, IsAnybodysUntilTheLoopRuns) {
  LoopThread loop_thread;
  EXPECT_TRUE(loop_thread.IsHere());
  EXPECT_TRUE(IsHereForAnother(loop_thread));
  {
    const LoopThread::Running running(loop_thread);
    EXPECT_TRUE(loop_thread.IsHere());
    EXPECT_FALSE(IsHereForAnother(loop_thread));
  }
  EXPECT_TRUE(IsHereForAnother(loop_thread));
}

#ifndef WSLOAD_NO_DCHECKS
TEST(LoopThreadDeathTest, ATimerIsUsedOnItsLoopsThreadOnly) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH(
      {
        AsioEventLoop loop;
        const std::unique_ptr<Timer> timer = loop.NewTimer([] {});
        loop.Post([&] { std::thread([&] { timer->ArmAt(0); }).join(); });
        loop.Run();
      },
      "a timer is used on another thread than its loop's");
}
#endif

}  // namespace
}  // namespace wsload
