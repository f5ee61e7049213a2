// The event loop of one thread: an Asio io_context that also turns a timer
// queue and a set of polled sockets.
#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <memory>

#include "common/loop/event_loop.h"
#include "common/loop/fd_poller.h"
#include "common/loop/loop_thread.h"
#include "common/loop/timer_queue.h"
#include "common/time/clock.h"

namespace wsload {

/// Timers never run early: the clock is CLOCK_MONOTONIC, the alarm a timerfd. In steady state neither arming a timer
/// nor waiting for a socket allocates. Everything that was made with the loop (timers, dialers, connections) is deleted
/// before it.
class AsioEventLoop final : public EventLoop {
 public:
  /// Throws std::system_error when the process has no descriptors left (it needs five).
  AsioEventLoop();
  ~AsioEventLoop() override;
  AsioEventLoop(const AsioEventLoop&) = delete;
  AsioEventLoop& operator=(const AsioEventLoop&) = delete;

  /// Makes the calling thread the loop's thread and works until Stop(). May be called again after it has returned.
  void Run();

  /// Run() returns after the callback under way (or at once, when it is called later). Any thread.
  void Stop();

  int64_t MonoNs() const override;
  void Post(Callback work) override;
  std::unique_ptr<Timer> NewTimer(Callback callback) override;
  bool IsLoopThread() const override { return thread_.IsHere(); }

  /// Sockets of this loop. Loop's thread, or before the loop runs.
  FdPoller& poller() { return poller_; }

  /// For what Asio does itself: resolvers, servers, signals.
  asio::io_context& io_context() { return io_context_; }

 private:
  void WaitForSockets();
  void TurnSockets();
  void ScheduleWakeUp();
  void RunTimers();

  const Clock& clock_;
  LoopThread thread_;
  // Outlive io_context_: posted work that never ran may own timers and sockets, and is deleted with it.
  FdPoller poller_;
  TimerQueue timers_;
  asio::io_context io_context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_guard_;
  asio::posix::stream_descriptor poller_descriptor_;
  asio::steady_timer wake_up_;
  int64_t wake_up_at_ns_ = TimerQueue::kNever;
};

}  // namespace wsload
