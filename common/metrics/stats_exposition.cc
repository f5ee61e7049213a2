#include "common/metrics/stats_exposition.h"

#include <limits>
#include <utility>

#include "common/stats/figure_list.h"

namespace wsload {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricLabels With(MetricLabels labels, const std::string& cause) {
  labels.push_back({"cause", cause});
  return labels;
}

void ExposeCauses(MetricFamily& family, const CauseCounts& causes, const MetricLabels& labels) {
  // Sums over the family are 0, and not nothing, before anything went wrong.
  if (!causes.contains(kOtherCause)) AddCounter(family, 0, With(labels, kOtherCause));
  for (const auto& [cause, count] : causes) AddCounter(family, static_cast<double>(count), With(labels, cause));
}

void ExposeConnections(MetricFamilies& families, const ConnectionCounters& totals, const MetricLabels& labels) {
  for (const ConnectionCounterInfo& row : kConnectionCounters) {
    MetricFamily& family = FamilyOf(families, row.metric.family, row.help, MetricType::Counter);
    if (row.causes != nullptr) {
      ExposeCauses(family, totals.*row.causes, labels);
    } else {
      AddCounter(family, static_cast<double>(totals.*row.field), labels);
    }
  }
}

void ExposeBuckets(MetricFamily& family, const DurationBuckets& durations, const MetricLabels& labels) {
  ClientMetric metric;
  metric.label = labels;
  metric.histogram.sample_count = static_cast<uint64_t>(durations.count());
  metric.histogram.sample_sum = SecondsOfUs(durations.sum_us());
  for (size_t bound = 0; bound < DurationBuckets::kBoundsUs.size(); ++bound) {
    metric.histogram.bucket.push_back({.cumulative_count = static_cast<uint64_t>(durations.CountBelow(bound)),
                                       .upper_bound = SecondsOfUs(DurationBuckets::kBoundsUs[bound])});
  }
  metric.histogram.bucket.push_back(
      {.cumulative_count = metric.histogram.sample_count, .upper_bound = std::numeric_limits<double>::infinity()});
  family.metric.push_back(std::move(metric));
}

}  // namespace

void ExposeCounters(MetricFamilies& families, const Counters& totals, const MetricLabels& labels) {
  ExposeConnections(families, totals.connections, labels);
  for (const CounterInfo& row : kCounters) {
    MetricFamily& family = FamilyOf(families, row.metric.family, row.help, MetricType::Counter);
    // The family of a sum has the causes that add up to it.
    if (!row.counted()) continue;
    AddCounter(family, static_cast<double>(row.Of(totals)),
               row.metric.cause == nullptr ? labels : With(labels, row.metric.cause));
  }
}

void ExposeDurations(MetricFamilies& families, const HistogramDurations& durations, const MetricLabels& labels) {
  for (const HistogramInfo& row : kHistograms) {
    ExposeBuckets(FamilyOf(families, row.metric.family, row.help, MetricType::Histogram), durations.Of(row.field),
                  labels);
  }
}

}  // namespace wsload
