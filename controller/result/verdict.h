// What a result is worth: whether its figures describe the server, the
// generator, or only a part of the load.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/result/run_result.h"

namespace wsload {

/// p99 of the send lag beyond which the generator, not the server, shapes the latencies.
inline constexpr int64_t kSendLagBoundUs = 10'000;
/// Busiest worker thread, as a share of one core.
inline constexpr double kBusyWorkerBound = 0.95;
/// Loop stalls in the measure phase, as the mean time between two of them: rarer ones are an operating system's
/// ordinary noise.
inline constexpr int64_t kStallSpacingBoundNs = 10 * kNsPerSecond;

/// One piece of evidence. `args` are printable and fill the kind's format in order.
struct VerdictReason {
  enum class Kind {
    // For GENERATOR_LIMITED.
    kSendLag,        ///< p99, bound, max
    kLoopStalls,     ///< count, seconds
    kBusyWorker,     ///< agent, share, bound
    kNoDescriptors,  ///< count
    kNoPorts,        ///< count
    // For DEGRADED.
    kAgentLost,             ///< agent, why
    kAgentRefused,          ///< agent, why
    kAgentUnreachable,      ///< agent, why
    kUnaccounted,           ///< agent, count
    kEndedEarly,            ///< agent, why
    kScheduleIncomplete,    ///< agent, scheduled, assigned
    kGap,                   ///< agent, messages, from second, to second
    kConnectionsNotOpened,  ///< count, of how many, causes
    kConnectionsLost,       ///< count, of how many, causes
  };
  Kind kind = Kind::kSendLag;
  std::vector<std::string> args;
};

/// The English format of a kind, with as many {} as it has args.
const char* ReasonFormat(VerdictReason::Kind kind);

/// `format` filled with the reason's args.
std::string FillReason(std::string_view format, const VerdictReason& reason);

struct Judgement {
  Verdict verdict = Verdict::kValid;
  /// Empty exactly when kValid. Those for GENERATOR_LIMITED first.
  std::vector<VerdictReason> reasons;
};

/// A pure function of the finished result. When both apply GENERATOR_LIMITED takes precedence over DEGRADED: figures
/// that describe the generator are worth less than figures of a smaller load; the reasons list both.
Judgement Judge(const RunResult& result);

/// "VALID", "GENERATOR_LIMITED", "DEGRADED".
const char* VerdictName(Verdict verdict);

/// "done", "lost", "refused", "unreachable".
const char* AgentStateName(AgentResult::State state);

/// "fail", "continue", "rebalance".
const char* AgentLossPolicyName(AgentLossPolicy policy);

/// "connect", "measure", "drain", "close".
const char* PhaseName(Phase phase);

}  // namespace wsload
