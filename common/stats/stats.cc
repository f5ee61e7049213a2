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

Stats Stats::Compacted() const {
  Stats compacted;
  compacted.counters = counters;
  for (const HistogramInfo& histogram : kHistograms) {
    compacted.*histogram.field = (this->*histogram.field).Compacted();
  }
  return compacted;
}

size_t Stats::bytes() const {
  size_t bytes = 0;
  for (const HistogramInfo& histogram : kHistograms) bytes += (this->*histogram.field).bytes();
  return bytes;
}

void Stats::Clear() {
  counters = Counters{};
  for (const HistogramInfo& histogram : kHistograms) (this->*histogram.field).Clear();
}

}  // namespace wsload
