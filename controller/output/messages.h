// Every text of the console, in every language it speaks.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "common/lang/language.h"
#include "controller/precheck/agent_check.h"
#include "controller/result/verdict.h"

namespace wsload {

enum class Msg {
  // Phases.
  kPhaseConnect,
  kPhaseMeasure,
  kPhaseDrain,
  kPhaseClose,
  kProgress,  ///< phase, percent, seconds, of seconds
  // The eight classic figures.
  kTotalConnections,
  kActiveConnections,
  kTotalMessages,
  kSucceededMessages,
  kFailedMessages,
  kElapsed,
  kMessageRate,
  kSuccessRate,
  kUnsentMessages,
  kElapsedValue,  ///< whole, measured seconds
  // Tables.
  kLatencyMs,
  kCount,
  kMin,
  kMean,
  kMax,
  kResponse,
  kService,
  kConnect,
  kSendLag,
  kPush,
  kLoopStall,
  kRecent,   ///< name, seconds: of the last seconds
  kOverall,  ///< name: since the beginning
  kAgent,
  kState,
  kConnections,
  kMessages,
  kSuccess,
  kFailed,
  kUnsent,
  kSendLagP99,
  kCpu,
  kStateDone,
  kStateLost,
  kStateRefused,
  kStateUnreachable,
  kStateRunning,
  kAndMore,  ///< count
  // Lists.
  kFailuresByCause,
  kConnectionFailures,
  kConnectionLosses,
  kCauseTimeout,
  kCauseRateLimited,
  kCauseConnectionLost,
  kCauseSendError,
  kCauseRefused,
  kLateAcks,  ///< count
  // Summary.
  kVerdict,  ///< verdict
  kVerdictValid,
  kVerdictGeneratorLimited,
  kVerdictDegraded,
  kInterrupted,
  kRunFailed,     ///< error
  kStartSpread,   ///< milliseconds
  kRunId,         ///< id
  kPlan,          ///< clients, msg/s, duration, ramp-up, message size, server
  kPlanDetails,   ///< protocol, serializer, cipher, agents
  kFilesWritten,  ///< directory
  kNotice,        ///< line
  kInterruptNotice,
  kInterruptAgainNotice,
  // What to do about a cause.
  kHintHttp401,
  kHintHttp403,
  kHintHttp404,
  kHintHttp5xx,
  kHintHttpOther,
  kHintRefused,
  kHintResolve,
  kHintUnreachable,
  kHintConnectTimeout,
  kHintNotWebSocket,
  kHintTls,
  kHintTlsCertificate,
  kHintNoDescriptors,
  kHintNoPorts,
  kHintSourceAddress,
  kHintReset,
  kHintClosed1001,
  kHintClosed1003,
  kHintClosed1008,
  kHintClosed1009,
  kHintAllTimeouts,
  kHintSomeTimeouts,
  kHintRateLimited,
  kHintUndecodable,
  kHintUnsent,
  // The doctor.
  kDoctorVersion,
  kDoctorCores,
  kDoctorOpenFiles,
  kDoctorConnections,
  kDoctorAddresses,
  kDoctorMemory,
  kDoctorClients,
  kDoctorClock,
  kDoctorTarget,
  kDoctorVerdict,
  kDoctorOk,
  kDoctorNotOk,
  kDoctorNo,
  kDoctorAllWell,     ///< agents that are well, of how many
  kDoctorNotAllWell,  ///< agents that are well, of how many
  kAgentProblem,      ///< address, problem
  // Selftest.
  kSelftestMachine,      ///< cores, workers, gateway threads, version
  kSelftestFloor,        ///< rate
  kSelftestRun,          ///< rate, verdict, send lag p99 in ms, acknowledged, worker, waited, gateway in percent
  kSelftestRate,         ///< rate
  kSelftestRateAtLeast,  ///< rate
  kSelftestNoRate,
  kSelftestCpu,     ///< us per message: all, user, system
  kSelftestShares,  ///< worker, gateway in percent
  kSelftestFailed,  ///< what the run gave
  kSelftestLimitNone,
  kSelftestLimitWorker,
  kSelftestLimitGateway,
  kSelftestLimitSharedCores,
  kSelftestLimitMachine,
  kSelftestIncomplete,
  kSelftestSizing,        ///< rate, workers, reserve in percent
  kSelftestSizingAtMost,  ///< likewise
  kSelftestInterrupted,
  kEnd,  ///< not a message: their number
};

/// A format for fmt. Never empty.
std::string_view MessageText(Language language, Msg message);

template <typename... Args>
std::string Say(Language language, Msg message, Args&&... args) {
  return fmt::format(fmt::runtime(MessageText(language, message)), std::forward<Args>(args)...);
}

/// The format of a verdict's reason; as many {} as its args.
std::string_view ReasonText(Language language, VerdictReason::Kind kind);

/// The format of an agent's problem; as many {} as its args.
std::string_view ProblemText(Language language, AgentProblem::Kind kind);

}  // namespace wsload
