// Finds the outages of a run, interval by interval.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/stats/histogram.h"
#include "common/stats/stats.h"
#include "controller/result/outage.h"

namespace wsload {

/// One thread. Keeps a few histograms per outage, of which there are at most kMost: the last one then goes on to the
/// end.
class OutageFinder {
 public:
  static constexpr size_t kMost = 100;
  /// An interval in which less of the open connections are lost begins none.
  static constexpr int64_t kLeastPart = 100;
  /// Where so many of a hundred are back, it is over after this many intervals without another such loss: some clients
  /// never come back, and some connections are always lost.
  static constexpr int64_t kNearlyAll = 99;
  static constexpr int64_t kCalmIntervals = 30;

  explicit OutageFinder(int64_t interval_ns) : interval_ns_(interval_ns) {}

  /// The next interval of the measure phase, over all agents; `active`: connections that were open at its beginning.
  void Add(int64_t index, int64_t active, const Stats& delta);
  /// What belongs to an interval that was added before.
  void AddLate(int64_t index, const Stats& delta);

  std::vector<Outage> Outages() const;

 private:
  struct Found {
    int64_t first = 0;  ///< interval
    int64_t last = -1;  ///< likewise; -1: it goes on
    int64_t last_loss = 0;
    Counters counters;
    Histogram back;
    Histogram response;
  };

  bool UnderWay() const { return !found_.empty() && found_.back().last < 0; }
  void Count(Found& outage, const Stats& delta);

  const int64_t interval_ns_;
  std::vector<Found> found_;
  std::vector<Histogram> calm_ = std::vector<Histogram>(1);  ///< response times before the first, and after each
};

}  // namespace wsload
