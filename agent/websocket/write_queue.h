// Frames of one connection that the kernel did not take yet. It exists only while there are such.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>

#include "agent/websocket/memory_budget.h"

namespace wsload {

/// One thread.
class WriteQueue {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  /// `rest`: of a frame of which the kernel has taken a part, or nothing, and which must follow. `memory` outlives
  /// this.
  WriteQueue(MemoryShare& memory, std::string_view rest);

  /// False: the agent's memory for messages on their way is used up. With kNever as `expires_ns` the frame is taken all
  /// the same: it is small, and the connection needs it.
  bool Append(std::string_view frame, int64_t expires_ns);

  /// What to write next, as much of it as goes; never empty while bytes wait.
  std::string_view front() const;
  /// `size` bytes of front() were written.
  void Written(size_t size);
  size_t waiting() const { return head_.size() - head_at_ + bytes_.size() - bytes_at_; }

  /// Drops the frames that have expired at `now_ns`, but for what may have been written in part: the first `pinned`
  /// bytes (at least one) with the frames that they belong to.
  void DropExpired(int64_t now_ns, size_t pinned);
  /// When the first frame that can be dropped expires.
  int64_t next_expiry_ns() const { return marks_.empty() ? kNever : marks_.front().expires_ns; }

 private:
  /// A frame in bytes_ that may be dropped; in order. What lies between them may not.
  struct Mark {
    int64_t expires_ns;
    uint64_t begin;  ///< counted from the queue's first byte
    uint64_t end;
  };

  /// By size, not capacity: of what was reserved and never touched the kernel gives no memory.
  size_t held() const { return head_.size() + bytes_.size() + marks_.size() * sizeof(Mark); }
  std::string_view Bytes(uint64_t begin, uint64_t end) const;

  HeldMemory held_;
  std::string head_;  ///< goes before bytes_: what was kept when frames were dropped
  size_t head_at_ = 0;
  std::string bytes_;
  size_t bytes_at_ = 0;
  uint64_t bytes_begin_ = 0;  ///< of bytes_[0], counted from the queue's first byte
  std::deque<Mark> marks_;
};

}  // namespace wsload
