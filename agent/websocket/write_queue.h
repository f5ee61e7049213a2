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

/// Each frame has memory of its own, so that what one that is dropped gives back is there for the next: of a buffer for
/// all of them neither would be true. One thread.
class WriteQueue {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
  /// So much is put together of small frames for one write.
  static constexpr size_t kTogetherBytes = 16 << 10;

  /// `rest`: of a frame of which the kernel has taken a part, or nothing, and which must follow. `memory` outlives
  /// this.
  WriteQueue(MemoryShare& memory, std::string_view rest);

  /// False: the agent's memory for messages on their way is used up. With kNever as `expires_ns` the frame is taken all
  /// the same: it is small, and the connection needs it.
  bool Append(std::string_view frame, int64_t expires_ns);

  /// What to write next; never empty while bytes wait. It stays the same until some of it was written, as TLS wants it,
  /// and none of its frames is dropped any more. To be asked for only when something can be written.
  std::string_view front();
  /// `size` bytes of front() were written.
  void Written(size_t size);
  size_t waiting() const { return head_.size() - head_at_ + frames_bytes_; }

  /// Drops the frames that have expired at `now_ns` and were not in front() yet.
  void DropExpired(int64_t now_ns);
  /// When the first frame that can be dropped expires.
  int64_t next_expiry_ns() const;

 private:
  struct Frame {
    int64_t expires_ns;
    std::string bytes;
  };

  static size_t HeldBy(size_t frame_bytes) { return sizeof(Frame) + frame_bytes; }
  size_t held() const { return head_.capacity() + frames_.size() * sizeof(Frame) + frames_bytes_; }

  HeldMemory held_;
  std::string head_;  ///< what front() is of
  size_t head_at_ = 0;
  std::deque<Frame> frames_;  ///< expiries in order, but for those that never do
  size_t frames_bytes_ = 0;
};

}  // namespace wsload
