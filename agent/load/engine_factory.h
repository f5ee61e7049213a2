// The real load engine: worker threads with an Asio loop each.
#pragma once

#include "agent/load/load_engine.h"
#include "common/time/clock.h"

namespace wsload {

/// A factory for engines on real sockets. A plan has its number of workers, as WorkersFor() decides it; never more are
/// made than the slice has clients. `clock` outlives the engines.
LoadEngineFactory NewLoadEngineFactory(const Clock& clock);

}  // namespace wsload
