// Metric families as Prometheus reads them, one sample after the other.
#pragma once

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>

#include <cstdint>
#include <string>
#include <vector>

namespace wsload {

using MetricFamilies = std::vector<prometheus::MetricFamily>;
using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

/// The family `name`, which is added when there is none. Valid until the next one is added.
prometheus::MetricFamily& FamilyOf(MetricFamilies& families, const std::string& name, const std::string& help,
                                   prometheus::MetricType type);

void AddGauge(prometheus::MetricFamily& family, double value, MetricLabels labels = {});
void AddCounter(prometheus::MetricFamily& family, double value, MetricLabels labels = {});

/// A sample of the family `name`.
void AddGauge(MetricFamilies& families, const std::string& name, const std::string& help, double value,
              MetricLabels labels = {});
void AddCounter(MetricFamilies& families, const std::string& name, const std::string& help, double value,
                MetricLabels labels = {});

/// Prometheus's base unit of time.
constexpr double SecondsOfUs(int64_t us) { return static_cast<double>(us) / 1e6; }

}  // namespace wsload
