// What wsload says to people: a kind and its figures as data, put into words
// only where it is shown, in the reader's language.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/util/local_text.h"

namespace wsload {

/// Name, arguments and texts of each kind: common/lang/catalogue.h, in the same order.
enum class StatementKind {
  // Why the figures describe the generator.
  kSendLag,
  kLateWorker,
  kGivenUp,
  kStalledWorker,
  // Why a worker was late or stood still, and what to do about it.
  kBusyWorker,  ///< the host has cores left
  kBusyHost,    ///< the host has none left
  kWaitingWorker,
  kWaitingOnlyWorker,  ///< likewise, and there is no other
  kHeldWorker,
  kBurstyWorker,
  kThrottledAgent,
  kNoDescriptors,
  kNoPorts,

  // Why the load was smaller than planned.
  kAgentLost,
  kAgentRefused,
  kAgentUnreachable,
  kUnaccounted,
  kEndedEarly,
  kScheduleIncomplete,
  kGap,
  kConnectionsNotOpened,
  kConnectionsNotDialled,
  kConnectionsLost,
  kConnectionsNotBack,

  // Why the outcome of a run is that it failed.
  kNotCarriedOut,
  kNoConnectionOpened,
  kNothingSucceeded,
  kThresholdBroken,
  kThresholdNotMeasured,
  kThresholdAborted,            ///< and the run was stopped for it
  kThresholdAbortedUnmeasured,  ///< likewise
  kThresholdProvesNothing,

  // Why an agent cannot take its slice of a run.
  kAgentUnusable,
  kVersionMismatch,
  kAgentBusy,
  kTooManyClients,
  kTooFewDescriptors,
  kTooFewPorts,
  kTooLittleMemory,
  kTooFewThreads,
  kForeignAddresses,
  kTargetNotResolved,
  kTargetRefused,
  kTargetUnreachable,
  kTargetTimeout,
  kTargetNotUpgraded,  ///< it is there, and opens no WebSocket connection
  kTargetNotAllowed,
  kClockOff,
  kNoHeadroom,  ///< a warning: its own slice fits, a lost agent's part on top of it does not
  kCpuQuota,    ///< likewise a warning
  kAllAgentsReady,
  kAgentsNotReady,

  // Why a load stopped before its time.
  kRunInterrupted,
  kOtherAgentLost,
  kOtherAgentUnfit,
  kNoConnection,
  kToldToStop,
  kToldToStopWhy,
  kLeaseExpired,
  kControllerLost,
  kAgentLeaving,
  kRunRefused,

  // What happens during a run.
  kLoadHandedOver,
  kMessagesHandedOver,
  kNothingOpened,
  kDrainingOnInterrupt,
  kEndingOnInterrupt,
  kOlderResultMoved,
  kSeriesNotWritten,
  kLatencyLogNotWritten,
  kResultNotKept,
  kIntervalsNotShown,
  kIntervalsNotKept,
  kSummaryNotShown,

  // What to do about a cause of failure.
  kHintHttp401,
  kHintHttp403,
  kHintNoToken,  ///< both, where the protocol sends none
  kHintHttp404,
  kHintHttp429,
  kHintHttp5xx,
  kHintRefused,
  kHintResolve,
  kHintUnreachable,
  kHintConnectTimeout,
  kHintTls,
  kHintTlsCertificate,
  kHintTlsCertificateOfCa,  ///< -ca-file was given
  kHintNoDescriptors,
  kHintNoPorts,
  kHintSourceAddress,
  kHintNotAllowed,
  kHintReset,
  kHintClosed1001,
  kHintClosed1003,
  kHintBinaryRefused,  ///< 1003 where nothing but the kind of frame is to blame
  kHintClosed1007,     ///< 1002 and 1007
  kHintFramesRefused,  ///< likewise, where there is no setting to blame
  kHintClosed1008,
  kHintPolicy,  ///< likewise
  kHintClosed1009,
  kHintAllTimeouts,
  kHintNoEcho,
  kHintAllLate,
  kHintSomeTimeouts,
  kHintSomeLate,
  kHintSendErrors,
  kHintRateLimited,
  kHintRateLimitedClients,
  kHintUndecodable,
  kHintUnsent,
  kLateAcks,

  // What became of -compress.
  kCompressionAgreed,
  kCompressionPartly,    ///< a warning
  kCompressionDeclined,  ///< a warning
  kContextNotKept,       ///< a warning

  // What else came over the connections, or did not.
  kHeartbeatsUnanswered,
  kRedirectsSeen,
  kPushesRepeated,
  kDuplicateAcks,
  kSentAgain,
  kUnsolicitedFrames,
  kBroadcastFrames,

  // What became of stamped messages that a server ought to push on.
  kPushesNoneExpected,
  kPushesReached,
  kPushesPosted,
  kPushesNotTaken,
  kPushesUnconfirmed,
  kPushesAmiss,
  kPushesMisdirected,
  kPushesSurplus,
  kPushesOfStrangers,
  kPushesUntracked,
  kPushClockError,
  kPushWithinError,

  // What a plan cannot measure well.
  kEchoWithoutRun,
  kEchoByOrder,
  kPushToUnused,
  kClosedLoop,

  // What a comparison is worth.
  kOneRunEach,
  kTooFewRuns,
  kRunsNotInTurns,
  kNoIntervalsOfRun,
  kRunLeftOut,
  kSettingDiffers,

  // What is said of one metric of it.
  kTooFewSamplesAbove,
  kMetricIsZero,
  kRunsWanted,
  kManyRunsWanted,

  // What an agent refuses of its controller.
  kBadPlan,
  kBeyondMeans,
  kRefusedLeaving,
  kUnknownMessage,
  kConnectWithoutLease,
  kFarInstant,
  kOutOfOrder,
  kTooManyTakeOvers,
  kYieldNotAnswered,
  kGaveRunUp,

  kEnd,  ///< not a kind: their number
};

/// A count, duration or instant; a share, 0 to 1; or text, which may have words of its own in every language.
using StatementArg = std::variant<int64_t, double, LocalString>;

struct Statement {
  StatementKind kind = {};
  /// In the catalogue's order and units.
  std::vector<StatementArg> args = {};
  /// The agent it speaks of, as AgentResult::label() has it; empty: none, or the one that speaks.
  std::string agent = {};

  friend bool operator==(const Statement&, const Statement&) = default;
};

/// What programs call a kind: stable, snake_case.
std::string_view StatementName(StatementKind kind);

/// Names and values, "agent" first when there is one. The names end in their units: p99_us, from_ns, cpu_share.
std::vector<std::pair<std::string_view, StatementArg>> NamedArgs(const Statement& statement);

/// The statement of which StatementName() and NamedArgs() are these; nothing when there is none. Arguments in any
/// order.
std::optional<Statement> StatementOf(std::string_view name,
                                     const std::vector<std::pair<std::string, StatementArg>>& args);

/// One line, without a line end; texts among the arguments stand in it as they are.
std::string StatementText(Language language, const Statement& statement);

/// The same, in every language.
LocalString StatementLines(const Statement& statement);

}  // namespace wsload
