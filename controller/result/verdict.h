// What a result is worth: whether its figures describe the server, the
// generator, or only a part of the load.
#pragma once

#include <string>
#include <string_view>
#include <vector>

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

/// One piece of evidence. `args` are printable and fill the kind's format in order.
struct VerdictReason {
  enum class Kind {
    // For GENERATOR_LIMITED.
    kSendLag,        ///< p99, bound, max
    kLateWorker,     ///< agent, worker, late, of how many, bound, p99 of the agent
    kGivenUp,        ///< agent, worker, how many
    kStalledWorker,  ///< agent, worker, count, in all, longest, seconds, bound
    // Why, and what to do about it.
    kBusyWorker,     ///< agent, worker, share, bound, workers, cores: cores are left
    kBusyHost,       ///< agent, worker, share, bound, workers: none is left
    kWaitingWorker,  ///< agent, worker, share
    kHeldWorker,     ///< agent, worker, its share of a core
    kBurstyWorker,   ///< agent, worker, its share of a core
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

}  // namespace wsload
