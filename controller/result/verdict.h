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
/// One worker's loop stalls, as a share of the measure phase: as much as one of the shortest in ten seconds. Less is an
/// operating system's ordinary noise.
inline constexpr double kStalledBound = 0.002;
/// One worker's late messages, as a share of those it sent; and how many there must be, since a small sample has one
/// late message in a hundred by accident.
inline constexpr double kLateShareBound = 0.01;
inline constexpr int64_t kLateMessagesMin = 10;
/// What a worker has waited for a core, as a share of the time, from which on that explains its lateness.
inline constexpr double kWaitedShareBound = 0.05;

struct Judgement {
  Verdict verdict = Verdict::kValid;
  /// Empty exactly when kValid. Those for GENERATOR_LIMITED first.
  std::vector<Statement> reasons;
};

/// A pure function of the finished result. When both apply GENERATOR_LIMITED takes precedence over DEGRADED: figures
/// that describe the generator are worth less than figures of a smaller load; the reasons list both.
Judgement Judge(const RunResult& result);

/// What is said of an agent that did not end as it should: kAgentLost, kAgentRefused or kAgentUnreachable. `state` is
/// not kDone.
Statement AgentFailure(AgentResult::State state, const std::string& why, const std::string& agent);

}  // namespace wsload
