// The closed model: as many messages outstanding on every connection as the plan says, each sent when one before it has
// ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "agent/load/client_pool.h"
#include "agent/load/message_text.h"
#include "agent/load/recorder.h"
#include "agent/load/sender.h"
#include "common/loop/event_loop.h"
#include "common/schedule/progression.h"

namespace wsload {

/// One thread: the loop's. Sending allocates nothing.
class ClosedLoop {
 public:
  /// What it works with; all outlive it.
  struct Parts {
    EventLoop& loop;
    ClientPool& pool;
    Recorder& recorder;
    MessageText& text;
    SenderObserver& observer;  ///< asked before each message, and told of turns
  };

  /// Its messages are numbered first, first + stride, ... by `numbers`, which differ from other workers'.
  ClosedLoop(const Parts& parts, int32_t in_flight, const Progression& numbers);

  void Begin();
  /// Nothing is sent from here on.
  void End();

  // From its clients' upcalls; before Begin() and after End() nothing follows from them.
  /// A message of the client's has ended, or it has opened.
  void Refill(WebSocketClient& client);
  void OnGone() { missed_ = missed_ || walking_; }

  /// Messages that left.
  int64_t sent() const { return sent_; }

 private:
  /// Fills up all clients from place_ on, so many messages a turn of the loop.
  void Walk();
  /// Answers how many it sent.
  int Fill(WebSocketClient& client);

  const Parts parts_;
  const uint32_t in_flight_;
  int64_t number_;
  const int64_t stride_;
  int64_t sent_ = 0;
  bool running_ = false;
  bool walking_ = false;
  bool missed_ = false;   ///< a client may have changed places with one that had its turn
  bool refused_ = false;  ///< a connection has taken nothing
  size_t place_ = 0;
  std::unique_ptr<Timer> timer_;
};

}  // namespace wsload
