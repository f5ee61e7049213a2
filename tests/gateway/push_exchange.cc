#include "tests/gateway/push_exchange.h"

#include <utility>

namespace wsload::gateway {

PushExchange::PushExchange(int32_t threads, size_t most_bytes, size_t most_pushes)
    : most_bytes_(most_bytes), most_pushes_(most_pushes) {
  for (int32_t i = 0; i < threads; ++i) boxes_.push_back(std::make_unique<Box>());
}

void PushExchange::SetWaker(int32_t index, std::function<void()> wake) {
  boxes_[static_cast<size_t>(index)]->wake = std::move(wake);
}

size_t PushExchange::BytesOf(const Push& push) {
  return push.content.size() + push.key.size() + push.users.size() * sizeof(int64_t);
}

bool PushExchange::Post(std::shared_ptr<const Push> push) {
  const std::lock_guard post_lock(post_mutex_);
  const size_t bytes = BytesOf(*push) * boxes_.size();
  if (bytes_ + bytes > most_bytes_ || pushes_ + boxes_.size() > most_pushes_) return false;
  bytes_ += bytes;
  pushes_ += boxes_.size();
  for (const auto& box : boxes_) {
    bool was_empty = false;
    {
      const std::lock_guard lock(box->mutex);
      was_empty = box->pushes.empty();
      box->pushes.push_back(push);
      box->size.store(box->pushes.size(), std::memory_order_release);
    }
    if (was_empty) box->wake();
  }
  return true;
}

std::shared_ptr<const Push> PushExchange::Take(int32_t index) {
  Box& box = *boxes_[static_cast<size_t>(index)];
  if (Empty(index)) return nullptr;
  const std::lock_guard lock(box.mutex);
  if (box.pushes.empty()) return nullptr;
  std::shared_ptr<const Push> push = std::move(box.pushes.front());
  box.pushes.pop_front();
  box.size.store(box.pushes.size(), std::memory_order_release);
  bytes_ -= BytesOf(*push);
  --pushes_;
  return push;
}

bool PushExchange::Empty(int32_t index) const {
  return boxes_[static_cast<size_t>(index)]->size.load(std::memory_order_acquire) == 0;
}

}  // namespace wsload::gateway
