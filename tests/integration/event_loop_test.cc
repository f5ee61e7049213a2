#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "common/loop/asio_event_loop.h"

namespace wsload {
namespace {

TEST(AsioEventLoopTest, RunsUntilStopped) {
  AsioEventLoop loop;
  std::atomic<int> ran = 0;
  std::thread thread([&] { loop.Run(); });
  for (int i = 0; i < 100; ++i) loop.Post([&] { ++ran; });
  loop.Post([&] { loop.Stop(); });
  thread.join();
  EXPECT_EQ(ran, 100);
}

TEST(AsioEventLoopTest, StopBeforeRun) {
  AsioEventLoop loop;
  loop.Stop();
  loop.Run();
}

TEST(AsioEventLoopTest, TimersAreInOrderAndNeverEarly) {
  AsioEventLoop loop;
  std::vector<int> order;
  std::vector<std::unique_ptr<Timer>> timers;
  const int64_t start_ns = loop.MonoNs();
  for (const int ms : {30, 10, 20, 0}) {
    const int64_t due_ns = start_ns + ms * kNsPerMs;
    timers.push_back(loop.NewTimer([&, ms, due_ns] {
      EXPECT_GE(loop.MonoNs(), due_ns);
      order.push_back(ms);
      if (ms == 30) loop.Stop();
    }));
    timers.back()->ArmAt(due_ns);
  }
  auto cancelled = loop.NewTimer([] { ADD_FAILURE() << "cancelled"; });
  cancelled->ArmAt(start_ns + 5 * kNsPerMs);
  cancelled->Cancel();
  loop.Run();
  EXPECT_EQ(order, (std::vector<int>{0, 10, 20, 30}));
}

TEST(AsioEventLoopTest, ATimerThatAlwaysRearmsDoesNotStarveTheLoop) {
  AsioEventLoop loop;
  int turns = 0;
  std::unique_ptr<Timer> timer = loop.NewTimer([&] {
    if (++turns == 10) loop.Post([&] { loop.Stop(); });
    timer->ArmAt(0);
  });
  timer->ArmAt(0);
  loop.Run();
  EXPECT_GE(turns, 10);
}

struct PipeReader final : FdHandler {
  explicit PipeReader(AsioEventLoop& event_loop) : loop(event_loop) {
    EXPECT_EQ(pipe(fds), 0);
    EXPECT_TRUE(loop.poller().Add(fds[0], EPOLLIN, this));
  }
  ~PipeReader() {
    loop.poller().Remove(fds[0], this);
    close(fds[0]);
    close(fds[1]);
  }
  void OnReady(uint32_t) override {
    char byte;
    EXPECT_EQ(read(fds[0], &byte, 1), 1);
    ++reads;
    if (on_read) on_read();
  }

  AsioEventLoop& loop;
  int fds[2]{};
  int reads = 0;
  std::function<void()> on_read;
};

TEST(AsioEventLoopTest, SocketsAreLevelTriggered) {
  AsioEventLoop loop;
  PipeReader reader(loop);
  reader.on_read = [&] {
    if (reader.reads == 3) loop.Stop();
  };
  ASSERT_EQ(write(reader.fds[1], "abc", 3), 3);
  loop.Run();
  EXPECT_EQ(reader.reads, 3);
}

TEST(AsioEventLoopTest, AHandlerRemovedWithinABatchIsNotCalled) {
  AsioEventLoop loop;
  auto first = std::make_unique<PipeReader>(loop);
  auto second = std::make_unique<PipeReader>(loop);
  int calls = 0;
  // Both are ready in the same batch; whichever comes first deletes the other.
  first->on_read = [&] {
    ++calls;
    second.reset();
    loop.Stop();
  };
  second->on_read = [&] {
    ++calls;
    first.reset();
    loop.Stop();
  };
  ASSERT_EQ(write(first->fds[1], "a", 1), 1);
  ASSERT_EQ(write(second->fds[1], "a", 1), 1);
  loop.Run();
  EXPECT_EQ(calls, 1);
}

/// Always ready, and does a turn's work each time.
struct Greedy final : FdHandler {
  explicit Greedy(AsioEventLoop& event_loop, std::vector<int>& calls, int index)
      : loop(event_loop), order(calls), number(index) {
    EXPECT_EQ(pipe(fds), 0);
    EXPECT_EQ(write(fds[1], "x", 1), 1);
    EXPECT_TRUE(loop.poller().Add(fds[0], EPOLLIN, this));
  }
  ~Greedy() {
    loop.poller().Remove(fds[0], this);
    close(fds[0]);
    close(fds[1]);
  }
  void OnReady(uint32_t) override {
    order.push_back(number);
    loop.poller().Spend(size_t{16} << 20);
  }

  AsioEventLoop& loop;
  std::vector<int>& order;
  const int number;
  int fds[2]{};
};

TEST(AsioEventLoopTest, SocketsThatAlwaysHaveWorkLeaveRoomForAllElse) {
  AsioEventLoop loop;
  std::vector<int> order;
  std::vector<std::unique_ptr<Greedy>> greedy;
  for (int i = 0; i < 3; ++i) greedy.push_back(std::make_unique<Greedy>(loop, order, i));
  std::vector<size_t> posted_after;
  std::function<void()> again = [&] {
    posted_after.push_back(order.size());
    if (posted_after.size() == 5) return loop.Stop();
    loop.Post([&] { again(); });
  };
  auto timer = loop.NewTimer([&] { again(); });
  timer->ArmAt(loop.MonoNs() + kNsPerMs);
  loop.Run();
  // One socket a turn, each in its turn, and posted work between them.
  for (size_t i = 1; i < posted_after.size(); ++i) EXPECT_LE(posted_after[i] - posted_after[i - 1], 2u);
  ASSERT_GE(order.size(), 3u);
  for (size_t i = 3; i < order.size(); ++i) EXPECT_EQ(order[i], order[i - 3]) << i;
}

/// Keeps something that its socket does not know of.
struct Keeper final : FdHandler {
  explicit Keeper(AsioEventLoop& event_loop) : loop(event_loop) {
    EXPECT_EQ(pipe(fds), 0);
    EXPECT_TRUE(loop.poller().Add(fds[0], EPOLLIN, this));
  }
  ~Keeper() {
    loop.poller().Remove(fds[0], this);
    close(fds[0]);
    close(fds[1]);
  }
  void OnReady(uint32_t events) override {
    if (events == FdPoller::kAgain) {
      ++again;
    } else {
      char byte;
      EXPECT_EQ(read(fds[0], &byte, 1), 1);
    }
    if (again < 3) return loop.poller().Again(this);
    if (on_third) on_third();
  }

  AsioEventLoop& loop;
  int fds[2]{};
  int again = 0;
  std::function<void()> on_third;
};

TEST(AsioEventLoopTest, WhoHasKeptSomethingIsToldAgain) {
  AsioEventLoop loop;
  Keeper keeper(loop);
  keeper.on_third = [&] { loop.Stop(); };
  ASSERT_EQ(write(keeper.fds[1], "a", 1), 1);
  loop.Run();
  EXPECT_EQ(keeper.again, 3);
}

TEST(AsioEventLoopTest, OneThatIsRemovedIsNotToldAgain) {
  AsioEventLoop loop;
  auto keeper = std::make_unique<Keeper>(loop);
  loop.Post([&] { loop.poller().Again(keeper.get()); });
  loop.Post([&] { keeper.reset(); });
  PipeReader other(loop);
  other.on_read = [&] { loop.Stop(); };
  ASSERT_EQ(write(other.fds[1], "a", 1), 1);
  loop.Run();
}

}  // namespace
}  // namespace wsload
