#include "controller/dashboard/run_exposition.h"

#include <prometheus/text_serializer.h>

#include <optional>

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

/// What Prometheus calls it, and how many of the threshold's are one.
struct PrometheusUnit {
  const char* name;
  double scale;
};
PrometheusUnit UnitOf(const Threshold& threshold) {
  switch (threshold.unit) {
    case ThresholdUnit::kMicroseconds:
      return {"seconds", 1e-6};
    case ThresholdUnit::kRatio:
      return {"ratio", 1};
    case ThresholdUnit::kPerSecond:
      return {"per_second", 1};
    case ThresholdUnit::kCount:
      return {"count", 1};
  }
  return {"", 1};
}

void ExposeThresholds(MetricFamilies& families, const std::vector<ThresholdResult>& thresholds) {
  // One family after the other: a reference to one lives until the next is added.
  const auto each = [&](const char* name, const char* help, auto&& value_of) {
    prometheus::MetricFamily& family = FamilyOf(families, name, help, prometheus::MetricType::Gauge);
    for (const ThresholdResult& standing : thresholds) {
      const PrometheusUnit unit = UnitOf(standing.threshold);
      const std::optional<double> value = value_of(standing, unit.scale);
      if (!value.has_value()) continue;
      AddGauge(family, *value,
               {{"threshold", Shown(standing.threshold.expression, kMaxLabelLength)}, {"unit", unit.name}});
    }
  };
  if (thresholds.empty()) return;
  each("wsload_threshold_bound", "What the threshold asks for, in its unit.",
       [](const ThresholdResult& standing, double scale) { return std::optional(standing.threshold.bound * scale); });
  each("wsload_threshold_value", "What was measured so far; none while there is nothing.",
       [](const ThresholdResult& standing, double scale) {
         return standing.value.has_value() ? std::optional(*standing.value * scale) : std::nullopt;
       });
  each("wsload_threshold_failing", "1 while all that was measured breaks the threshold, 0 while it is kept or open.",
       [](const ThresholdResult& standing, double) { return std::optional(standing.passed == false ? 1.0 : 0.0); });
}

}  // namespace

std::string ExposeRun(const std::string& run_id, const RunLabels& labels, const RunFigures& figures) {
  MetricFamilies families;
  AddGauge(families, "wsload_run_info", "The run that these figures are of; always 1.", 1, InfoLabels(run_id, labels));
  prometheus::MetricFamily& phases =
      FamilyOf(families, "wsload_run_phase", "1 for the phase that was last reported.", prometheus::MetricType::Gauge);
  for (const auto& [phase, name] : kChoices<Phase>) AddGauge(phases, figures.phase == phase ? 1 : 0, {{"phase", name}});
  if (!figures.stage.empty()) {
    AddGauge(families, "wsload_run_stage", "1 for the stage of the load that runs; none where there is none.", 1,
             {{"stage", Shown(figures.stage, kMaxLabelLength)}});
  }
  AddGauge(families, "wsload_run_agents_reporting", "Agents in the last interval.", figures.agents_reporting);
  AddGauge(families, "wsload_connections_active", "Connections open at the last report.",
           static_cast<double>(figures.active_connections));
  AddGauge(families, "wsload_messages_open", "Messages sent and not yet ended at the last report.",
           static_cast<double>(figures.totals.open()));
  ExposeCounters(families, figures.totals);
  ExposeDurations(families, figures.durations);
  ExposeThresholds(families, figures.thresholds);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace wsload
