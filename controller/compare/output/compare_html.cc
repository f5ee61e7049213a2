#include "controller/compare/output/compare_html.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "common/time/utc.h"
#include "common/util/text.h"
#include "controller/compare/output/compare_charts.h"
#include "controller/compare/output/compare_style.h"
#include "controller/compare/output/compare_text.h"
#include "controller/compare/output/words.h"

namespace wsload {
namespace {

std::string Html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const std::string_view entity = XmlEntity(c);
    entity.empty() ? void(out += c) : void(out += entity);
  }
  return out;
}

/// `text_of(language)` in both.
template <typename TextOf>
std::string BothOf(TextOf&& text_of) {
  return fmt::format("<span lang=\"en\">{}</span><span lang=\"zh\">{}</span>", Html(text_of(Language::kEnglish)),
                     Html(text_of(Language::kChinese)));
}

std::string Both(const LocalText& text) {
  return BothOf([&](Language language) { return std::string(text.In(language)); });
}

std::string AnswerCell(const MetricComparison& metric) {
  std::string out = Both(AnswerLabel(metric.answer));
  if (metric.remark.has_value()) {
    out += fmt::format("<small>{}</small>",
                       BothOf([&](Language language) { return StatementText(language, *metric.remark); }));
  }
  return out;
}

std::string Row(const MetricComparison& metric, double most) {
  const bool compared = metric.answer != Answer::kNotCompared;
  const auto value = [&](double mean) { return compared ? Html(MetricValueText(*metric.metric, mean)) : "-"; };
  std::string row = fmt::format("<tr><td>{}</td><td class=\"answer {}\">{}</td>", Both(metric.metric->label),
                                NameOf(metric.answer), AnswerCell(metric));
  for (const std::string& cell :
       {compared ? ChangeText(metric.ratio) : "-", ChangeBar(metric, most), IntervalText(metric), Html(PText(metric)),
        value(metric.mean_a), value(metric.mean_b), RunDots(metric)}) {
    row += "<td>" + cell + "</td>";
  }
  return row + "</tr>\n";
}

std::string Table(const Comparison& comparison) {
  std::string out = "<div class=\"scroll\"><table><thead><tr>";
  for (const std::string& title :
       {Both(kMetricLabel), Both(kAnswerLabel), Both(kChangeLabel), std::string(), Both(kIntervalLabel), Both(kPLabel),
        std::string("A"), std::string("B"), Both(kDotsLabel)}) {
    out += "<th>" + title + "</th>";
  }
  out += "</tr></thead><tbody>\n";
  const double most = WidestChange(comparison);
  for (const MetricComparison& metric : comparison.metrics) out += Row(metric, most);
  return out + "</tbody></table></div>\n";
}

std::string RunList(std::string_view side, const std::vector<RunSample>& runs) {
  std::string out;
  for (const RunSample& run : runs) {
    out += fmt::format("<li><span class=\"key {}\">{}</span> {} <small>{}</small></li>\n", side == "A" ? "a" : "b",
                       side, Html(run.name), UtcText(run.started_unix_ns));
  }
  return out;
}

}  // namespace

std::string CompareHtml(Language language, const Comparison& comparison) {
  const bool chinese = language == Language::kChinese;
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\"><title>{}</title>\n<style>{}</style></head>\n"
      "<body><input class=\"language\" type=\"radio\" name=\"language\" id=\"en\" aria-label=\"English\"{}>"
      "<input class=\"language\" type=\"radio\" name=\"language\" id=\"zh\" aria-label=\"中文\"{}>\n"
      "<div class=\"switch\"><label for=\"en\">English</label><label for=\"zh\">中文</label></div>\n<main>\n",
      chinese ? "zh" : "en", kCompareTitle.In(language), kCompareStyle, chinese ? "" : " checked",
      chinese ? " checked" : "");
  out += fmt::format("<h1>{}</h1>\n<p>{}</p>\n", Both(kCompareTitle),
                     BothOf([&](Language shown) { return HeadlineText(shown, comparison); }));
  out += Table(comparison);
  if (!comparison.remarks.empty()) out += fmt::format("<h2>{}</h2>\n<ul>\n", Both(kRemarksLabel));
  for (const Statement& remark : comparison.remarks) {
    out += fmt::format("<li>{}</li>\n", BothOf([&](Language shown) { return StatementText(shown, remark); }));
  }
  if (!comparison.remarks.empty()) out += "</ul>\n";
  out += fmt::format("<p>{}</p>\n", Both(kHowToRead));
  if (const std::string curves = PercentileCurves(comparison); !curves.empty()) {
    out += fmt::format(
        "<h2>{}</h2>\n<p><span class=\"key a\">A</span> <span class=\"key b\">B</span> {}</p>\n<div "
        "class=\"scroll\">{}</div>\n",
        Both(kCurvesLabel), Both(kOpenCurveHint), curves);
  }
  out += fmt::format("<h2>{}</h2>\n<ul>\n{}{}</ul>\n", Both(kRunsLabel), RunList("A", comparison.a),
                     RunList("B", comparison.b));
  return out + "</main></body></html>\n";
}

}  // namespace wsload
