#include "agent/websocket/write_queue.h"

#include <algorithm>

namespace wsload {

WriteQueue::WriteQueue(MemoryShare& memory, std::string_view rest) : held_(memory), bytes_(rest) {
  held_.ForceTo(held());
}

bool WriteQueue::Append(std::string_view frame, int64_t expires_ns) {
  if (expires_ns != kNever && !held_.Resize(held() + frame.size() + sizeof(Mark))) return false;
  if (bytes_at_ > bytes_.size() / 2) {
    bytes_.erase(0, bytes_at_);
    bytes_begin_ += bytes_at_;
    bytes_at_ = 0;
  }
  const uint64_t begin = bytes_begin_ + bytes_.size();
  bytes_.append(frame);
  if (expires_ns != kNever) marks_.push_back({expires_ns, begin, begin + frame.size()});
  held_.ForceTo(held());
  return true;
}

std::string_view WriteQueue::front() const {
  return head_at_ < head_.size() ? std::string_view(head_).substr(head_at_)
                                 : std::string_view(bytes_).substr(bytes_at_);
}

void WriteQueue::Written(size_t size) {
  if (head_at_ < head_.size()) {
    head_at_ += size;
    return;
  }
  bytes_at_ += size;
  const uint64_t at = bytes_begin_ + bytes_at_;
  while (!marks_.empty() && marks_.front().begin < at) marks_.pop_front();
}

std::string_view WriteQueue::Bytes(uint64_t begin, uint64_t end) const {
  return std::string_view(bytes_).substr(static_cast<size_t>(begin - bytes_begin_), static_cast<size_t>(end - begin));
}

void WriteQueue::DropExpired(int64_t now_ns, size_t pinned) {
  const size_t in_head = head_.size() - head_at_;
  const uint64_t at = bytes_begin_ + bytes_at_;
  const uint64_t pin = pinned > in_head ? std::min<uint64_t>(at + pinned - in_head, bytes_begin_ + bytes_.size()) : at;
  // Begun, or possibly so.
  while (!marks_.empty() && marks_.front().begin < pin) marks_.pop_front();
  if (next_expiry_ns() > now_ns) return;
  head_.erase(0, head_at_);
  head_at_ = 0;
  uint64_t kept = at;
  while (next_expiry_ns() <= now_ns) {
    head_.append(Bytes(kept, marks_.front().begin));
    kept = marks_.front().end;
    marks_.pop_front();
  }
  bytes_at_ = static_cast<size_t>(kept - bytes_begin_);
  if (bytes_at_ > bytes_.size() / 2) {
    // Also its capacity: that is what the drop is for.
    bytes_ = std::string(bytes_, bytes_at_);
    bytes_begin_ = kept;
    bytes_at_ = 0;
  }
  held_.ForceTo(held());
}

}  // namespace wsload
