// Short runs of the embedded agent against the mock gateway, one after the other.
#pragma once

#include <cstdint>
#include <string>

#include "agent/session/agent_config.h"
#include "common/loop/asio_event_loop.h"
#include "common/loop/signal_watch.h"
#include "controller/run/coordinator.h"
#include "controller/search/gateway_process.h"
#include "controller/search/selftest_result.h"

namespace wsload {

/// One thread. From its making to its end, SIGINT and SIGTERM end the run under way instead of the process; a second
/// one without its drain.
class LocalRuns {
 public:
  /// `agent` as for a run without -agents.
  LocalRuns(AgentConfig agent, const GatewayProcess& gateway, int gateway_threads);

  /// Blocks until the run is over. kInternal and the like: it could not be carried out.
  absl::StatusOr<SelftestRun> Run(const RunPlan& plan);

  /// A signal came.
  bool interrupted() const { return interrupted_; }

 private:
  AgentConfig agent_;
  const GatewayProcess& gateway_;
  const int gateway_threads_;
  AsioEventLoop loop_;
  RunCoordinator* coordinator_ = nullptr;  ///< of the run under way
  int runs_ = 0;
  bool interrupted_ = false;
  const SignalWatch signals_;
};

}  // namespace wsload
