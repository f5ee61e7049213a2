// What wsload-bench measures, one suite a file. Every suite prints its own
// table and throws std::runtime_error when it cannot be carried out.
#pragma once

#include <cstdint>

#include "common/plan/run_plan.h"
#include "tests/bench/bench_gateway.h"

namespace wsload::bench {

struct BenchOptions {
  int32_t repetitions = 5;
  int64_t round_trips = 100'000;
  int32_t connections = 100;
  int32_t many_connections = 10'000;
  int64_t paced_seconds = 5;
  int64_t connects = 5'000;
  int32_t idle_connections = 18'000;
  int64_t flood_per_worker = 200'000;  ///< messages/s, more than a core can carry
};

/// CPU per round trip, one message outstanding on each of `connections`.
void RoundTripSuite(const BenchOptions& options, int32_t connections);
/// The same over TLS.
void TlsSuite(const BenchOptions& options);
/// The open model: 1,000 connections at 10,000 and 50,000 messages a second; CPU per message, send lag.
void PacedSuite(const BenchOptions& options);
/// CPU and time per connection made, upgrade and token included.
void ConnectSuite(const BenchOptions& options);
/// Memory of connections that say nothing.
void IdleSuite(const BenchOptions& options);
/// What one worker carries with a core for itself and its server, two workers with two, and so on.
void ScalingSuite(const BenchOptions& options);
/// How the cost per round trip grows with connections and with message size.
void GrowthSuite(const BenchOptions& options);

/// A plan for `gateway` with the demo keys.
RunPlan PlanFor(const BenchGateway& gateway, Protocol protocol, Serializer serializer);

}  // namespace wsload::bench
