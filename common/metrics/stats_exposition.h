// Counters and durations as Prometheus knows them: names, help, labels and units by common/stats/figure_list.h.
#pragma once

#include "common/metrics/histogram_durations.h"
#include "common/metrics/metric_families.h"
#include "common/stats/counters.h"

namespace wsload {

/// Every counter of messages, traffic and connections. `labels` stand on each sample before its own; a second call
/// with others adds its samples to the same families.
void ExposeCounters(MetricFamilies& families, const Counters& totals, const MetricLabels& labels = {});

/// Every histogram, likewise.
void ExposeDurations(MetricFamilies& families, const HistogramDurations& durations, const MetricLabels& labels = {});

}  // namespace wsload
