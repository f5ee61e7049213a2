// Level-triggered readiness of many sockets. Asio's own reactor pays an
// epoll_ctl() for every wait and some 400 bytes of state for every socket;
// here a socket is registered once, waits for nothing between its events, and
// costs no memory of ours. The poller's own descriptor is what Asio waits for.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/loop/loop_thread.h"

namespace wsload {

/// What is told about a socket. On the loop's thread.
class FdHandler {
 public:
  /// `events`: EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR as epoll_wait() returns them, or kAgain alone. The handler may be
  /// deleted here.
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

  /// One turn: tells the handlers of what is ready now, a bounded number of them and only until the turn's work is
  /// spent, and returns without waiting. Those that were not told come first in the next turn.
  void Dispatch();

  /// What a handler has done, in bytes that it has looked at; what costs time otherwise is counted as so many bytes.
  void Spend(size_t bytes) { work_left_ -= static_cast<int64_t>(bytes); }
  /// The turn's work is spent: a handler stops where it can go on later, however much it still has, so that timers and
  /// posted work have their turn. It is told again as long as its socket is ready.
  bool spent() const { return work_left_ <= 0; }
  /// For one that has kept something which its socket does not know of: it is told kAgain in one of the next turns. Not
  /// to be called again before.
  void Again(FdHandler* handler) { again_.push_back(handler); }
  /// Never among the events of a socket.
  static constexpr uint32_t kAgain = 1u << 31;

  /// Readable when Dispatch() has something to do; or HasMore() says it.
  int fd() const { return epoll_fd_; }
  bool HasMore() const { return next_ < ready_count_ || !again_.empty(); }

 private:
  // Bounds the time that timers and posted work wait for sockets: some 64 messages' worth.
  static constexpr int kBatch = 64;
  /// A millisecond or two, if handlers count right.
  static constexpr int64_t kTurnWork = 1 << 20;

  void CheckThread() const;
  void Fill();

  const LoopThread* const thread_;
  int epoll_fd_ = -1;
  // The batch under way, from next_ on; it may last for several turns.
  int ready_count_ = 0;
  int next_ = 0;
  bool dispatching_ = false;
  int64_t work_left_ = kTurnWork;
  std::array<epoll_event, 2 * kBatch> ready_;  ///< half of it for sockets, half for those of again_
  std::vector<FdHandler*> again_;
};

}  // namespace wsload
