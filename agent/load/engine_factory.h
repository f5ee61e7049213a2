// The real load engine: worker threads with an Asio loop each.
#pragma once

#include <cstdint>
#include <functional>

#include "agent/load/connector.h"
#include "agent/load/load_engine.h"
#include "common/time/clock.h"

namespace wsload {

/// A factory for engines on real sockets. A plan has its number of workers, as WorkersFor() decides it; never more are
/// made than the slice has clients. `clock` outlives the engines. `memory_available` answers the bytes that the host
/// has for them, 0 when it is not known; asked once per engine, whose messages on their way take a share of it.
/// `may_load`: whether clients may follow a redirection there; null: anywhere.
LoadEngineFactory NewLoadEngineFactory(const Clock& clock, std::function<int64_t()> memory_available,
                                       TargetGate may_load = {});

}  // namespace wsload
