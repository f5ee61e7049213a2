#include "common/metrics/metric_families.h"

#include <algorithm>
#include <utility>

namespace wsload {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily& FamilyOf(MetricFamilies& families, const std::string& name, const std::string& help, MetricType type) {
  const auto found =
      std::find_if(families.begin(), families.end(), [&](const MetricFamily& family) { return family.name == name; });
  if (found != families.end()) return *found;
  return families.emplace_back(MetricFamily{name, help, type, {}});
}

void AddGauge(MetricFamily& family, double value, MetricLabels labels) {
  ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  metric.gauge.value = value;
}

void AddCounter(MetricFamily& family, double value, MetricLabels labels) {
  ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  metric.counter.value = value;
}

void AddGauge(MetricFamilies& families, const std::string& name, const std::string& help, double value,
              MetricLabels labels) {
  AddGauge(FamilyOf(families, name, help, MetricType::Gauge), value, std::move(labels));
}

void AddCounter(MetricFamilies& families, const std::string& name, const std::string& help, double value,
                MetricLabels labels) {
  AddCounter(FamilyOf(families, name, help, MetricType::Counter), value, std::move(labels));
}

}  // namespace wsload
