#include "common/loop/asio_event_loop.h"

#include <asio/post.hpp>
#include <chrono>
#include <utility>

#include "common/util/check.h"

namespace wsload {

AsioEventLoop::AsioEventLoop()
    : clock_(SystemClock()),
      poller_(&thread_),
      timers_(&thread_),
      io_context_(1),
      work_guard_(asio::make_work_guard(io_context_)),
      poller_descriptor_(io_context_, poller_.fd()),
      wake_up_(io_context_) {
  timers_.SetOnEarlier([this] { ScheduleWakeUp(); });
  WaitForSockets();
}

AsioEventLoop::~AsioEventLoop() {
  poller_descriptor_.release();  // the descriptor is the poller's
}

void AsioEventLoop::Run() {
  WSLOAD_CHECK(thread_.IsHere(), "a loop is run by two threads");
  const LoopThread::Running running(thread_);
  io_context_.run();
  io_context_.restart();
}

void AsioEventLoop::Stop() { io_context_.stop(); }

int64_t AsioEventLoop::MonoNs() const { return clock_.MonoNs(); }

void AsioEventLoop::Post(Callback work) {
  WSLOAD_DCHECK(work != nullptr, "nothing is posted");
  asio::post(io_context_, std::move(work));
}

std::unique_ptr<Timer> AsioEventLoop::NewTimer(Callback callback) { return timers_.NewTimer(std::move(callback)); }

void AsioEventLoop::WaitForSockets() {
  poller_descriptor_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const asio::error_code& error) {
    if (!error) TurnSockets();
  });
}

void AsioEventLoop::TurnSockets() {
  poller_.Dispatch();
  if (!poller_.HasMore()) return WaitForSockets();
  // Behind timers and posted work that are due by now.
  asio::post(io_context_, [this] { TurnSockets(); });
}

// One Asio timer serves all: it is moved only when something is due earlier than it would fire. A wake-up that comes
// too soon, because its timer was cancelled or moved back since, costs less than moving the alarm each time.
void AsioEventLoop::ScheduleWakeUp() {
  const int64_t due_ns = timers_.next_due_ns();
  if (due_ns >= wake_up_at_ns_) return;
  wake_up_at_ns_ = due_ns;
  // steady_clock is CLOCK_MONOTONIC, as clock_ is.
  wake_up_.expires_at(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(due_ns)));
  wake_up_.async_wait([this](const asio::error_code& error) {
    if (!error) RunTimers();
  });
}

void AsioEventLoop::RunTimers() {
  wake_up_at_ns_ = TimerQueue::kNever;
  timers_.RunDue(MonoNs());
  ScheduleWakeUp();
}

}  // namespace wsload
