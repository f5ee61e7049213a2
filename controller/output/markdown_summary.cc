#include "controller/output/markdown_summary.h"

#include "common/time/clock.h"
#include "common/time/duration.h"
#include "common/util/local_error.h"
#include "common/util/redact.h"
#include "common/util/status.h"
#include "common/util/text.h"
#include "controller/output/figures.h"
#include "controller/output/messages.h"
#include "controller/output/plan_text.h"
#include "controller/output/threshold_lines.h"
#include "controller/result/threshold_judgement.h"

namespace wsload {
namespace {

/// `titles`, and the line below them.
std::string MarkdownHead(const std::vector<std::string>& titles) {
  std::string rule = "|";
  for (size_t i = 0; i < titles.size(); ++i) rule += i == 0 ? "---|" : "---:|";
  return MarkdownRow(titles) + rule + "\n";
}

std::string ReasonsList(Language language, const std::vector<Statement>& reasons) {
  std::string out;
  for (size_t i = 0; i < reasons.size() && i < kMaxAgentLines; ++i) {
    out += "- " + MarkdownText(StatementText(language, reasons[i])) + "\n";
  }
  return out;
}

std::string ThresholdTable(Language language, const RunResult& result) {
  if (result.thresholds.empty()) return {};
  std::string out = "\n| | | | |\n|---|---|---:|---|\n";
  for (const ThresholdResult& judged : result.thresholds) {
    const bool kept = judged.passed.value_or(true);
    const std::string state = MarkdownText(ThresholdStateText(language, judged));
    const std::string since =
        judged.first_broken_s.has_value() ? Say(language, Msg::kThresholdSince, *judged.first_broken_s) : "";
    out += fmt::format("| {} | `{}` | {} | {} |\n", kept ? state : "**" + state + "**", judged.threshold.expression,
                       MarkdownText(ThresholdValueText(language, judged)), since);
  }
  return out;
}

std::string FigureTable(Language language, const RunResult& result) {
  int64_t elapsed_ns = 0;
  for (const PhaseTimes& phase : result.phases) elapsed_ns += phase.duration_ns;
  std::string out = "\n| | |\n|---|---:|\n";
  for (const Figure& figure : ClassicFigures(language, result.totals.counters, result.connections_active_peak,
                                             static_cast<double>(elapsed_ns) / kNsPerSecond,
                                             static_cast<double>(result.measured_ns) / kNsPerSecond)) {
    out += MarkdownRow({figure.label, figure.value});
  }
  for (const Figure& failure : MessageFailures(language, result.totals.counters)) {
    out += MarkdownRow({Say(language, Msg::kFailed) + ": " + failure.label, failure.value});
  }
  return out;
}

std::string LatencyTable(Language language, const Stats& totals) {
  if (totals.send_lag.count() == 0 && totals.service.count() == 0) return {};
  std::string out = "\n" + MarkdownHead({Say(language, Msg::kLatencyMs), "p50", "p90", "p95", "p99", "p99.9",
                                         Say(language, Msg::kMax)});
  const auto add = [&](Msg label, const Histogram& histogram) {
    if (histogram.count() == 0) return;
    std::vector<std::string> row = {Say(language, label)};
    for (const double percentile : {50.0, 90.0, 95.0, 99.0, 99.9}) {
      row.push_back(MsText(histogram.PercentileUs(percentile)));
    }
    row.push_back(MsText(histogram.max_us()));
    out += MarkdownRow(row);
  };
  add(Msg::kResponse, totals.response);
  add(Msg::kService, totals.service);
  add(Msg::kSendLag, totals.send_lag);
  add(Msg::kConnect, totals.connect);
  return out;
}

std::string CauseLine(Language language, Msg title, const CauseCounts& causes) {
  if (causes.empty()) return {};
  return fmt::format("\n{}: {}\n", MarkdownText(Say(language, title)), MarkdownText(JoinCauses(causes)));
}

}  // namespace

std::string MarkdownText(std::string_view text) {
  constexpr std::string_view kMarks = "\\`*_[]<>|#~";
  std::string out;
  for (const char c : ReplaceInvalidUtf8(text)) {
    if (c == '&') {
      out += "&amp;";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += ' ';
    } else {
      if (kMarks.find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string MarkdownRow(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& cell : cells) row += " " + MarkdownText(cell) + " |";
  return row + "\n";
}

std::string MarkdownSummary(Language language, const RunResult& result) {
  const RunPlan& plan = result.plan;
  std::string out = "## wsload\n\n";
  if (!result.error.ok())
    return out + MarkdownText(Say(language, Msg::kRunFailed, ErrorText(result.error, language))) + "\n";
  out += fmt::format("**{}**\n", MarkdownText(Say(language, Msg::kVerdict, NameOf(result.verdict))));
  out += ReasonsList(language, result.verdict_reasons).insert(0, result.verdict_reasons.empty() ? "" : "\n");
  out += fmt::format("\n**{}**\n", MarkdownText(Say(language, Msg::kThresholds, ThresholdsText(language, result))));
  out += ThresholdTable(language, result);
  std::vector<Statement> reasons = result.outcome_reasons;
  std::erase_if(reasons, [](const Statement& reason) {
    // The table has them.
    return IsOfThreshold(reason) && reason.kind != StatementKind::kThresholdProvesNothing &&
           reason.kind != StatementKind::kThresholdAborted && reason.kind != StatementKind::kThresholdAbortedUnmeasured;
  });
  if (!reasons.empty()) out += "\n" + ReasonsList(language, reasons);
  out += FigureTable(language, result);
  out += LatencyTable(language, result.totals);
  const ConnectionCounters& connections = result.totals.counters.connections;
  out += CauseLine(language, Msg::kConnectionFailures, connections.failures);
  out += CauseLine(language, Msg::kConnectionLosses, connections.losses);
  out += "\n" + MarkdownText(Say(language, Msg::kRunId, result.run_id)) + ": ";
  out += MarkdownText(PlanText(language, plan));
  return out + "\n";
}

}  // namespace wsload
