#include "common/loop/timer_queue.h"

#include <utility>

#include "common/util/check.h"

namespace wsload {

class TimerQueue::Handle final : public Timer {
 public:
  Handle(TimerQueue& queue, Callback callback) : queue_(queue), node_(new Node) {
    node_->callback = std::move(callback);
  }
  ~Handle() override { queue_.Release(node_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  void ArmAt(int64_t when_ns) override { queue_.Arm(node_, when_ns); }
  void Cancel() override { queue_.Disarm(node_); }

 private:
  TimerQueue& queue_;
  Node* node_;
};

std::unique_ptr<Timer> TimerQueue::NewTimer(Callback callback) {
  return std::make_unique<Handle>(*this, std::move(callback));
}

void TimerQueue::CheckThread() const {
  WSLOAD_DCHECK(thread_ == nullptr || thread_->IsHere(), "a timer is used on another thread than its loop's");
}

void TimerQueue::RunDue(int64_t now_ns) {
  WSLOAD_CHECK(!running_, "timers are run from inside a timer");
  // All that is due leaves the heap first: a callback that arms for the past must not be able to run for ever.
  running_ = true;
  while (!heap_.empty() && heap_.front()->when_ns <= now_ns) {
    Node* node = heap_.front();
    RemoveAt(0);
    node->due_index = due_.size();
    due_.push_back(node);
  }
  for (size_t i = 0; i < due_.size(); ++i) {
    Node* node = due_[i];
    if (node == nullptr) continue;
    node->due_index = kNowhere;
    node->running = true;
    node->callback();
    node->running = false;
    if (node->orphaned) delete node;
  }
  due_.clear();
  running_ = false;
}

void TimerQueue::Arm(Node* node, int64_t when_ns) {
  CheckThread();
  Disarm(node);
  const int64_t next_before_ns = next_due_ns();
  node->when_ns = when_ns;
  heap_.push_back(node);
  // Room for all of them to be due at once, so that running them never allocates.
  due_.reserve(heap_.capacity());
  node->heap_index = heap_.size() - 1;
  SiftUp(node->heap_index);
  if (!running_ && when_ns < next_before_ns && on_earlier_) on_earlier_();
}

void TimerQueue::Disarm(Node* node) {
  CheckThread();
  if (node->heap_index != kNowhere) RemoveAt(node->heap_index);
  if (node->due_index != kNowhere) {
    due_[node->due_index] = nullptr;
    node->due_index = kNowhere;
  }
}

void TimerQueue::Release(Node* node) {
  Disarm(node);
  if (node->running) {
    node->orphaned = true;  // the callback that is on the stack lives in the node
  } else {
    delete node;
  }
}

void TimerQueue::Place(Node* node, size_t index) {
  heap_[index] = node;
  node->heap_index = index;
}

void TimerQueue::SiftUp(size_t index) {
  Node* node = heap_[index];
  while (index > 0) {
    const size_t parent = (index - 1) / 2;
    if (heap_[parent]->when_ns <= node->when_ns) break;
    Place(heap_[parent], index);
    index = parent;
  }
  Place(node, index);
}

void TimerQueue::SiftDown(size_t index) {
  Node* node = heap_[index];
  for (;;) {
    size_t child = 2 * index + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1]->when_ns < heap_[child]->when_ns) ++child;
    if (node->when_ns <= heap_[child]->when_ns) break;
    Place(heap_[child], index);
    index = child;
  }
  Place(node, index);
}

void TimerQueue::RemoveAt(size_t index) {
  WSLOAD_DCHECK(index < heap_.size(), "timer {} of {} is removed", index, heap_.size());
  Node* removed = heap_[index];
  Node* last = heap_.back();
  heap_.pop_back();
  removed->heap_index = kNowhere;
  if (removed == last) return;
  Place(last, index);
  SiftUp(index);
  SiftDown(last->heap_index);
}

}  // namespace wsload
