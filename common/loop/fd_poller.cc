#include "common/loop/fd_poller.h"

#include <unistd.h>

#include <cerrno>
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
  for (int i = 0; i < ready_count_; ++i) {
    if (ready_[i].data.ptr == handler) ready_[i].data.ptr = nullptr;
  }
}

void FdPoller::Dispatch() {
  CheckThread();
  WSLOAD_CHECK(ready_count_ == 0, "sockets are looked at from inside a socket's upcall");
  const int count = epoll_wait(epoll_fd_, ready_.data(), kBatch, 0);
  if (count <= 0) return;
  ready_count_ = count;
  for (int i = 0; i < count; ++i) {
    auto* handler = static_cast<FdHandler*>(ready_[i].data.ptr);
    if (handler != nullptr) handler->OnReady(ready_[i].events);
  }
  ready_count_ = 0;
}

}  // namespace wsload
