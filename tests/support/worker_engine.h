// A load engine of real workers, on a loop that is turned by hand and against a gateway without sockets.
#pragma once

#include <cstdint>

#include "agent/load/load_engine.h"
#include "common/loop/event_loop.h"
#include "common/time/clock.h"
#include "tests/support/fake_gateway.h"

namespace wsload {

/// What the engines share; outlives them.
struct WorkerEngineHost {
  EventLoop& loop;
  const Clock& clock;
  FakeGateway& gateway;
  int engines_alive = 0;
};

/// As many workers as the plan has, one after the other on the host's loop.
LoadEngineFactory NewWorkerEngineFactory(WorkerEngineHost& host);

}  // namespace wsload
