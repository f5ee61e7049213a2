// Measurements that alternate, and their table: minimum, median and maximum
// of each, and of its ratio to the first in the same round.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace wsload::bench {

struct Row {
  std::string name;
  std::function<double()> measure;
};

struct Spread {
  double min = 0;
  double median = 0;
  double max = 0;
};

struct RowResult {
  std::string name;
  Spread value;
  Spread ratio;  ///< to the first row's value of the same round
};

Spread SpreadOf(std::vector<double> values);

/// Each row once without counting, then `repetitions` rounds with every row in each; says which round on stderr.
std::vector<RowResult> Alternate(const std::vector<Row>& rows, int repetitions);

/// To stdout; `unit` heads the values.
void PrintTable(const std::string& title, const std::string& unit, const std::vector<RowResult>& results);

}  // namespace wsload::bench
