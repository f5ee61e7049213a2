#include "common/stats/stats.h"

#include "common/stats/figure_list.h"

namespace wsload {

void Stats::Merge(const Stats& other) {
  counters.Merge(other.counters);
  for (const HistogramInfo& histogram : kHistograms) (this->*histogram.field).Merge(other.*histogram.field);
}

void Stats::ReserveBuckets() {
  for (const HistogramInfo& histogram : kHistograms) (this->*histogram.field).ReserveBuckets();
}

void Stats::Clear() {
  counters = Counters{};
  for (const HistogramInfo& histogram : kHistograms) (this->*histogram.field).Clear();
}

}  // namespace wsload
