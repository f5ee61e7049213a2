// When many connections were lost at once: a storm, a server's restart, a node's end; and how it passed.
#pragma once

#include <cstdint>
#include <optional>

#include "common/stats/counters.h"

namespace wsload {

/// Times are from the beginning of the measure phase, in whole report intervals; figures are those of the intervals in
/// it.
struct Outage {
  int64_t from_ns = 0;
  std::optional<int64_t> to_ns;  ///< by then all were back; none: they never were
  int64_t lost = 0;
  int64_t reconnected = 0;
  int64_t redialled = 0;
  CauseCounts losses;
  CauseCounts failures;  ///< of dials
  /// So long after its own loss each of so many of a hundred of those lost was back; none: so many never were.
  std::optional<int64_t> back_us_p50;
  std::optional<int64_t> back_us_p90;
  std::optional<int64_t> back_us_p99;
  std::optional<int64_t> back_us_p100;
  // Meanwhile.
  int64_t scheduled = 0;
  int64_t failed = 0;
  int64_t unsent = 0;
  /// The response time's, from the outage before (or the start) to this one, in it, and from it to the next one (or the
  /// end); none: no message was answered then.
  std::optional<int64_t> response_us_p99_before;
  std::optional<int64_t> response_us_p99_during;
  std::optional<int64_t> response_us_p99_after;

  friend bool operator==(const Outage&, const Outage&) = default;
};

}  // namespace wsload
