// The labels of the console: words and layouts of its tables and lines, in
// every language. What is said in sentences is in common/lang.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "common/lang/statement.h"
#include "common/util/language.h"

namespace wsload {

enum class Msg {
  // Phases.
  kPhaseConnect,
  kPhaseWarmUp,
  kPhaseMeasure,
  kPhaseDrain,
  kPhaseClose,
  // One line an interval.
  kLineMeasure,      ///< rate, percent succeeded, p50, p99, of the last seconds, failed in all
  kLineStage,        ///< name, how long it still runs
  kLineConnect,      ///< connections open, of all
  kLineDrain,        ///< messages open, failed
  kLineClose,        ///< connections open
  kLineUnsent,       ///< messages
  kLineConnections,  ///< not opened
  kLineLost,         ///< connections
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
  kPeak,          ///< count
  // Tables.
  kLatencyMs,
  kCount,
  kMean,
  kMax,
  kResponse,
  kService,
  kConnect,
  kSendLag,
  kPush,
  kPushDelivery,
  kPushes,
  kPost,
  kHeartbeatRoundTrip,
  kLoopStall,
  kAgent,
  kStage,
  kOutage,
  kLost,
  kRedialled,
  kBack,
  kP99Before,
  kP99During,
  kP99After,
  kReconnect,
  kMove,
  kWarmUp,
  kAwkward,
  kAwkwardOf,  ///< how many, of how many
  kNotOpened,
  kAwkwardNotOpened,  ///< causes
  kAwkwardLost,       ///< causes
  kFrom,
  kState,
  kConnections,
  kActive,
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
  kAndMore,  ///< count
  // Lists.
  kFailuresByCause,
  kAlsoSeen,
  kConnectionFailures,
  kConnectionLosses,
  kCauseTimeout,
  kCauseRateLimited,
  kCauseConnectionLost,
  kCauseSendError,
  kCauseRefused,
  // Summary.
  kVerdict,                  ///< of the measurement
  kVerdictValid,             ///< its name
  kVerdictGeneratorLimited,  ///< its name
  kVerdictDegraded,          ///< its name
  kThresholds,               ///< what follows
  kThresholdsPassed,         ///< kept, of how many
  kThresholdsFailed,         ///< likewise
  kThresholdsInconclusive,   ///< likewise
  kThresholdsNotJudged,      ///< likewise
  kThresholdsNone,
  kThresholdKept,
  kThresholdBroken,
  kThresholdOpen,
  kThresholdNotMeasured,
  kThresholdSince,  ///< seconds
  kOutcomeFailed,   ///< without thresholds, or before them
  kQuiet,           ///< verdict, rate, share, p50, p99, thresholds, run id
  kQuietNoThresholds,
  kInterrupted,
  kRunFailed,       ///< error
  kStartSpread,     ///< milliseconds
  kRunId,           ///< id
  kPlan,            ///< clients, the load, ramp-up, message size in words, server
  kPlanSize,        ///< bytes
  kPlanSizes,       ///< the sizes, bytes on average
  kPlanRate,        ///< msg/s, duration
  kPlanRateMinute,  ///< messages a minute, duration
  kPlanRateHour,    ///< messages an hour, duration
  kPlanStages,      ///< stages, duration
  kPlanNoLoad,      ///< duration
  kPlanClosed,      ///< messages in flight, duration
  kPlanPoisson,     ///< the load, seed
  kPlanWarmUp,      ///< the load, duration
  kPlanDetails,     ///< protocol, serializer, cipher, agents
  kChecked,         ///< connections
  kFilesWritten,    ///< directory
  kReportWritten,   ///< file
  kDashboardAt,     ///< URL
  kLingering,       ///< duration, URL
  kSeriesRun,       ///< number, of how many at most
  kSeriesTitle,     ///< runs
  kSeriesFigure,
  kSeriesMedian,
  kSeriesLeast,
  kSeriesMost,
  kSeriesSpread,
  kSeriesAgreed,   ///< runs, of how many
  kSeriesEnded,    ///< runs, of how many
  kSeriesWritten,  ///< directory
  kNotice,         ///< line
  // The live screen.
  kScreenWaiting,
  kScreenPaused,
  kScreenAgents,  ///< how many
  kScreenLoad,    ///< clients, msg/s
  kScreenRun,     ///< id
  kScreenEnds,    ///< time of day
  kScreenOf,      ///< so much, of so much
  kScreenStage,
  kScreenStageOf,    ///< name, number, of how many
  kScreenStageLeft,  ///< how long it still runs
  kScreenRate,
  kScreenRateOf,       ///< per second, as planned
  kScreenRateClosed,   ///< per second
  kScreenNow,          ///< per second
  kScreenCountFailed,  ///< connections
  kScreenCountLost,    ///< connections
  kScreenDue,          ///< messages
  kScreenIsOk,         ///< messages, first of a sum
  kScreenAndFailed,    ///< messages, of a sum
  kScreenAndUnsent,    ///< messages, of a sum
  kScreenAndOpen,      ///< messages, of a sum
  kScreenFailures,
  kScreenNone,
  kScreenNoFailures,
  kScreenResponseMs,
  kScreenServiceMs,
  kScreenThisSecond,
  kScreenWholeRun,
  kScreenLastSeconds,  ///< seconds
  kScreenGenerator,
  kScreenLate,
  kScreenLag,    ///< p99, bound in ms
  kScreenCpu,    ///< of a core, with its sign
  kScreenStall,  ///< ms
  kScreenPushed,
  kScreenDelivery,  ///< p50, p99 in ms
  kScreenDuplicates,
  kScreenRepeats,
  kScreenOutOfOrder,
  kScreenThresholds,
  kScreenFailingSince,  ///< time
  kScreenConnections,
  kScreenDueColumn,
  kScreenOkColumn,
  kScreenOpenColumn,
  kScreenP99,
  kScreenLagP99,
  kScreenCpuColumn,
  kScreenClock,
  kScreenMoreWell,     ///< agents
  kScreenMoreNotWell,  ///< agents, of them not well
  kScreenMessagesChart,
  kScreenMessagesLegend,
  kScreenResponseChart,
  kScreenResponseLegend,
  kScreenKeyQuit,
  kScreenKeyAgents,
  kScreenKeyFailures,
  kScreenKeyPause,
  kScreenKeyHelp,
  kScreenHelpQuit,
  kScreenHelpAgents,
  kScreenHelpFailures,
  kScreenHelpPause,
  kScreenHelpWords,
  kScreenHelpSigns,
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
  // Comparison.
  kCompareFilesWritten,  ///< names, directory
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

/// "! agent h2:7400 lost: ...", with its line end.
std::string NoticeLine(Language language, const Statement& notice);

}  // namespace wsload
