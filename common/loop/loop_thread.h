// Which thread an event loop runs on, so that calls from another one can be found.
#pragma once

#include <atomic>
#include <thread>

namespace wsload {

/// Any thread.
class LoopThread {
 public:
  /// The calling thread runs the loop for as long as this lives.
  class Running {
   public:
    explicit Running(LoopThread& loop_thread) : loop_thread_(loop_thread) {
      loop_thread_.id_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    }
    ~Running() { loop_thread_.id_.store(std::thread::id(), std::memory_order_relaxed); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    LoopThread& loop_thread_;
  };

  /// Whether the caller may touch what belongs to the loop: it is the loop's thread, or the loop does not run.
  bool IsHere() const {
    const std::thread::id id = id_.load(std::memory_order_relaxed);
    return id == std::thread::id() || id == std::this_thread::get_id();
  }

 private:
  std::atomic<std::thread::id> id_{};
};

}  // namespace wsload
