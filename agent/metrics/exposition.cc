#include "agent/metrics/exposition.h"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

#include "common/plan/phase.h"
#include "common/util/text.h"
#include "common/version.h"

namespace wsload {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Families = std::vector<MetricFamily>;
using Labels = std::vector<ClientMetric::Label>;

constexpr size_t kMaxLabelLength = 120;
constexpr std::array<const char*, kRunEnds> kRunEndNames = {"completed", "stopped", "lease_expired", "broken"};
constexpr std::array<std::pair<Phase, const char*>, 4> kPhaseNames = {
    {{Phase::kConnect, "connect"}, {Phase::kMeasure, "measure"}, {Phase::kDrain, "drain"}, {Phase::kClose, "close"}}};

MetricFamily& AddFamily(Families& families, std::string name, std::string help, MetricType type) {
  return families.emplace_back(MetricFamily{std::move(name), std::move(help), type, {}});
}

void AddGauge(MetricFamily& family, double value, Labels labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = value;
  family.metric.push_back(std::move(metric));
}

void AddCounter(MetricFamily& family, double value, Labels labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.counter.value = value;
  family.metric.push_back(std::move(metric));
}

void Gauge(Families& families, const char* name, const char* help, double value, Labels labels = {}) {
  AddGauge(AddFamily(families, name, help, MetricType::Gauge), value, std::move(labels));
}

void Counter(Families& families, const char* name, const char* help, double value) {
  AddCounter(AddFamily(families, name, help, MetricType::Counter), value);
}

double Seconds(int64_t us) { return static_cast<double>(us) / 1e6; }

/// The plain fields of Counters, in the order they are exposed in; neighbours of one name are one family.
struct CounterRow {
  int64_t Counters::*field;
  const char* name;
  const char* help;
  const char* cause = nullptr;
};
constexpr char kFailedName[] = "wsload_messages_failed_total";
constexpr char kFailedHelp[] = "Messages that were sent, or tried to be, and not acknowledged in time, by cause.";
constexpr CounterRow kCounterRows[] = {
    {&Counters::scheduled, "wsload_messages_scheduled_total", "Messages whose due time came."},
    {&Counters::success, "wsload_messages_succeeded_total", "Messages acknowledged in time."},
    {&Counters::timeout, kFailedName, kFailedHelp, "timeout"},
    {&Counters::rate_limited, kFailedName, kFailedHelp, "rate_limited"},
    {&Counters::connection_lost, kFailedName, kFailedHelp, "connection_lost"},
    {&Counters::send_error, kFailedName, kFailedHelp, "send_error"},
    {&Counters::refused, kFailedName, kFailedHelp, "refused"},
    {&Counters::unsent, "wsload_messages_unsent_total", "Messages for which no connection was open."},
    {&Counters::late_acks, "wsload_late_acks_total", "Acknowledgements of messages that had been given up."},
    {&Counters::duplicate_acks, "wsload_duplicate_acks_total", "Acknowledgements of messages that had one."},
    {&Counters::heartbeats_sent, "wsload_heartbeats_sent_total", "Heartbeats sent."},
    {&Counters::heartbeats_acked, "wsload_heartbeats_acked_total", "Heartbeats answered."},
    {&Counters::pushes, "wsload_pushes_total", "Downstream messages received."},
    {&Counters::redirects, "wsload_redirects_total", "Redirections by the server."},
    {&Counters::undecodable, "wsload_undecodable_frames_total", "Received frames that decoded to nothing known."},
    {&Counters::bytes_sent, "wsload_sent_bytes_total", "Bytes sent in WebSocket frames."},
    {&Counters::bytes_received, "wsload_received_bytes_total", "Bytes received in WebSocket frames."},
    {&Counters::loop_stalls, "wsload_loop_stalls_total", "Times that a worker's event loop was held up."},
};

void AddCounters(Families& families, const Counters& totals) {
  for (const CounterRow& row : kCounterRows) {
    if (families.back().name != row.name) AddFamily(families, row.name, row.help, MetricType::Counter);
    Labels labels;
    if (row.cause != nullptr) labels.push_back({"cause", row.cause});
    AddCounter(families.back(), static_cast<double>(totals.*row.field), std::move(labels));
  }
}

void AddCauses(Families& families, const char* name, const char* help, const CauseCounts& causes) {
  MetricFamily& family = AddFamily(families, name, help, MetricType::Counter);
  // Sums over the family are 0, and not nothing, before anything went wrong.
  if (!causes.contains(kOtherCause)) AddCounter(family, 0, {{"cause", kOtherCause}});
  for (const auto& [cause, count] : causes) AddCounter(family, static_cast<double>(count), {{"cause", cause}});
}

void AddConnections(Families& families, const ConnectionCounters& totals) {
  Counter(families, "wsload_connections_attempted_total", "Connections dialled.",
          static_cast<double>(totals.attempted));
  Counter(families, "wsload_connections_opened_total", "Connections opened.", static_cast<double>(totals.opened));
  AddCauses(families, "wsload_connections_failed_total", "Connections that did not open, by cause.", totals.failures);
  AddCauses(families, "wsload_connections_lost_total", "Connections that ended before the run closed them, by cause.",
            totals.losses);
  Counter(families, "wsload_connections_closed_total", "Connections closed by the run itself.",
          static_cast<double>(totals.closed));
}

void AddDurations(Families& families, const char* name, const char* help, const DurationBuckets& durations) {
  ClientMetric metric;
  metric.histogram.sample_count = static_cast<uint64_t>(durations.count());
  metric.histogram.sample_sum = Seconds(durations.sum_us());
  for (size_t bound = 0; bound < DurationBuckets::kBoundsUs.size(); ++bound) {
    metric.histogram.bucket.push_back({.cumulative_count = static_cast<uint64_t>(durations.CountBelow(bound)),
                                       .upper_bound = Seconds(DurationBuckets::kBoundsUs[bound])});
  }
  metric.histogram.bucket.push_back(
      {.cumulative_count = metric.histogram.sample_count, .upper_bound = std::numeric_limits<double>::infinity()});
  AddFamily(families, name, help, MetricType::Histogram).metric.push_back(std::move(metric));
}

void AddRun(Families& families, const AgentFigures& figures, int64_t mono_ns) {
  const AgentFigures::Run run = figures.run.value_or(AgentFigures::Run{});
  Gauge(families, "wsload_agent_busy", "1 while the agent carries out a run.", figures.run.has_value() ? 1 : 0);
  Gauge(families, "wsload_agent_clients", "Clients of the run under way that are this agent's.",
        static_cast<double>(run.clients));
  MetricFamily& phases = AddFamily(families, "wsload_agent_phase",
                                   "1 for the phase that the run under way last reported.", MetricType::Gauge);
  for (const auto& [phase, name] : kPhaseNames) AddGauge(phases, run.phase == phase ? 1 : 0, {{"phase", name}});
  const int64_t left_ns = std::max<int64_t>(0, run.lease_until_mono_ns - mono_ns);
  Gauge(families, "wsload_agent_lease_remaining_seconds",
        "How long the agent may go on loading without hearing of its controller; 0: no load.",
        figures.run.has_value() ? static_cast<double>(left_ns) / 1e9 : 0);
  MetricFamily& runs =
      AddFamily(families, "wsload_agent_runs_total", "Runs that ended, by how they did.", MetricType::Counter);
  for (size_t end = 0; end < kRunEnds; ++end) {
    AddCounter(runs, static_cast<double>(figures.runs[end]), {{"end", kRunEndNames[end]}});
  }
  Gauge(families, "wsload_connections_active", "Connections open at the last report.",
        static_cast<double>(run.counters.connections.active()));
  Gauge(families, "wsload_messages_open", "Messages sent and not yet ended at the last report.",
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
  Families families;
  // Prometheus refuses all of a scrape with a byte in it that is no UTF-8.
  Gauge(families, "wsload_agent_info", "The agent and its build; always 1.", 1,
        {{"name", Shown(identity_.name, kMaxLabelLength)},
         {"version", kVersion},
         {"control_protocol", std::to_string(kControlProtocolVersion)}});
  Gauge(families, "wsload_agent_cores", "Cores of the agent's host.", identity_.cores);
  AddRun(families, figures, clock_.MonoNs());
  AddConnections(families, figures.totals.connections);
  AddCounters(families, figures.totals);
  AddDurations(families, "wsload_response_time_seconds", "Acknowledgement minus intended send time.", figures.response);
  AddDurations(families, "wsload_service_time_seconds", "Acknowledgement minus actual send time.", figures.service);
  AddDurations(families, "wsload_connect_time_seconds", "TCP start to the 101 response.", figures.connect);
  AddDurations(families, "wsload_send_lag_seconds", "Actual minus intended send time: the generator's own lateness.",
               figures.send_lag);
  AddDurations(families, "wsload_push_latency_seconds", "Receipt minus the stamp of a downstream message.",
               figures.push);
  Counter(families, "process_cpu_seconds_total", "User and system time of the process.", Seconds(process.cpu_us));
  Gauge(families, "process_resident_memory_bytes", "Resident memory of the process.",
        static_cast<double>(process.resident_bytes));
  Gauge(families, "process_start_time_seconds", "Start of the process, in seconds since 1970.",
        static_cast<double>(began_unix_ns_) / 1e9);
  return families;
}

std::string AgentExposition::Scrape() const { return prometheus::TextSerializer().Serialize(Collect()); }

}  // namespace wsload
