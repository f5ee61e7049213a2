// The real load engine: worker threads with an Asio loop each.
#pragma once

#include "agent/load/load_engine.h"
#include "common/time/clock.h"

namespace wsload {

/// A factory for engines on real sockets. `default_workers` counts when the plan leaves the number open (0: one
/// per core); never more workers than the slice has clients. `clock` outlives the engines.
LoadEngineFactory NewLoadEngineFactory(const Clock& clock, int default_workers = 0);

}  // namespace wsload
