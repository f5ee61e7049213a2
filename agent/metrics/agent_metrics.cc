#include "agent/metrics/agent_metrics.h"

#include <utility>

#include "common/util/saturating.h"

namespace wsload {

void AgentMetrics::RunBegan(std::string id, int64_t clients) {
  const std::lock_guard lock(mutex_);
  AgentFigures::Run& run = figures_.run.emplace();
  run.id = std::move(id);
  run.clients = clients;
}

void AgentMetrics::ClientsTakenOver(int64_t clients) {
  const std::lock_guard lock(mutex_);
  if (figures_.run) figures_.run->clients = SaturatingAdd(figures_.run->clients, clients);
}

void AgentMetrics::LeaseUntil(int64_t until_mono_ns) {
  const std::lock_guard lock(mutex_);
  if (figures_.run) figures_.run->lease_until_mono_ns = until_mono_ns;
}

void AgentMetrics::Add(const IntervalReport& report, const Stats* warm_up, const Stats* awkward) {
  const std::lock_guard lock(mutex_);
  for (const Stats* part : {&report.delta, warm_up, awkward}) {
    if (part == nullptr) continue;
    figures_.totals.Merge(part->counters);
    figures_.durations.Add(*part);
    if (figures_.run) figures_.run->counters.Merge(part->counters);
  }
  if (figures_.run) figures_.run->phase = report.phase;
}

void AgentMetrics::RunEnded(RunEnd end) {
  const std::lock_guard lock(mutex_);
  ++figures_.runs[static_cast<size_t>(end)];
  figures_.run.reset();
}

AgentFigures AgentMetrics::Read() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

}  // namespace wsload
