#include "common/loop/callback_scope.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/manual_event_loop.h"

namespace wsload {
namespace {

TEST(CallbackScopeTest, WhatIsWrappedIsCalledWithItsArguments) {
  const CallbackScope scope;
  std::string heard;
  auto wrapped =
      scope.Wrap([&heard](int number, std::unique_ptr<std::string> text) { heard += std::to_string(number) + *text; });
  wrapped(1, std::make_unique<std::string>("a"));
  wrapped(2, std::make_unique<std::string>("b"));
  EXPECT_EQ(heard, "1a2b");
}

TEST(CallbackScopeTest, AfterItsEndNothingIsCalled) {
  auto scope = std::make_unique<CallbackScope>();
  int calls = 0;
  auto wrapped = scope->Wrap([&calls] { ++calls; });
  wrapped();
  scope.reset();
  wrapped();
  EXPECT_EQ(calls, 1);
}

TEST(CallbackScopeTest, PostedWorkOfAnOwnerThatIsGoneIsDroppedWithAllThatItHolds) {
  ManualEventLoop loop;
  auto scope = std::make_unique<CallbackScope>();
  const auto held = std::make_shared<int>(0);
  scope->Post(loop, [held] { ++*held; });
  loop.RunUntilIdle();
  EXPECT_EQ(*held, 1);
  scope->Post(loop, [held] { ++*held; });
  EXPECT_EQ(held.use_count(), 2);
  scope.reset();
  loop.RunUntilIdle();
  EXPECT_EQ(*held, 1);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(CallbackScopeTest, MovesWhatCannotBeCopied) {
  ManualEventLoop loop;
  const CallbackScope scope;
  std::string heard;
  scope.Post(loop, [&heard, text = std::make_unique<std::string>("moved")] { heard = *text; });
  loop.RunUntilIdle();
  EXPECT_EQ(heard, "moved");
}

TEST(CallbackScopeTest, TheCallbackMayDeleteTheScope) {
  ManualEventLoop loop;
  auto scope = std::make_unique<CallbackScope>();
  int calls = 0;
  for (int i = 0; i < 2; ++i) {
    scope->Post(loop, [&] {
      ++calls;
      scope.reset();
    });
  }
  loop.RunUntilIdle();
  EXPECT_EQ(calls, 1);
}

TEST(CallbackScopeTest, IsWrappedFromAnyThread) {
  const CallbackScope scope;
  constexpr int kThreads = 4;
  std::vector<Callback> wrapped(kThreads);
  int calls = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] { wrapped[static_cast<size_t>(i)] = scope.Wrap([&calls] { ++calls; }); });
  }
  for (std::thread& thread : threads) thread.join();
  for (Callback& callback : wrapped) callback();
  EXPECT_EQ(calls, kThreads);
}

}  // namespace
}  // namespace wsload
