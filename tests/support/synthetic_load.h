// Load for a crowd of agents that nobody has to generate: every interval's
// report is one of a fixed set, whose samples are known.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "agent/load/load_engine.h"
#include "common/loop/event_loop.h"

namespace wsload {

/// The reports, and what one process that had seen the samples of all of them would hold. Immutable.
class SyntheticLoad {
 public:
  struct Shape {
    int variants = 256;               ///< distinct reports
    int messages_per_interval = 250;  ///< and as many samples in each of the five histograms
    uint64_t seed = 1;
  };

  explicit SyntheticLoad(const Shape& shape);

  int64_t messages_per_interval() const { return shape_.messages_per_interval; }

  /// What the agent reports for an interval of the measure phase.
  const Stats& Report(int agent, int64_t interval) const { return reports_[Variant(agent, interval)]; }

  /// What agents `first` to `last` - 1 measure in `intervals` intervals, recorded sample by sample into one Stats:
  /// nothing is merged. Connections are not in it.
  Stats SeenByOneProcess(int first, int last, int64_t intervals) const;

 private:
  struct Samples {
    int64_t timeouts = 0;
    std::array<std::vector<std::pair<int64_t, int64_t>>, 5> us;  ///< per histogram: value, times
  };

  size_t Variant(int agent, int64_t interval) const;
  void Record(const Samples& samples, int64_t times, Stats& into) const;

  const Shape shape_;
  std::vector<Samples> samples_;
  std::vector<Stats> reports_;
};

/// Engines on `loop` that open every connection at the end of the ramp-up and report `load` at the end of every
/// interval. Engine calls come from the loop's thread. Both outlive the engines.
LoadEngineFactory NewSyntheticEngineFactory(EventLoop& loop, const SyntheticLoad& load);

}  // namespace wsload
