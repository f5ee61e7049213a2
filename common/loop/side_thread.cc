#include "common/loop/side_thread.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "common/util/check.h"
#include "common/util/status.h"
#include "common/util/thread.h"

namespace wsload {

struct SideThread::State {
  struct Item {
    size_t kind = 0;
    size_t bytes = 0;
    Callback work;
  };
  struct Kind {
    Bound bound;
    size_t items = 0;
    size_t bytes = 0;
    int64_t dropped = 0;
  };

  explicit State(const std::vector<Bound>& bounds) {
    for (const Bound& bound : bounds) kinds.push_back({.bound = bound});
  }

  void Count(const Item& item, bool in) {
    Kind& kind = kinds[item.kind];
    kind.items = in ? kind.items + 1 : kind.items - 1;
    kind.bytes = in ? kind.bytes + item.bytes : kind.bytes - item.bytes;
  }

  /// Of the kind, what is beyond its bound; the newest stays, however large.
  std::deque<Item> TakeExcess(size_t number) {
    std::deque<Item> excess;
    Kind& kind = kinds[number];
    while (kind.items > 1 && (kind.items > kind.bound.items || kind.bytes > kind.bound.bytes)) {
      const auto oldest =
          std::find_if(queue.begin(), queue.end(), [&](const Item& item) { return item.kind == number; });
      Count(*oldest, false);
      ++kind.dropped;
      excess.push_back(std::move(*oldest));
      queue.erase(oldest);
    }
    return excess;
  }

  void Run() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return ending || !queue.empty(); });
      if (queue.empty()) break;
      Item item = std::move(queue.front());
      queue.pop_front();
      Count(item, false);
      lock.unlock();
      item.work();
      item.work = nullptr;
      lock.lock();
      ++done_items;
    }
    over = true;
    changed.notify_all();
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Kind> kinds;
  std::deque<Item> queue;
  int64_t done_items = 0;
  bool ending = false;
  bool over = false;
  std::thread thread;  ///< the owner's
};

SideThread::SideThread(std::vector<Bound> bounds) : state_(std::make_shared<State>(bounds)) {
  const absl::Status started = StartThread(state_->thread, [state = state_] { state->Run(); });
  if (!started.ok()) {
    throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again),
                            std::string(Text(started)));
  }
}

SideThread::~SideThread() {
  if (state_->thread.joinable()) End(0);
}

void SideThread::Post(size_t kind, size_t bytes, Callback work) {
  // What goes is deleted without the lock.
  std::deque<State::Item> excess;
  const std::lock_guard lock(state_->mutex);
  WSLOAD_CHECK(kind < state_->kinds.size(), "work of kind {} of {}", kind, state_->kinds.size());
  if (state_->ending) return;
  state_->queue.push_back({kind, bytes, std::move(work)});
  state_->Count(state_->queue.back(), true);
  excess = state_->TakeExcess(kind);
  state_->changed.notify_all();
}

int64_t SideThread::dropped(size_t kind) const {
  const std::lock_guard lock(state_->mutex);
  return state_->kinds[kind].dropped;
}

bool SideThread::End(int64_t patience_ns, const std::function<int64_t()>& progress) {
  State& state = *state_;
  std::deque<State::Item> undone;
  std::unique_lock lock(state.mutex);
  WSLOAD_CHECK(state.thread.joinable(), "a thread is ended twice");
  state.ending = true;
  state.changed.notify_all();
  const auto sum = [&] { return state.done_items + (progress ? progress() : 0); };
  const auto is_over = [&] { return state.over; };
  if (patience_ns == kForever) {
    state.changed.wait(lock, is_over);
  } else {
    int64_t seen = sum();
    while (!state.changed.wait_for(lock, std::chrono::nanoseconds(patience_ns), is_over) && seen != sum()) seen = sum();
  }
  undone.swap(state.queue);
  const bool over = state.over;
  lock.unlock();
  if (over) {
    state.thread.join();
  } else {
    state.thread.detach();
  }
  return over;
}

}  // namespace wsload
