#include "common/loop/side_thread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <vector>

#include "common/time/clock.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Work that waits for the test, which waits for it. Shared with the thread, which may outlive the test.
class Gate {
 public:
  Callback Work() {
    return [state = state_] {
      state->entered.set_value();
      state->opened.get_future().wait();
      state->left.set_value();
    };
  }
  void AwaitEntered() { state_->entered.get_future().wait(); }
  void Open() { state_->opened.set_value(); }
  void AwaitLeft() { state_->left.get_future().wait(); }

 private:
  struct State {
    std::promise<void> entered;
    std::promise<void> opened;
    std::promise<void> left;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

TEST(SideThread, DoesEverythingInOrder) {
  std::vector<int> done;
  SideThread thread({{}, {}});
  for (int i = 0; i < 5; ++i) thread.Post(static_cast<size_t>(i % 2), 1, [&done, i] { done.push_back(i); });
  EXPECT_TRUE(thread.End(SideThread::kForever));
  EXPECT_THAT(done, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(thread.dropped(0), 0);
}

TEST(SideThread, TheOldestOfAKindGoesWhenThereAreTooMany) {
  Gate gate;
  std::vector<int> done;
  SideThread thread({{}, {.items = 2}});
  thread.Post(0, 0, gate.Work());
  gate.AwaitEntered();
  thread.Post(0, 0, [&done] { done.push_back(-1); });
  for (int i = 0; i < 10; ++i) thread.Post(1, 0, [&done, i] { done.push_back(i); });
  EXPECT_EQ(thread.dropped(1), 8);
  gate.Open();
  EXPECT_TRUE(thread.End(SideThread::kForever));
  EXPECT_THAT(done, ElementsAre(-1, 8, 9)) << "of another kind nothing goes";
  EXPECT_EQ(thread.dropped(0), 0);
}

TEST(SideThread, BytesAreBoundedAndTheNewestStays) {
  Gate gate;
  std::vector<int> done;
  SideThread thread({{.items = 100}, {.bytes = 10}});
  thread.Post(0, 0, gate.Work());
  gate.AwaitEntered();
  for (const int bytes : {4, 6, 1, 5, 4, 50})
    thread.Post(1, static_cast<size_t>(bytes), [&done, bytes] { done.push_back(bytes); });
  EXPECT_EQ(thread.dropped(1), 5);
  gate.Open();
  EXPECT_TRUE(thread.End(SideThread::kForever));
  EXPECT_THAT(done, ElementsAre(50));
}

TEST(SideThread, OneThatDoesNotComeBackIsLeftToItself) {
  Gate gate;
  const auto done = std::make_shared<std::vector<int>>();
  {
    SideThread thread({SideThread::Bound{}});
    thread.Post(0, 0, gate.Work());
    gate.AwaitEntered();
    thread.Post(0, 0, [done] { done->push_back(1); });
    EXPECT_FALSE(thread.End(kNsPerMs));
    thread.Post(0, 0, [done] { done->push_back(2); });
  }
  EXPECT_EQ(done.use_count(), 1) << "what waited is gone";
  gate.Open();
  gate.AwaitLeft();
  EXPECT_THAT(*done, IsEmpty());
}

TEST(SideThread, ProgressIsWaitedFor) {
  Gate gate;
  int64_t progress = 0;
  SideThread thread({SideThread::Bound{}});
  thread.Post(0, 0, gate.Work());
  gate.AwaitEntered();
  const bool ended = thread.End(kNsPerMs, [&] {
    // The reader takes its time, then all of it.
    if (++progress == 20) gate.Open();
    return progress;
  });
  EXPECT_TRUE(ended);
  EXPECT_GE(progress, 20);
}

TEST(SideThread, OneThatIsNotEndedIsNotWaitedFor) {
  Gate gate;
  {
    SideThread thread({SideThread::Bound{}});
    thread.Post(0, 0, gate.Work());
    gate.AwaitEntered();
  }
  gate.Open();
  gate.AwaitLeft();
}

}  // namespace
}  // namespace wsload
