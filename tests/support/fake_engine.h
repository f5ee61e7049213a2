// A load engine without connections: keeps the whole schedule of its slice and
// answers every message after a latency that its index alone decides.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/load/load_engine.h"
#include "common/loop/event_loop.h"

namespace wsload {

/// What goes wrong, and what the test learns. Outlives the engines that read it.
struct FakeEngineScript {
  absl::Status refuse;            ///< not OK: the factory's answer
  bool fail_connections = false;  ///< all of them, cause "refused"
  bool never_ready = false;
  bool never_done = false;
  int64_t closing_ns = 0;       ///< what closing the connections takes; reported every second
  bool answers_at_once = true;  ///< else a message is open for its latency
  /// Set by the engine that was made last: all its connections break. From then on its messages are unsent.
  std::function<void()> break_connections;
  /// Told of every message that is taken from the schedule: its index in the run and the instant on the engine's loop.
  std::function<void(int64_t message, int64_t sent_ns)> on_sent;

  // Written by the engine, on its loop; instants on the agent's clock.
  std::vector<int64_t> ramp_starts;
  std::vector<int64_t> starts;
  std::vector<std::string> stop_reasons;
  std::vector<std::pair<Slice, int64_t>> take_overs;
  std::vector<int64_t> yields;  ///< as told to the observer
  int engines_alive = 0;
};

/// Response time of message i of a run, in microseconds.
int64_t FakeLatencyUs(int64_t message);

/// Engines of `script` that live on `loop`; the engine's calls may come from any thread.
LoadEngineFactory NewFakeEngineFactory(EventLoop& loop, FakeEngineScript& script);

}  // namespace wsload
