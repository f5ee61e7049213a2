#include "tests/bench/spread.h"

#include <algorithm>
#include <cstdio>

namespace wsload::bench {

Spread SpreadOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values.front(), values[values.size() / 2], values.back()};
}

std::vector<RowResult> Alternate(const std::vector<Row>& rows, int repetitions) {
  for (const Row& row : rows) row.measure();
  std::vector<std::vector<double>> values(rows.size());
  std::vector<std::vector<double>> ratios(rows.size());
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    std::fprintf(stderr, "round %d of %d\n", repetition + 1, repetitions);
    for (size_t i = 0; i < rows.size(); ++i) {
      values[i].push_back(rows[i].measure());
      ratios[i].push_back(values[i].back() / values[0].back());
    }
  }
  std::vector<RowResult> results;
  for (size_t i = 0; i < rows.size(); ++i) {
    results.push_back({rows[i].name, SpreadOf(values[i]), SpreadOf(ratios[i])});
  }
  return results;
}

void PrintTable(const std::string& title, const std::string& unit, const std::vector<RowResult>& results) {
  std::printf("%s\n%-36s %27s   %s\n%-36s %9s %8s %8s\n", title.c_str(), "", unit.c_str(),
              "ratio to the first (min median max)", "", "min", "median", "max");
  for (const RowResult& row : results) {
    std::printf("%-36s %9.2f %8.2f %8.2f   %.2f %.2f %.2f\n", row.name.c_str(), row.value.min, row.value.median,
                row.value.max, row.ratio.min, row.ratio.median, row.ratio.max);
  }
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace wsload::bench
