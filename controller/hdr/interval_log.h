// latency.hlog: the latencies of each interval, as HdrHistogram's log of intervals, version 1.3. Tags: response,
// service.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/stats/histogram.h"

namespace wsload {

/// In seconds since the log's base time.
struct IntervalSpan {
  double start_s = 0;
  double length_s = 0;
};

/// Makes the log's text in parts, each of whole lines. Keeps no interval, only their sum. One thread.
class IntervalLogWriter {
 public:
  /// `base_unix_ns`: what the intervals' times count from.
  explicit IntervalLogWriter(int64_t base_unix_ns) : base_unix_ns_(base_unix_ns) {}

  std::string Head() const;

  /// A line for each histogram that has a sample.
  std::string Lines(const IntervalSpan& span, const Histogram& response, const Histogram& service);

  /// At the end: what the whole run's histograms have and no line has so far, as lines with the time of the last
  /// interval. So that all lines together are the whole run, also where an agent's report came too late for its
  /// interval. Empty when nothing is missing.
  std::string Rest(const Histogram& response, const Histogram& service);

 private:
  const int64_t base_unix_ns_;
  Histogram response_;
  Histogram service_;
  IntervalSpan last_;
};

struct LoggedInterval {
  IntervalSpan span;
  Histogram response;
  Histogram service;
};

struct IntervalLog {
  int64_t base_unix_ns = 0;               ///< 0: the log does not tell
  std::vector<LoggedInterval> intervals;  ///< by their start; no two have the same
};

/// Lines of other tags are left out, a last line without its end too: that is what a killed run leaves. Microseconds
/// are taken for granted. kInvalidArgument: a line with the number of the line that is wrong, and what about it.
absl::StatusOr<IntervalLog> ReadIntervalLog(std::string_view text);

}  // namespace wsload
