// Every figure that a run counts or times, once. Merging, clearing, shipping, reconciling, exposing and printing loop
// over these tables: a new figure is its member in the struct, its row here, its field in
// proto/wsload/v1/stats.proto, and the line that counts it. What the figures mean is in docs/measurement.md.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "common/stats/figure_info.h"

namespace wsload {

inline constexpr char kFailedMetric[] = "wsload_messages_failed_total";
constexpr MetricName FailedBy(const char* cause) { return {kFailedMetric, cause}; }

/// In the order in which they are shown.
inline constexpr auto kCounters = [] {
  using enum CounterInfo::Group;
  using enum ShownIn;
  using enum Better;
  using C = Counters;
  return std::to_array<CounterInfo>({
      {"scheduled", &C::scheduled, kMessages, kSeries, "messages", kNeither, "wsload_messages_scheduled_total",
       "Messages whose due time came."},
      {"success", &C::success, kMessages, kSeries, "messages", kMore, "wsload_messages_succeeded_total",
       "Messages acknowledged in time."},
      {"failed", nullptr, kMessages, kSeries, "messages", kLess, kFailedMetric,
       "Messages that were sent, or tried to be, and not acknowledged in time, by cause.", &C::failed},
      {"unsent", &C::unsent, kMessages, kSeries, "messages", kLess, "wsload_messages_unsent_total",
       "Messages for which no connection was open."},
      {"timeout", &C::timeout, kFailures, kSeries, "messages", kLess, FailedBy("timeout"),
       "Messages whose acknowledgement did not come in time."},
      {"rate_limited", &C::rate_limited, kFailures, kSeries, "messages", kLess, FailedBy("rate_limited"),
       "Messages that the server refused because there were too many."},
      {"connection_lost", &C::connection_lost, kFailures, kSeries, "messages", kLess, FailedBy("connection_lost"),
       "Messages whose connection ended before their acknowledgement came."},
      {"send_error", &C::send_error, kFailures, kSeries, "messages", kLess, FailedBy("send_error"),
       "Messages that could not be written."},
      {"refused", &C::refused, kFailures, kSeries, "messages", kLess, FailedBy("refused"),
       "Messages refused by protocol: an acknowledgement that cannot be read, a close with a policy code."},
      {"late_acks", &C::late_acks, kMessages, kSeries, "frames", kLess, "wsload_late_acks_total",
       "Acknowledgements of messages that had been given up."},
      {"retries", &C::retries, kMessages, kSeries, "messages", kLess, "wsload_retries_total",
       "Messages sent again because no acknowledgement had come, each time that they were."},
      {"success_by_retry", &C::success_by_retry, kMessages, kTotals, "messages", kLess,
       "wsload_messages_succeeded_by_retry_total", "Messages acknowledged only after they had been sent again."},
      {FigureName("heartbeats", "heartbeats_sent"), &C::heartbeats_sent, kTraffic, kTotals, "frames", kNeither,
       "wsload_heartbeats_sent_total", "Heartbeats sent."},
      {"heartbeats_acked", &C::heartbeats_acked, kTraffic, kTotals, "frames", kNeither, "wsload_heartbeats_acked_total",
       "Heartbeats answered."},
      {"pushes", &C::pushes, kTraffic, kSeries, "messages", kNeither, "wsload_pushes_total",
       "Downstream messages received."},
      {"pushes_repeated", &C::pushes_repeated, kTraffic, kTotals, "messages", kLess, "wsload_pushes_repeated_total",
       "Downstream messages that their connection had received before."},
      {"unsolicited", &C::unsolicited, kTraffic, kTotals, "frames", kNeither, "wsload_unsolicited_frames_total",
       "Received frames that name no message of this run."},
      {"broadcasts", &C::broadcasts, kTraffic, kTotals, "frames", kNeither, "wsload_broadcast_frames_total",
       "Received frames that name a message which another connection of this run sent."},
      {"duplicate_acks", &C::duplicate_acks, kTraffic, kTotals, "frames", kLess, "wsload_duplicate_acks_total",
       "Acknowledgements of messages that had one."},
      {"redirects", &C::redirects, kTraffic, kTotals, "frames", kNeither, "wsload_redirects_total",
       "Redirections by the server."},
      {"undecodable", &C::undecodable, kTraffic, kTotals, "frames", kLess, "wsload_undecodable_frames_total",
       "Received frames that decoded to nothing known."},
      {"loop_stalls", &C::loop_stalls, kGenerator, kSeries, "times", kLess, "wsload_loop_stalls_total",
       "Times that a worker's event loop was held up."},
      {"bytes_sent", &C::bytes_sent, kTraffic, kSeries, "bytes", kNeither, "wsload_sent_bytes_total",
       "Bytes sent in WebSocket frames."},
      {"bytes_received", &C::bytes_received, kTraffic, kSeries, "bytes", kNeither, "wsload_received_bytes_total",
       "Bytes received in WebSocket frames."},
      {"push_expected", &C::push_expected, kTraffic, kTotals, "pushes", kNeither, "wsload_push_expected_total",
       "Pushes of stamped messages that ought to come."},
      {"push_unconfirmed", &C::push_unconfirmed, kTraffic, kTotals, "pushes", kLess, "wsload_push_unconfirmed_total",
       "Pushes that ought to come, of messages without an acknowledgement."},
      {"push_received", &C::push_received, kTraffic, kTotals, "pushes", kMore, "wsload_push_received_total",
       "Pushes of stamped messages that came for the first time."},
      {"push_duplicates", &C::push_duplicates, kTraffic, kTotals, "pushes", kLess, "wsload_push_duplicates_total",
       "Further copies of stamped messages, under another key."},
      {"push_out_of_order", &C::push_out_of_order, kTraffic, kTotals, "pushes", kLess, "wsload_push_out_of_order_total",
       "Stamped messages that came behind a later one of the same sender."},
      {"push_misdirected", &C::push_misdirected, kTraffic, kTotals, "pushes", kLess, "wsload_push_misdirected_total",
       "Stamped messages that came to clients who ought not to get them."},
      {"push_strangers", &C::push_strangers, kTraffic, kTotals, "pushes", kNeither, "wsload_push_strangers_total",
       "Messages that were stamped by another run."},
      {"push_untracked", &C::push_untracked, kTraffic, kTotals, "pushes", kLess, "wsload_push_untracked_total",
       "Stamped messages of which is not known whether they came before."},
      {"posts", &C::posts, kTraffic, kTotals, "posts", kNeither, "wsload_posts_total",
       "Pushes posted to a back end whose due time came."},
      {"posts_accepted", &C::posts_accepted, kTraffic, kTotals, "posts", kMore, "wsload_posts_accepted_total",
       "Posts that were answered with 2xx."},
      {"posts_refused", &C::posts_refused, kTraffic, kTotals, "posts", kLess, "wsload_posts_refused_total",
       "Posts that were answered otherwise."},
      {"posts_unanswered", &C::posts_unanswered, kTraffic, kTotals, "posts", kLess, "wsload_posts_unanswered_total",
       "Posts that left, and no answer came in time."},
      {"posts_unsent", &C::posts_unsent, kTraffic, kTotals, "posts", kLess, "wsload_posts_unsent_total",
       "Posts of which nothing left."},
  });
}();

inline constexpr auto kConnectionCounters = [] {
  using enum ShownIn;
  using enum Better;
  using C = ConnectionCounters;
  return std::to_array<ConnectionCounterInfo>({
      {"attempted", &C::attempted, kTotals, "connections", kNeither, "wsload_connections_attempted_total",
       "Connections dialled."},
      {"opened", &C::opened, kSeries, "connections", kMore, "wsload_connections_opened_total", "Connections opened."},
      {"failed", &C::failed, kSeries, "connections", kLess, "wsload_connections_failed_total",
       "Connections that did not open, by cause.", "failures", &C::failures, "failure_examples", &C::failure_examples},
      {"lost", &C::lost, kSeries, "connections", kLess, "wsload_connections_lost_total",
       "Connections that ended before the run closed them, by cause.", "losses", &C::losses, "loss_examples",
       &C::loss_examples},
      {"closed", &C::closed, kTotals, "connections", kNeither, "wsload_connections_closed_total",
       "Connections closed by the run itself."},
      {"compressed", &C::compressed, kTotals, "connections", kNeither, "wsload_connections_compressed_total",
       "Connections that agreed on permessage-deflate, by what they agreed on (client/server).", "compressions",
       &C::compressions},
      {"redialled", &C::redialled, kSeries, "connections", kLess, "wsload_connections_redialled_total",
       "Connections dialled that were not their client's first."},
      {"reconnected", &C::reconnected, kSeries, "connections", kNeither, "wsload_connections_reconnected_total",
       "Connections opened again by clients that had lost theirs."},
      {"replaced", &C::replaced, kSeries, "connections", kNeither, "wsload_connections_replaced_total",
       "Connections opened in the place of ones whose clients had left in order."},
      {"moved", &C::moved, kSeries, "connections", kNeither, "wsload_connections_moved_total",
       "Connections opened where a redirection led, before the old one had ended."},
  });
}();

inline constexpr std::span<const SeriesFigure> kNotInSeries = {};
inline constexpr std::array<SeriesFigure, 4> kSeriesOfResponse = {{{"p50", &LatencyPoint::p50_us},
                                                                   {"p95", &LatencyPoint::p95_us},
                                                                   {"p99", &LatencyPoint::p99_us},
                                                                   {"max", &LatencyPoint::max_us}}};
inline constexpr std::array<SeriesFigure, 2> kSeriesOfService = {
    {{"p50", &LatencyPoint::p50_us}, {"p99", &LatencyPoint::p99_us}}};
inline constexpr std::array<SeriesFigure, 1> kSeriesOfSendLag = {{{"p99", &LatencyPoint::p99_us}}};

inline constexpr auto kHistograms = [] {
  using enum HistogramInfo::Group;
  using enum HistogramInfo::Describes;
  using S = Stats;
  return std::to_array<HistogramInfo>({
      {"response", &S::response, kLatency, kServer, kSeriesOfResponse, "wsload_response_time_seconds",
       "Acknowledgement minus intended send time."},
      {"service", &S::service, kLatency, kServer, kSeriesOfService, "wsload_service_time_seconds",
       "Acknowledgement minus actual send time."},
      {"connect", &S::connect, kLatency, kServer, kNotInSeries, "wsload_connect_time_seconds",
       "TCP start to the 101 response."},
      {"send_lag", &S::send_lag, kLatency, kGenerator, kSeriesOfSendLag, "wsload_send_lag_seconds",
       "Actual minus intended send time: the generator's own lateness."},
      {"push", &S::push, kLatency, kServer, kNotInSeries, "wsload_push_latency_seconds",
       "Receipt minus the stamp of a downstream message."},
      {"heartbeat", &S::heartbeat, kLatency, kServer, kNotInSeries, "wsload_heartbeat_round_trip_seconds",
       "A heartbeat's answer minus its sending."},
      {"reconnect", &S::reconnect, kLatency, kServer, kNotInSeries, "wsload_reconnect_time_seconds",
       "From a connection's loss to its client's next one."},
      {"move", &S::move, kLatency, kServer, kNotInSeries, "wsload_move_time_seconds",
       "From a redirection to the connection where it led."},
      {"push_delivery", &S::push_delivery, kLatency, kServer, kNotInSeries, "wsload_push_delivery_seconds",
       "Receipt of a stamped message minus its intended send time."},
      {"post", &S::post, kLatency, kServer, kNotInSeries, "wsload_post_time_seconds",
       "A back end's answer to a post minus when that was due."},
      {"loop_stall", &S::loop_stall, kLoop, kGenerator, kNotInSeries, "wsload_loop_stall_seconds",
       "How late a worker's event loop came back, from 1 ms on."},
  });
}();

/// The place of `field` in kHistograms, and in what is kept for each row of it.
constexpr size_t IndexOf(Histogram Stats::*field) {
  size_t index = 0;
  while (kHistograms[index].field != field) ++index;
  return index;
}

inline constexpr auto kWorkerFigures = [] {
  using enum WorkerFigureInfo::Group;
  using enum WorkerFigureInfo::ShownOf;
  using enum WorkerFigureInfo::MergeBy;
  using enum Better;
  using W = WorkerLoad;
  return std::to_array<WorkerFigureInfo>({
      {FigureName("cpu_user_us", "user_us"), &W::user_us, kCpu, kGenerator, kSum, "us", kLess,
       "User time of the thread."},
      {FigureName("cpu_system_us", "system_us"), &W::system_us, kCpu, kGenerator, kSum, "us", kLess,
       "System time of the thread."},
      {FigureName("cpu_waited_us", "waited_us"), &W::waited_us, kCpu, kWorker, kSum, "us", kLess,
       "Time in which the thread was ready to run while others had the cores."},
      {"wall_us", &W::wall_us, kCpu, kWorker, kSum, "us", kNeither, "Time that went by."},
      {"sent", &W::sent, kMessages, kGenerator, kSum, "messages", kNeither, "Messages sent."},
      {"sent_late", &W::sent_late, kMessages, kGenerator, kSum, "messages", kLess,
       "Messages sent more than 10 ms after they were due."},
      {"given_up", &W::given_up, kMessages, kGenerator, kSum, "messages", kLess,
       "Messages never sent: the worker was too far behind at the end of the schedule."},
      {FigureName("loop_stalls", "stalls"), &W::stalls, kLoop, kGenerator, kSum, "times", kLess,
       "Times that the event loop came back more than 20 ms late."},
      {FigureName("loop_stalled_us", "stalled_us"), &W::stalled_us, kLoop, kWorker, kSum, "us", kLess,
       "How late the event loop came back at these times, in all."},
      {FigureName("loop_stall_us_max", "stall_us_max"), &W::stall_us_max, kLoop, kWorker, kMax, "us", kLess,
       "How late the event loop came back at these times, at most."},
  });
}();

// The tables and the structs agree; tests/unit/common/figure_list_test.cc holds the .proto against both.
namespace figure_list_internal {

/// No two rows are of one member.
template <typename Table>
constexpr bool EachOnce(const Table& table) {
  return std::all_of(table.begin(), table.end(), [&](const auto& row) {
    const auto same = [&](const auto& other) { return other.field == row.field; };
    return row.field == nullptr || std::count_if(table.begin(), table.end(), same) == 1;
  });
}

template <typename Table>
constexpr size_t CountOf(const Table& table, auto&& is) {
  return static_cast<size_t>(std::count_if(table.begin(), table.end(), is));
}

constexpr size_t kCounted = CountOf(kCounters, [](const auto& row) { return row.counted(); });
constexpr size_t kCauseLists = CountOf(kConnectionCounters, [](const auto& row) { return row.causes != nullptr; });
constexpr size_t kExampleLists = CountOf(kConnectionCounters, [](const auto& row) { return row.examples != nullptr; });

static_assert(EachOnce(kCounters) && sizeof(Counters) == kCounted * sizeof(int64_t) + sizeof(ConnectionCounters),
              "every member of Counters has its row in kCounters");
static_assert(EachOnce(kConnectionCounters) &&
                  sizeof(ConnectionCounters) == kConnectionCounters.size() * sizeof(int64_t) +
                                                    kCauseLists * sizeof(CauseCounts) +
                                                    kExampleLists * sizeof(CauseExamples),
              "every member of ConnectionCounters has its row in kConnectionCounters");
static_assert(EachOnce(kHistograms) && sizeof(Stats) == sizeof(Counters) + kHistograms.size() * sizeof(Histogram),
              "every histogram of Stats has its row in kHistograms");
static_assert(EachOnce(kWorkerFigures) && sizeof(WorkerLoad) == kWorkerFigures.size() * sizeof(int64_t),
              "every member of WorkerLoad has its row in kWorkerFigures");

}  // namespace figure_list_internal

}  // namespace wsload
