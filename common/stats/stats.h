// Everything one slice measured, over an interval or since the beginning.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/stats/counters.h"
#include "common/stats/histogram.h"

namespace wsload {

struct Stats {
  Counters counters;
  Histogram response;       ///< acknowledgement - intended send time
  Histogram service;        ///< acknowledgement - actual send time
  Histogram connect;        ///< TCP start to the 101 response
  Histogram send_lag;       ///< actual - intended send time
  Histogram push;           ///< receipt - stamp, where a push carries one
  Histogram heartbeat;      ///< a heartbeat's answer - its sending
  Histogram push_delivery;  ///< receipt of a stamped message for the first time - its intended send time
  Histogram reconnect;      ///< from a connection's loss to its client's next one
  Histogram move;           ///< from a redirection to the connection where it led
  Histogram post;           ///< answer of a back end - when the post was due
  Histogram loop_stall;     ///< how late a worker's loop came back, from kLoopLateNs on

  /// What is shown of the answers first: response times; with a closed loop, which has none, service times.
  const Histogram& answers() const { return response.count() > 0 ? response : service; }

  void Merge(const Stats& other);
  /// Histogram::ReserveBuckets() for all, for what much is merged into.
  void ReserveBuckets();
  /// The same, all histograms Compacted(); and what their buckets take.
  Stats Compacted() const;
  size_t bytes() const;
  /// Zero again, bucket memory kept.
  void Clear();
  friend bool operator==(const Stats&, const Stats&) = default;
};

/// What a process spent; merged by the reader, never added to counters.
struct CpuUsage {
  int64_t user_us = 0;
  int64_t system_us = 0;
  int64_t wall_us = 0;
  double busiest_worker_share = 0;  ///< of one core, 0 to 1
  double quota_cores = 0;           ///< what the control group allows; 0: no less than the host has
  int64_t throttled_us = 0;         ///< held up by that quota, from the start to the end of the load
};

}  // namespace wsload
