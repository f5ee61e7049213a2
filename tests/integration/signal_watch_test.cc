#include "common/loop/signal_watch.h"

#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <vector>

#include "tests/integration/loop_runner.h"

namespace wsload {
namespace {

TEST(SignalWatchTest, TellsOfEverySignalOnTheLoop) {
  AsioEventLoop loop;
  std::vector<int> heard;
  const SignalWatch watch(loop, {SIGUSR1, SIGUSR2}, [&heard](int signal) { heard.push_back(signal); });
  std::raise(SIGUSR1);
  EXPECT_TRUE(heard.empty()) << "not inside the signal";
  ASSERT_TRUE(RunUntil(loop, [&] { return heard.size() == 1; }));
  std::raise(SIGUSR2);
  ASSERT_TRUE(RunUntil(loop, [&] { return heard.size() == 2; }));
  std::raise(SIGUSR1);
  ASSERT_TRUE(RunUntil(loop, [&] { return heard.size() == 3; }));
  EXPECT_EQ(heard, (std::vector<int>{SIGUSR1, SIGUSR2, SIGUSR1}));
}

TEST(SignalWatchTest, ASignalUnderWayAtItsEndIsDropped) {
  AsioEventLoop loop;
  int heard = 0;
  auto watch = std::make_unique<SignalWatch>(loop, std::vector<int>{SIGUSR1}, [&heard](int) { ++heard; });
  std::raise(SIGUSR1);
  watch.reset();
  bool turned = false;
  loop.Post([&turned] { turned = true; });
  ASSERT_TRUE(RunUntil(loop, [&] { return turned; }));
  EXPECT_EQ(heard, 0);
}

TEST(SignalWatchTest, TwoWatchesHaveTheirOwnSignals) {
  AsioEventLoop loop;
  int first = 0;
  int second = 0;
  const SignalWatch one(loop, {SIGUSR1}, [&first](int) { ++first; });
  const SignalWatch other(loop, {SIGUSR2}, [&second](int) { ++second; });
  std::raise(SIGUSR2);
  ASSERT_TRUE(RunUntil(loop, [&] { return second == 1; }));
  EXPECT_EQ(first, 0);
}

}  // namespace
}  // namespace wsload
