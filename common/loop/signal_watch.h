// Signals as events of a loop.
#pragma once

#include <asio/signal_set.hpp>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "common/loop/asio_event_loop.h"
#include "common/loop/callback_scope.h"

namespace wsload {

/// SIGINT and SIGTERM, and SIGHUP, which a lost terminal sends: what asks a program to end well. Without SIGHUP where
/// the process was started to ignore it, as nohup does.
std::vector<int> EndingSignals();

/// From its making to its end the signals it watches do nothing by themselves: `on_signal` runs for each, on the loop's
/// thread, so it may do what a signal handler may not. One that comes before the loop runs waits for it; the same one
/// twice before it is handled may count once. After the end they do what they did before.
/// Made and deleted on the loop's thread, or while the loop does not run. A process has one watch for a signal, or
/// several of them that are all told.
class SignalWatch {
 public:
  /// Throws std::system_error for a signal that cannot be watched, as SIGKILL.
  SignalWatch(AsioEventLoop& loop, const std::vector<int>& signals, absl::AnyInvocable<void(int signal)> on_signal);
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  void Wait();

  asio::signal_set signals_;
  absl::AnyInvocable<void(int signal)> on_signal_;
  const CallbackScope scope_;
};

}  // namespace wsload
