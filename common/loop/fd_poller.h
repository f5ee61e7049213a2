// Level-triggered readiness of many sockets. Asio's own reactor pays an
// epoll_ctl() for every wait and some 400 bytes of state for every socket;
// here a socket is registered once, waits for nothing between its events, and
// costs no memory of ours. The poller's own descriptor is what Asio waits for.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>

#include "common/loop/loop_thread.h"

namespace wsload {

/// What is told about a socket. On the loop's thread.
class FdHandler {
 public:
  /// `events`: EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR as epoll_wait() returns them. The handler may be deleted here.
  virtual void OnReady(uint32_t events) = 0;

 protected:
  ~FdHandler() = default;
};

/// One thread.
class FdPoller {
 public:
  /// `thread` (may be null; outlives the poller): the one that it is used on. Throws std::system_error when the
  /// process has no descriptor left.
  explicit FdPoller(const LoopThread* thread = nullptr);
  ~FdPoller();
  FdPoller(const FdPoller&) = delete;
  FdPoller& operator=(const FdPoller&) = delete;

  /// Tells `handler` whenever `fd` is ready for `events`; errors and hang-ups always. False, with errno: the kernel has
  /// no room for another.
  bool Add(int fd, uint32_t events, FdHandler* handler);
  /// Changes what is told and to whom.
  void Modify(int fd, uint32_t events, FdHandler* handler);
  /// No call to `handler` follows; before close(fd).
  void Remove(int fd, FdHandler* handler);

  /// Tells the handlers of what is ready now, a bounded number of them, and returns without waiting.
  void Dispatch();

  /// Readable when Dispatch() has something to do.
  int fd() const { return epoll_fd_; }

 private:
  // Bounds the time that timers and posted work wait for sockets: some 64 messages' worth.
  static constexpr int kBatch = 64;

  void CheckThread() const;

  const LoopThread* const thread_;
  int epoll_fd_ = -1;
  int ready_count_ = 0;  ///< entries of ready_ that are valid; 0 outside Dispatch()
  std::array<epoll_event, kBatch> ready_;
};

}  // namespace wsload
