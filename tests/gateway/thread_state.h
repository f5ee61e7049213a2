// What the parts of one gateway thread work on together.
#pragma once

#include <cstdint>
#include <vector>

#include "common/time/clock.h"
#include "tests/gateway/connection_table.h"
#include "tests/gateway/gateway_options.h"
#include "tests/gateway/ground_truth.h"
#include "tests/gateway/shared_state.h"
#include "tests/gateway/timer_heap.h"

namespace wsload::gateway {

struct ThreadState {
  const GatewayOptions& options;
  SharedState& shared;
  const Clock& clock;
  int32_t index = 0;  ///< of options.threads
  GroundTruth truth;
  TimerHeap timers;
  ConnectionTable connections;
  std::vector<uint64_t> dirty;  ///< connections to flush when the due timers have run

  void MarkDirty(Connection& connection) {
    if (connection.session.dirty) return;
    connection.session.dirty = true;
    dirty.push_back(connection.id());
  }
};

}  // namespace wsload::gateway
