#include "common/loop/fd_poller.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <system_error>

#include "common/util/check.h"

namespace wsload {

FdPoller::FdPoller(const LoopThread* thread) : thread_(thread), epoll_fd_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_fd_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

FdPoller::~FdPoller() { close(epoll_fd_); }

void FdPoller::CheckThread() const {
  WSLOAD_DCHECK(thread_ == nullptr || thread_->IsHere(), "a socket is used on another thread than its loop's");
}

bool FdPoller::Add(int fd, uint32_t events, FdHandler* handler) {
  CheckThread();
  epoll_event event{};
  event.events = events;
  event.data.ptr = handler;
  return epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void FdPoller::Modify(int fd, uint32_t events, FdHandler* handler) {
  CheckThread();
  epoll_event event{};
  event.events = events;
  event.data.ptr = handler;
  epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd, &event);
}

void FdPoller::Remove(int fd, FdHandler* handler) {
  CheckThread();
  epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
  // The batch under way may hold an event for it still.
  for (int i = next_; i < ready_count_; ++i) {
    if (ready_[i].data.ptr == handler) ready_[i].data.ptr = nullptr;
  }
  std::erase(again_, handler);
}

void FdPoller::Fill() {
  const int count = epoll_wait(epoll_fd_, ready_.data(), kBatch, 0);
  next_ = 0;
  ready_count_ = std::max(count, 0);
  const size_t again = std::min<size_t>(again_.size(), kBatch);
  for (size_t i = 0; i < again; ++i) {
    epoll_event& event = ready_[ready_count_++];
    event.events = kAgain;
    event.data.ptr = again_[i];
  }
  again_.erase(again_.begin(), again_.begin() + static_cast<ptrdiff_t>(again));
}

void FdPoller::Dispatch() {
  CheckThread();
  WSLOAD_CHECK(!dispatching_, "sockets are looked at from inside a socket's upcall");
  dispatching_ = true;
  work_left_ = kTurnWork;
  if (next_ == ready_count_) Fill();
  while (next_ < ready_count_ && !spent()) {
    const epoll_event event = ready_[next_++];
    auto* handler = static_cast<FdHandler*>(event.data.ptr);
    if (handler != nullptr) handler->OnReady(event.events);
  }
  dispatching_ = false;
}

}  // namespace wsload
