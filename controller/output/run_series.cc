#include "controller/output/run_series.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "common/util/file.h"
#include "common/util/local_error.h"
#include "common/util/status.h"
#include "controller/output/figures.h"
#include "controller/output/junit_xml.h"
#include "controller/output/markdown_summary.h"
#include "controller/output/messages.h"
#include "controller/output/older_run.h"
#include "controller/output/text_table.h"
#include "controller/output/threshold_lines.h"
#include "controller/result/rates.h"

namespace wsload {
namespace {

constexpr double kUsPerMs = 1000;

/// A figure that is compared over the runs.
struct SeriesFigureRow {
  std::string label;
  std::function<std::optional<double>(const RunResult&)> of;
  int digits;
};

std::vector<SeriesFigureRow> FiguresOfSeries(Language language) {
  std::vector<SeriesFigureRow> rows = {
      {Say(language, Msg::kMessageRate), [](const RunResult& run) { return RatesOf(run).sent_per_s; }, 1},
      {Say(language, Msg::kSuccessRate), [](const RunResult& run) { return RatesOf(run).success_ratio * 100; }, 2},
      {Say(language, Msg::kFailedMessages),
       [](const RunResult& run) { return static_cast<double>(run.totals.counters.failed()); }, 0}};
  const auto add = [&](Msg name, Histogram Stats::*histogram, const char* of, double percentile) {
    rows.push_back({fmt::format("{} {} (ms)", Say(language, name), of),
                    [histogram, percentile](const RunResult& run) -> std::optional<double> {
                      const Histogram& samples = run.totals.*histogram;
                      if (samples.count() == 0) return std::nullopt;
                      return static_cast<double>(samples.PercentileUs(percentile)) / kUsPerMs;
                    },
                    3});
  };
  add(Msg::kResponse, &Stats::response, "p50", 50);
  add(Msg::kResponse, &Stats::response, "p99", 99);
  add(Msg::kResponse, &Stats::response, "p99.9", 99.9);
  add(Msg::kService, &Stats::service, "p99", 99);
  add(Msg::kSendLag, &Stats::send_lag, "p99", 99);
  return rows;
}

double Median(const std::vector<double>& sorted) {
  const size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/// Titles first.
std::vector<std::vector<std::string>> SeriesRows(Language language, const std::vector<RunResult>& runs) {
  std::vector<std::vector<std::string>> rows = {{Say(language, Msg::kSeriesFigure), Say(language, Msg::kSeriesMedian),
                                                 Say(language, Msg::kSeriesLeast), Say(language, Msg::kSeriesMost),
                                                 Say(language, Msg::kSeriesSpread)}};
  for (const SeriesFigureRow& row : FiguresOfSeries(language)) {
    std::vector<double> values;
    for (const RunResult& run : runs) {
      const std::optional<double> value = run.error.ok() ? row.of(run) : std::nullopt;
      if (value.has_value()) values.push_back(*value);
    }
    if (values.empty()) continue;
    std::sort(values.begin(), values.end());
    const double median = Median(values);
    const auto text = [&](double value) { return fmt::format("{:.{}f}", value, row.digits); };
    // From the least to the most, of the median.
    const std::string spread =
        median == 0 ? "-" : fmt::format("{:.1f}", (values.back() - values.front()) / median * 100);
    rows.push_back({row.label, text(median), text(values.front()), text(values.back()), spread});
  }
  return rows;
}

std::string LineOf(Language language, const RunResult& run) {
  if (!run.error.ok()) return Say(language, Msg::kRunFailed, ErrorText(run.error, language));
  std::string line = QuietLine(language, run);
  line.pop_back();
  return line;
}

}  // namespace

RunResult ForSeries(const RunResult& result) {
  RunResult small = result;
  small.agents = {};
  small.series = {};
  return small;
}

std::string SeriesSummary(Language language, const std::vector<RunResult>& runs) {
  TextTable table;
  for (std::vector<std::string>& row : SeriesRows(language, runs)) table.AddRow(std::move(row));
  std::string out = Say(language, Msg::kSeriesTitle, runs.size()) + "\n" + table.Render(kMargin) + "\n";
  for (size_t i = 0; i < runs.size(); ++i) out += fmt::format("  {}  {}\n", i + 1, LineOf(language, runs[i]));
  return out;
}

std::string SeriesMarkdown(Language language, const std::vector<RunResult>& runs) {
  std::string out = fmt::format("## wsload\n\n**{}**\n\n", MarkdownText(Say(language, Msg::kSeriesTitle, runs.size())));
  const std::vector<std::vector<std::string>> rows = SeriesRows(language, runs);
  for (const std::vector<std::string>& row : rows) {
    out += MarkdownRow(row);
    if (&row == &rows.front()) out += "|---|---:|---:|---:|---:|\n";
  }
  out += "\n";
  for (const RunResult& run : runs) out += "1. " + MarkdownText(LineOf(language, run)) + "\n";
  return out;
}

absl::Status WriteSeriesFiles(const std::string& dir, Language language, const std::vector<RunResult>& runs) {
  std::vector<const RunResult*> suites;
  for (const RunResult& run : runs) suites.push_back(&run);
  for (const auto& [name, content] :
       {std::pair{kJunitFile, JunitXml(suites)}, std::pair{kSummaryFile, SeriesMarkdown(language, runs)}}) {
    const std::string path = dir + "/" + name;
    if (const absl::Status written = WriteFile(path, content); !written.ok()) {
      return LocalStatus(absl::StatusCode::kUnavailable,
                         FillLocal({"cannot write {}: {}", "无法写入 {}：{}"}, path, written));
    }
  }
  return absl::OkStatus();
}

}  // namespace wsload
