#include "agent/metrics/exposition.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/metrics/metric_families.h"
#include "common/metrics/stats_exposition.h"
#include "common/plan/phase.h"
#include "common/util/text.h"
#include "common/version.h"

namespace wsload {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr size_t kMaxLabelLength = 120;
constexpr std::array<const char*, kRunEnds> kRunEndNames = {"completed", "stopped", "lease_expired", "broken"};

void AddRun(MetricFamilies& families, const AgentFigures& figures, int64_t mono_ns) {
  const AgentFigures::Run run = figures.run.value_or(AgentFigures::Run{});
  AddGauge(families, "wsload_agent_busy", "1 while the agent carries out a run.", figures.run.has_value() ? 1 : 0);
  if (figures.run.has_value()) {
    AddGauge(families, "wsload_run_info", "The run under way; always 1.", 1,
             {{"run_id", Shown(run.id, kMaxLabelLength)}});
  }
  AddGauge(families, "wsload_agent_clients", "Clients of the run under way that are this agent's.",
           static_cast<double>(run.clients));
  MetricFamily& phases = FamilyOf(families, "wsload_agent_phase",
                                  "1 for the phase that the run under way last reported.", MetricType::Gauge);
  for (const auto& [phase, name] : kChoices<Phase>) AddGauge(phases, run.phase == phase ? 1 : 0, {{"phase", name}});
  const int64_t left_ns = std::max<int64_t>(0, run.lease_until_mono_ns - mono_ns);
  AddGauge(families, "wsload_agent_lease_remaining_seconds",
           "How long the agent may go on loading without hearing of its controller; 0: no load.",
           figures.run.has_value() ? static_cast<double>(left_ns) / 1e9 : 0);
  MetricFamily& runs =
      FamilyOf(families, "wsload_agent_runs_total", "Runs that ended, by how they did.", MetricType::Counter);
  for (size_t end = 0; end < kRunEnds; ++end) {
    AddCounter(runs, static_cast<double>(figures.runs[end]), {{"end", kRunEndNames[end]}});
  }
  AddGauge(families, "wsload_connections_active", "Connections open at the last report.",
           static_cast<double>(run.counters.connections.active()));
  AddGauge(families, "wsload_messages_open", "Messages sent and not yet ended at the last report.",
           static_cast<double>(run.counters.open()));
}

}  // namespace

AgentExposition::AgentExposition(const AgentMetrics& metrics, const Clock& clock, AgentIdentity identity,
                                 std::function<ProcessUsage()> process_usage)
    : metrics_(metrics),
      clock_(clock),
      identity_(std::move(identity)),
      process_usage_(std::move(process_usage)),
      began_unix_ns_(clock.UnixNs()) {}

std::vector<prometheus::MetricFamily> AgentExposition::Collect() const {
  const AgentFigures figures = metrics_.Read();
  const ProcessUsage process = process_usage_();
  MetricFamilies families;
  // Prometheus refuses all of a scrape with a byte in it that is no UTF-8.
  AddGauge(families, "wsload_agent_info", "The agent and its build; always 1.", 1,
           {{"name", Shown(identity_.name, kMaxLabelLength)},
            {"version", kVersion},
            {"control_protocol", std::to_string(kControlProtocolVersion)}});
  AddGauge(families, "wsload_agent_cores", "Cores that the agent may use.", identity_.cores);
  AddRun(families, figures, clock_.MonoNs());
  ExposeCounters(families, figures.totals);
  ExposeDurations(families, figures.durations);
  AddCounter(families, "process_cpu_seconds_total", "User and system time of the process.",
             SecondsOfUs(process.cpu_us));
  AddGauge(families, "process_resident_memory_bytes", "Resident memory of the process.",
           static_cast<double>(process.resident_bytes));
  AddGauge(families, "process_start_time_seconds", "Start of the process, in seconds since 1970.",
           static_cast<double>(began_unix_ns_) / 1e9);
  return families;
}

std::string AgentExposition::Scrape() const { return prometheus::TextSerializer().Serialize(Collect()); }

}  // namespace wsload
