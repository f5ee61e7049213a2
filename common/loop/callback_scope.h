// The one way to hand out a callback that may run after its owner is gone.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "common/loop/event_loop.h"

namespace wsload {

/// Lives in an object whose callbacks others keep: what it has wrapped does nothing once the scope is deleted.
///
/// Threads: the scope is deleted, and what it wrapped is called, on one thread, the owner's loop's. Wrap() and Post()
/// may be called from any thread for as long as the owner certainly lives, as it does inside an upcall that its
/// destructor waits for.
///
/// Allocates once, when it is made. The owner's destructor need not begin with it: a callback runs on the same thread,
/// so either before the destructor or never.
class CallbackScope {
 public:
  CallbackScope() = default;
  CallbackScope(const CallbackScope&) = delete;
  CallbackScope& operator=(const CallbackScope&) = delete;

  /// `callback`, for any arguments, with its result dropped. What it holds is deleted with the wrapped callable,
  /// whether that was called or not. The callback may delete the scope.
  template <typename Function>
  auto Wrap(Function callback) const {
    return [ alive = std::weak_ptr<const Alive>(alive_), callback = std::move(callback) ](
        auto&&... args) mutable requires std::is_invocable_v<Function&, decltype(args)...> {
      if (!alive.expired()) callback(std::forward<decltype(args)>(args)...);
    };
  }

  /// Runs `work` on `loop`, the owner's, unless the owner is gone by then. Any thread, as above.
  template <typename Work>
  void Post(EventLoop& loop, Work work) const {
    loop.Post(Wrap(std::move(work)));
  }

 private:
  struct Alive {};

  const std::shared_ptr<const Alive> alive_ = std::make_shared<const Alive>();
};

}  // namespace wsload
