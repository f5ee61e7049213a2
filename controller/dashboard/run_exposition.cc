#include "controller/dashboard/run_exposition.h"

#include <prometheus/text_serializer.h>

#include "common/metrics/metric_families.h"
#include "common/metrics/stats_exposition.h"
#include "common/util/text.h"
#include "common/version.h"

namespace wsload {
namespace {

constexpr size_t kMaxLabelLength = 120;

MetricLabels InfoLabels(const std::string& run_id, const RunLabels& labels) {
  // Prometheus refuses all of a scrape with a byte in it that is no UTF-8.
  std::string tags;
  for (const auto& [name, value] : labels.tags) tags += (tags.empty() ? "" : ",") + name + "=" + value;
  return {{"run_id", Shown(run_id, kMaxLabelLength)},
          {"title", Shown(labels.title, kMaxLabelLength)},
          {"tags", Shown(tags, kMaxLabelLength)},
          {"version", kVersion}};
}

}  // namespace

std::string ExposeRun(const std::string& run_id, const RunLabels& labels, const RunFigures& figures) {
  MetricFamilies families;
  AddGauge(families, "wsload_run_info", "The run that these figures are of; always 1.", 1, InfoLabels(run_id, labels));
  prometheus::MetricFamily& phases =
      FamilyOf(families, "wsload_run_phase", "1 for the phase that was last reported.", prometheus::MetricType::Gauge);
  for (const auto& [phase, name] : kChoices<Phase>) AddGauge(phases, figures.phase == phase ? 1 : 0, {{"phase", name}});
  AddGauge(families, "wsload_run_agents_reporting", "Agents in the last interval.", figures.agents_reporting);
  AddGauge(families, "wsload_connections_active", "Connections open at the last report.",
           static_cast<double>(figures.active_connections));
  AddGauge(families, "wsload_messages_open", "Messages sent and not yet ended at the last report.",
           static_cast<double>(figures.totals.open()));
  ExposeCounters(families, figures.totals);
  ExposeDurations(families, figures.durations);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace wsload
