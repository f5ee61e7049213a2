#include "controller/output/timeseries_csv.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "common/plan/phase.h"
#include "common/stats/figure_list.h"

namespace wsload {
namespace {

template <typename Visit>
void VisitCounters(const Counters& delta, bool of_generator, Visit&& visit) {
  for (const CounterInfo& row : kCounters) {
    const bool is_of_generator = row.group == CounterInfo::Group::kGenerator;
    if (row.shown_in == ShownIn::kSeries && is_of_generator == of_generator) visit(row.name.shown, row.Of(delta));
  }
}

/// Calls `visit(name, value)` for every column in order. A value is a text, an int64_t or a double.
template <typename Visit>
void VisitColumns(const SeriesPoint& point, std::string_view stage, Visit&& visit) {
  visit("phase", NameOf(point.phase));
  visit("stage", stage);
  visit("interval", point.interval_index);
  visit("elapsed_s", point.elapsed_s);
  visit("agents_reporting", int64_t{point.agents_reporting});
  visit("active_connections", point.active_connections);
  for (const ConnectionCounterInfo& row : kConnectionCounters) {
    if (row.shown_in != ShownIn::kSeries) continue;
    visit(fmt::format("connections_{}", row.name.shown), point.delta.connections.*row.field);
  }
  VisitCounters(point.delta, false, visit);
  for (size_t i = 0; i < kHistograms.size(); ++i) {
    for (const SeriesFigure& figure : kHistograms[i].series) {
      visit(fmt::format("{}_us_{}", kHistograms[i].name.shown, figure.name), point.latencies[i].*figure.field);
    }
  }
  VisitCounters(point.delta, true, visit);
  visit("loop_stall_us_max", point.workers.loop_stall_us_max);
  visit("worker_cpu_share_max", point.workers.cpu_share_max);
  visit("worker_cpu_waited_share_max", point.workers.waited_share_max);
}

std::string Cell(std::string_view text) { return std::string(text); }
std::string Cell(int64_t count) { return fmt::to_string(count); }
/// 0.000 is nothing, and a share of 1.000 is all.
std::string Cell(double value) {
  const std::string rounded = fmt::format("{:.3f}", value);
  const bool at_an_end = rounded == "0.000" || rounded == "1.000";
  return at_an_end && value != 0 && value != 1 ? fmt::to_string(value) : rounded;
}

constexpr char kLineEnd[] = "\r\n";

void AddCell(std::string& line, std::string_view text) {
  if (!line.empty()) line += ',';
  line += text;
}

}  // namespace

std::string TimeseriesHeader() {
  std::string line;
  VisitColumns(SeriesPoint{}, {}, [&](std::string_view name, const auto&) { AddCell(line, name); });
  return line + kLineEnd;
}

std::string TimeseriesLine(const SeriesPoint& point, const LoadStages& stages) {
  std::string line;
  VisitColumns(point, stages.NameAtBeginOf(point),
               [&](std::string_view, const auto& value) { AddCell(line, Cell(value)); });
  return line + kLineEnd;
}

std::string TimeseriesCsv(const RunResult& result) {
  std::string out = TimeseriesHeader();
  const LoadStages stages(result.plan);
  for (const SeriesPoint& point : result.series) out += TimeseriesLine(point, stages);
  return out;
}

}  // namespace wsload
