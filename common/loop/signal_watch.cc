#include "common/loop/signal_watch.h"

#include <csignal>
#include <utility>

namespace wsload {

std::vector<int> EndingSignals() {
  std::vector<int> signals = {SIGINT, SIGTERM};
  struct sigaction present = {};
  const bool ignored = ::sigaction(SIGHUP, nullptr, &present) == 0 && present.sa_handler == SIG_IGN;
  if (!ignored) signals.push_back(SIGHUP);
  return signals;
}

SignalWatch::SignalWatch(AsioEventLoop& loop, const std::vector<int>& signals,
                         absl::AnyInvocable<void(int signal)> on_signal)
    : signals_(loop.io_context()), on_signal_(std::move(on_signal)) {
  for (const int signal : signals) signals_.add(signal);
  Wait();
}

void SignalWatch::Wait() {
  // A signal may be on its way to the loop when the watch ends.
  signals_.async_wait(scope_.Wrap([this](const asio::error_code& error, int signal) {
    if (error) return;
    Wait();
    on_signal_(signal);
  }));
}

}  // namespace wsload
