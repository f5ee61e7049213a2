// The agent's figures as Prometheus knows them: names, labels, units.
#pragma once

#include <prometheus/collectable.h>

#include <functional>
#include <string>
#include <vector>

#include "agent/host/process_usage.h"
#include "agent/metrics/agent_metrics.h"
#include "common/time/clock.h"

namespace wsload {

/// What does not change while the agent lives.
struct AgentIdentity {
  std::string name;
  int cores = 1;
};

/// Any thread. No label has more values than CauseCounts has causes; a run's id is one of wsload_run_info alone, while
/// the run goes on.
class AgentExposition final : public prometheus::Collectable {
 public:
  /// `metrics` and `clock` outlive this.
  AgentExposition(const AgentMetrics& metrics, const Clock& clock, AgentIdentity identity,
                  std::function<ProcessUsage()> process_usage);

  std::vector<prometheus::MetricFamily> Collect() const override;

  /// Collect() in Prometheus' text format.
  std::string Scrape() const;

 private:
  const AgentMetrics& metrics_;
  const Clock& clock_;
  const AgentIdentity identity_;
  const std::function<ProcessUsage()> process_usage_;
  const int64_t began_unix_ns_;
};

}  // namespace wsload
