#include "controller/compare/output/compare_text.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>
#include <vector>

#include "common/util/share_text.h"
#include "controller/compare/output/words.h"
#include "controller/output/figures.h"
#include "controller/output/markdown_summary.h"
#include "controller/output/text_table.h"

namespace wsload {
namespace {

constexpr char kNothing[] = "-";

std::string Label(Language language, const LocalText& text) { return std::string(text.In(language)); }

/// "+9.9" of a ratio of 1.099; of what rounds to nothing "0.0".
std::string Percents(double ratio) {
  const std::string text = fmt::format("{:+.1f}", (ratio - 1) * 100);
  return text.ends_with("0.0") && text.size() == 4 ? "0.0" : text;
}

const char* Colon(Language language) { return language == Language::kChinese ? "：" : ": "; }

/// A metric's row, but for its answer.
std::vector<std::string> Figures(Language language, const MetricComparison& metric) {
  const bool compared = metric.answer != Answer::kNotCompared;
  return {Label(language, metric.metric->label),
          compared ? MetricValueText(*metric.metric, metric.mean_a) : kNothing,
          compared ? MetricValueText(*metric.metric, metric.mean_b) : kNothing,
          compared ? ChangeText(metric.ratio) : kNothing,
          IntervalText(metric),
          PText(metric)};
}

std::vector<std::string> Titles(Language language) {
  return {Label(language, kMetricLabel),
          "A",
          "B",
          Label(language, kChangeLabel),
          Label(language, kIntervalLabel),
          Label(language, kPLabel),
          Label(language, kAnswerLabel)};
}

}  // namespace

std::string MetricValueText(const MetricInfo& metric, double value) {
  switch (metric.unit) {
    case MetricInfo::Unit::kMicroseconds:
      return MsText(std::llround(value)) + " ms";
    case MetricInfo::Unit::kShare:
      return PercentText(value) + " %";
    case MetricInfo::Unit::kPerSecond:
      return fmt::format("{:.2f}/s", value);
  }
  return {};
}

std::string ChangeText(double ratio) { return Percents(ratio) + " %"; }

std::string IntervalText(const MetricComparison& metric) {
  if (!metric.interval.has_value()) return kNothing;
  return fmt::format("{} .. {} %", Percents(metric.interval->low), Percents(metric.interval->high));
}

std::string PText(const MetricComparison& metric) {
  if (!metric.p_adjusted.has_value()) return kNothing;
  return *metric.p_adjusted < 0.001 ? "<0.001" : fmt::format("{:.3f}", *metric.p_adjusted);
}

std::string AnswerText(Language language, const MetricComparison& metric) {
  std::string text = Label(language, AnswerLabel(metric.answer));
  if (metric.remark.has_value()) {
    text += Colon(language) + StatementText(language, *metric.remark);
  }
  return text;
}

std::string HeadlineText(Language language, const Comparison& comparison) {
  return FillText(language, kHeadline, comparison.a.size(), comparison.b.size(),
                  SharePercent(comparison.options.min_change, 0) + " %", comparison.options.seed);
}

std::string CompareTable(Language language, const Comparison& comparison) {
  TextTable table;
  table.AddRow(Titles(language));
  std::string remarks;
  for (const MetricComparison& metric : comparison.metrics) {
    std::vector<std::string> row = Figures(language, metric);
    row.push_back(Label(language, AnswerLabel(metric.answer)));
    table.AddRow(std::move(row));
    // Beside the table, which would not fit a screen with them.
    if (metric.remark.has_value()) {
      remarks += fmt::format("  {}{}{}\n", metric.metric->label.In(language), Colon(language),
                             StatementText(language, *metric.remark));
    }
  }
  if (!remarks.empty()) remarks += "\n";
  std::string out = HeadlineText(language, comparison) + "\n\n" + table.Render(kMargin) + "\n" + remarks;
  for (const Statement& remark : comparison.remarks) out += NoticeLine(language, remark);
  return out;
}

std::string CompareMarkdown(Language language, const Comparison& comparison) {
  std::string out = fmt::format("### {}\n\n{}\n\n", kCompareTitle.In(language), HeadlineText(language, comparison));
  out += MarkdownRow(Titles(language)) + "| :-- | --: | --: | --: | --: | --: | :-- |\n";
  for (const MetricComparison& metric : comparison.metrics) {
    std::vector<std::string> row = Figures(language, metric);
    row.push_back(AnswerText(language, metric));
    out += MarkdownRow(row);
  }
  if (!comparison.remarks.empty()) out += "\n";
  for (const Statement& remark : comparison.remarks) out += "- " + MarkdownText(StatementText(language, remark)) + "\n";
  return out + fmt::format("\n{}\n", kHowToRead.In(language));
}

}  // namespace wsload
