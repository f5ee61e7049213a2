#include "controller/screen/rows.h"

#include <algorithm>
#include <numeric>

namespace wsload {

std::vector<Row> Rows::Fitting(int height) const {
  std::vector<size_t> places(rows_.size());
  std::iota(places.begin(), places.end(), 0);
  std::stable_sort(places.begin(), places.end(), [&](size_t a, size_t b) { return rows_[a].rank < rows_[b].rank; });
  places.resize(std::min(places.size(), static_cast<size_t>(std::max(height, 0))));
  std::sort(places.begin(), places.end());
  std::vector<Row> fitting;
  for (const size_t place : places) fitting.push_back(rows_[place]);
  return fitting;
}

}  // namespace wsload
