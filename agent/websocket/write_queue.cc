#include "agent/websocket/write_queue.h"

#include <algorithm>
#include <utility>

namespace wsload {

WriteQueue::WriteQueue(MemoryShare& memory, std::string_view rest) : held_(memory), head_(rest) {
  held_.ForceTo(held());
}

bool WriteQueue::Append(std::string_view frame, int64_t expires_ns) {
  if (expires_ns != kNever && !held_.Resize(held() + HeldBy(frame.size()))) return false;
  frames_.push_back({expires_ns, std::string(frame)});
  frames_bytes_ += frame.size();
  held_.ForceTo(held());
  return true;
}

std::string_view WriteQueue::front() {
  if (head_at_ == head_.size() && !frames_.empty()) {
    head_at_ = 0;
    head_ = std::move(frames_.front().bytes);
    frames_.pop_front();
    while (!frames_.empty() && head_.size() + frames_.front().bytes.size() <= kTogetherBytes) {
      head_ += frames_.front().bytes;
      frames_.pop_front();
    }
    frames_bytes_ -= head_.size();
    held_.ForceTo(held());
  }
  return std::string_view(head_).substr(head_at_);
}

void WriteQueue::Written(size_t size) { head_at_ += size; }

void WriteQueue::DropExpired(int64_t now_ns) {
  // Nothing after the first one that has not expired has.
  const auto end = std::find_if(frames_.begin(), frames_.end(), [now_ns](const Frame& frame) {
    return frame.expires_ns > now_ns && frame.expires_ns != kNever;
  });
  const auto dropped = std::remove_if(frames_.begin(), end, [this, now_ns](const Frame& frame) {
    if (frame.expires_ns > now_ns) return false;
    frames_bytes_ -= frame.bytes.size();
    return true;
  });
  frames_.erase(dropped, end);
  held_.ForceTo(held());
}

int64_t WriteQueue::next_expiry_ns() const {
  const auto first =
      std::find_if(frames_.begin(), frames_.end(), [](const Frame& frame) { return frame.expires_ns != kNever; });
  return first == frames_.end() ? kNever : first->expires_ns;
}

}  // namespace wsload
