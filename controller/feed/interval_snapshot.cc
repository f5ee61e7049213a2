#include "controller/feed/interval_snapshot.h"

#include <algorithm>

namespace wsload {

AgentSnapshot SnapshotOf(const AgentResult& agent, Phase phase) {
  const bool warming_up = phase == Phase::kWarmUp;
  const Stats& measured = warming_up ? agent.warm_up : agent.totals;
  AgentSnapshot snapshot;
  snapshot.label = agent.label();
  snapshot.state = agent.state;
  snapshot.totals = agent.totals.counters;
  if (warming_up) snapshot.totals.Merge(agent.warm_up.counters);
  snapshot.response_us_p99 = measured.response.PercentileUs(99);
  snapshot.send_lag_us_p99 = measured.send_lag.PercentileUs(99);
  WorkerPeaks peaks;
  peaks.Add(agent.worker_loads);
  snapshot.worker_cpu_share_max = peaks.cpu_share_max;
  snapshot.worker_cpu_waited_share_max = peaks.waited_share_max;
  snapshot.clock_offset_us = agent.clock_offset_us;
  snapshot.clock_error_us = agent.clock_error_us;
  snapshot.interval = agent.interval;
  return snapshot;
}

size_t IntervalSnapshot::bytes() const {
  return sizeof(IntervalSnapshot) + delta.bytes() + totals.bytes() + agents.size() * sizeof(AgentSnapshot) +
         stages.size() * sizeof(StagePoint);
}

IntervalSnapshot TakeSnapshot(int64_t number, int64_t report_interval_ns, const SeriesPoint& point, const Stats& delta,
                              const Stats& totals, const std::vector<AgentResult>& agents) {
  IntervalSnapshot snapshot;
  snapshot.number = number;
  snapshot.point = point;
  // Inside the phase; the last interval of one may be short.
  const double begin_s =
      static_cast<double>(point.interval_index) * static_cast<double>(report_interval_ns) / kNsPerSecond;
  snapshot.begin_s = std::max(0.0, point.run_clock_s - point.phase_clock_s) + begin_s;
  snapshot.duration_s = std::max(0.0, std::min(point.elapsed_s, point.phase_clock_s) - begin_s);
  snapshot.delta = delta.Compacted();
  snapshot.totals = totals.Compacted();
  snapshot.agents.reserve(agents.size());
  for (const AgentResult& agent : agents) snapshot.agents.push_back(SnapshotOf(agent, point.phase));
  return snapshot;
}

}  // namespace wsload
