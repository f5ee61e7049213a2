// How those who watch a run ask for its end.
#pragma once

#include <functional>
#include <mutex>
#include <utility>

namespace wsload {

/// Does what Ctrl-C does, while there is a run that can be stopped, and nothing before and after. Any thread.
class StopRequest {
 public:
  /// `stop`: returns at once. Until Disconnect().
  void Connect(std::function<void()> stop) {
    const std::lock_guard lock(mutex_);
    stop_ = std::move(stop);
  }
  /// When this returns, `stop` is not being called and will not be.
  void Disconnect() { Connect(nullptr); }

  void Ask() {
    const std::lock_guard lock(mutex_);
    if (stop_ != nullptr) stop_();
  }

 private:
  std::mutex mutex_;
  std::function<void()> stop_;
};

}  // namespace wsload
