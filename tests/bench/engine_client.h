// The same work through wsload's own client: connections, codec, cipher,
// pending acknowledgements and recorder, each connection with one message outstanding.
#pragma once

#include <cstdint>
#include <memory>

#include "common/plan/run_plan.h"
#include "tests/bench/floor_client.h"

namespace wsload::bench {

/// One thread; any error throws std::runtime_error.
class EngineClient {
 public:
  /// Dials `connections` clients with `plan`'s protocol, serializer and cipher.
  EngineClient(const RunPlan& plan, int connections);
  ~EngineClient();

  Cost Run(int64_t round_trips);

  /// What dialling cost.
  const Cost& dialling() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// What `connections` new clients cost to connect, token and upgrade included, 32 of them under way at a time. They are
/// reset afterwards, which is not counted. Throws std::runtime_error.
Cost EngineConnects(const RunPlan& plan, int connections);

}  // namespace wsload::bench
