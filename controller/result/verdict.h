// What a result is worth: whether its figures describe the server, the
// generator, or only a part of the load.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/lang/statement.h"
#include "controller/result/run_result.h"

namespace wsload {

/// Busiest worker thread, as a share of one core.
inline constexpr double kBusyWorkerBound = 0.95;
/// What one worker's loop stalls may have touched of its messages (WorkerLoad::touched_share): more than that can have
/// moved the 99th percentile. Less is an operating system's ordinary noise.
inline constexpr double kTouchedBound = 0.01;
/// One worker's late messages, as a share of those it sent; there must be kLateMessagesMin of them.
inline constexpr double kLateShareBound = 0.01;
/// What an agent's quota held up, as a share of the time, from which on that explains its lateness.
inline constexpr double kThrottledBound = 0.005;
/// What a worker has waited for a core, as a share of the time, from which on that explains its lateness.
inline constexpr double kWaitedShareBound = 0.05;

struct Judgement {
  Verdict verdict = Verdict::kValid;
  /// Empty exactly when kValid. Those for the verdict first.
  std::vector<Statement> reasons;
};

/// A pure function of the finished result. When both apply GENERATOR_LIMITED takes precedence over DEGRADED: figures
/// that describe the generator are worth less than figures of a smaller load; the reasons list both. The other way
/// round when most connections were missing, and the generator's messages left in time.
Judgement Judge(const RunResult& result);

/// What is said of an agent that did not end as it should: kAgentLost, kAgentRefused or kAgentUnreachable. `state` is
/// not kDone.
Statement AgentFailure(AgentResult::State state, const LocalString& why, const std::string& agent);

}  // namespace wsload
