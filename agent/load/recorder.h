// Turns what happens on a worker's clients into counters and histograms, and
// cuts them into intervals.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "agent/client/client_group.h"
#include "agent/websocket/dialer.h"
#include "common/stats/stats.h"
#include "common/time/clock.h"

namespace wsload {

/// One thread. No allocation per message.
class Recorder {
 public:
  explicit Recorder(const Clock& clock);

  void Dialled(const DialResult& result);
  void DialStarted() { ++stats_->counters.connections.attempted; }
  /// `by_us`: the run was closing its connections.
  void ClientClosed(const CloseInfo& info, bool by_us);

  void Sent(int64_t intended_ns, int64_t sent_ns);
  void SendFailed();
  void Unsent();
  void Ended(const UpstreamResult& result);

  /// A downstream message; its latency too, where `plaintext` carries "sent_unix_ns=<n>".
  void Push(std::string_view plaintext);

  Counters& counters() { return stats_->counters; }

  /// What was recorded since the last call.
  std::unique_ptr<Stats> TakeInterval();
  /// Hands a taken interval's memory back; it is cleared here, off the measured path.
  void Recycle(std::unique_ptr<Stats> stats);

 private:
  const Clock& clock_;
  std::unique_ptr<Stats> stats_;
  std::unique_ptr<Stats> spare_;
};

}  // namespace wsload
