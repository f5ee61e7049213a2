// What one agent did over the measure phase, in a few points however long the run is: small charts of many agents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "common/stats/stats.h"

namespace wsload {

/// An agent in one report interval, or in several neighbours.
struct AgentPoint {
  int64_t success = 0;
  int64_t failed = 0;  ///< unsent ones, too
  // Of neighbours the highest; 0: nothing was measured.
  int64_t response_us_p99 = 0;
  int64_t send_lag_us_p99 = 0;

  static AgentPoint Of(const Stats& delta);
  void Merge(const AgentPoint& other);

  friend bool operator==(const AgentPoint&, const AgentPoint&) = default;
};

/// A member of an AgentPoint by the name that it has in documents.
struct AgentPointField {
  std::string_view name;
  int64_t AgentPoint::*field;
};
inline constexpr AgentPointField kAgentPointFields[] = {{"success", &AgentPoint::success},
                                                        {"failed", &AgentPoint::failed},
                                                        {"response_us_p99", &AgentPoint::response_us_p99},
                                                        {"send_lag_us_p99", &AgentPoint::send_lag_us_p99}};

/// Of each agent, in the measure phase. One thread.
class AgentSeries {
 public:
  /// When there are as many, of every two neighbours one is made.
  static constexpr size_t kMostPoints = 120;

  AgentSeries() = default;
  /// As read back; `together` is 1 at least.
  AgentSeries(int64_t together, std::vector<AgentPoint> points) : together_(together), points_(std::move(points)) {}

  /// `interval_index`: 0 or more, in the measure phase, not below that of an earlier call. What is left out between two
  /// is empty points.
  void Add(int64_t interval_index, const AgentPoint& point);

  /// How many report intervals are in a point.
  int64_t together() const { return together_; }
  /// Point k has the intervals from k * together() on.
  const std::vector<AgentPoint>& points() const { return points_; }

  friend bool operator==(const AgentSeries&, const AgentSeries&) = default;

 private:
  int64_t together_ = 1;
  std::vector<AgentPoint> points_;
};

}  // namespace wsload
