#include "controller/result/stats_difference.h"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

#include "common/stats/figure_list.h"
#include "common/util/local_error.h"

namespace wsload {
namespace {

// From this many distinct causes on "other" takes the rest, and which those
// are depends on the order of arrival: then only the sums are comparable.
constexpr size_t kCausesComparable = 64;

LocalString Differ(std::string_view field, int64_t told, int64_t summed) {
  return FillLocal({"{} is {}, the reports add up to {}", "{} 为 {}，而各报告之和为 {}"}, field, told, summed);
}

LocalString CausesDiffer(std::string_view field, const CauseCounts& told, const CauseCounts& summed) {
  if (told == summed || told.size() >= kCausesComparable || summed.size() >= kCausesComparable) return {};
  for (const auto& [cause, count] : told) {
    const auto it = summed.find(cause);
    const int64_t other = it == summed.end() ? 0 : it->second;
    if (other != count) return Differ(fmt::format("{} {}", field, cause), count, other);
  }
  for (const auto& [cause, count] : summed) {
    if (!told.contains(cause)) return Differ(fmt::format("{} {}", field, cause), 0, count);
  }
  return {};
}

LocalString HistogramsDiffer(std::string_view field, const Histogram& told, const Histogram& summed) {
  if (told == summed) return {};
  if (told.count() != summed.count())
    return Differ(fmt::format("{} sample count", field), told.count(), summed.count());
  if (told.sum_us() != summed.sum_us()) {
    return Differ(fmt::format("{} sample sum in us", field), told.sum_us(), summed.sum_us());
  }
  return FillLocal({"{} histogram differs from the sum of the reports", "{} 的直方图与各报告之和不同"}, field);
}

LocalString ConnectionsDiffer(const ConnectionCounters& told, const ConnectionCounters& summed) {
  for (const ConnectionCounterInfo& row : kConnectionCounters) {
    if (told.*row.field == summed.*row.field) continue;
    return Differ(fmt::format("connections {}", row.name.shown), told.*row.field, summed.*row.field);
  }
  for (const ConnectionCounterInfo& row : kConnectionCounters) {
    if (row.causes == nullptr) continue;
    const std::string field = fmt::format("connection {}", row.causes_name);
    if (LocalString text = CausesDiffer(field, told.*row.causes, summed.*row.causes); !text.empty()) return text;
  }
  return {};
}

}  // namespace

LocalString FirstDifference(const Stats& told, const Stats& summed) {
  for (const CounterInfo& row : kCounters) {
    if (!row.counted() || row.Of(told.counters) == row.Of(summed.counters)) continue;
    return Differ(row.name.shown, row.Of(told.counters), row.Of(summed.counters));
  }
  LocalString text = ConnectionsDiffer(told.counters.connections, summed.counters.connections);
  for (const HistogramInfo& row : kHistograms) {
    if (text.empty()) text = HistogramsDiffer(row.name.shown, told.*row.field, summed.*row.field);
  }
  return text;
}

}  // namespace wsload
