// The clients that suites put beside each other, each in a process of its own.
#pragma once

#include <cstdint>
#include <string>

#include "common/plan/run_plan.h"
#include "tests/bench/floor_client.h"
#include "tests/bench/measured_process.h"
#include "tests/bench/spread.h"

namespace wsload::bench {

/// CPU per unit of `count` of them: a round trip, a message or a connection. `client` must outlive the row.
Row CpuRow(std::string name, MeasuredProcess& client, int64_t count);

/// Run(n): n round trips.
MeasuredProcess FloorRoundTrips(const FloorOptions& options);
MeasuredProcess EngineRoundTrips(const RunPlan& plan, int connections);

/// Run(n): n messages at `rate_per_s`.
MeasuredProcess FloorPaced(const FloorOptions& options, int64_t rate_per_s, int64_t tick_ns);

/// Run(n): n connections made.
MeasuredProcess FloorConnecting(uint16_t port);
MeasuredProcess EngineConnecting(const RunPlan& plan);

}  // namespace wsload::bench
