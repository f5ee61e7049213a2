#include "controller/output/threshold_lines.h"

#include <algorithm>

#include "controller/output/figures.h"
#include "controller/output/messages.h"
#include "controller/output/text_table.h"
#include "controller/result/rates.h"
#include "controller/result/threshold_judgement.h"
#include "controller/result/threshold_value.h"

namespace wsload {
namespace {

constexpr size_t kShortRunId = 8;

Msg ThresholdsMessage(const RunResult& result, int64_t kept) {
  const auto all = static_cast<int64_t>(result.thresholds.size());
  if (all == 0) return Msg::kThresholdsNone;
  if (result.outcome == RunOutcome::kInconclusive) return Msg::kThresholdsInconclusive;
  const auto broken = std::count_if(result.thresholds.begin(), result.thresholds.end(),
                                    [](const ThresholdResult& judged) { return judged.passed == false; });
  if (broken > 0) return Msg::kThresholdsFailed;
  return kept == all ? Msg::kThresholdsPassed : Msg::kThresholdsNotJudged;
}

/// "4.6 ms", "589 ms"; "-" of nothing.
std::string ShortMs(const Histogram& histogram, double percentile) {
  if (histogram.count() == 0) return "-";
  const double ms = static_cast<double>(histogram.PercentileUs(percentile)) / 1000;
  return fmt::format("{:.{}f} ms", ms, ms < 1 ? 2 : ms < 100 ? 1 : 0);
}

}  // namespace

int64_t ThresholdsKept(const RunResult& result) {
  return std::count_if(result.thresholds.begin(), result.thresholds.end(),
                       [](const ThresholdResult& judged) { return judged.passed == true; });
}

std::string ThresholdsText(Language language, const RunResult& result) {
  const int64_t kept = ThresholdsKept(result);
  return Say(language, ThresholdsMessage(result, kept), kept, result.thresholds.size());
}

std::string ThresholdValueText(Language language, const ThresholdResult& judged) {
  if (!judged.value.has_value()) return Say(language, Msg::kThresholdNotMeasured);
  return ValueText(judged.threshold, *judged.value);
}

std::string ThresholdStateText(Language language, const ThresholdResult& judged) {
  if (!judged.passed.has_value()) return Say(language, Msg::kThresholdOpen);
  return Say(language, *judged.passed ? Msg::kThresholdKept : Msg::kThresholdBroken);
}

std::string ThresholdLines(Language language, const RunResult& result) {
  std::string out = Say(language, Msg::kThresholds, ThresholdsText(language, result)) + "\n";
  TextTable table(/*all_left=*/true);
  for (const ThresholdResult& judged : result.thresholds) {
    const std::string since =
        judged.first_broken_s.has_value() ? Say(language, Msg::kThresholdSince, *judged.first_broken_s) : "";
    table.AddRow({ThresholdStateText(language, judged), judged.threshold.expression,
                  ThresholdValueText(language, judged), since});
  }
  if (!table.empty()) out += table.Render(kMargin);
  for (const Statement& reason : result.outcome_reasons) {
    if (reason.kind == StatementKind::kThresholdProvesNothing) out += "  - " + StatementText(language, reason) + "\n";
  }
  return out;
}

std::string QuietLine(Language language, const RunResult& result) {
  const Rates rates = RatesOf(result);
  const std::string share = result.totals.counters.scheduled > 0 ? PercentText(rates.success_ratio) : "-";
  const std::string thresholds = result.thresholds.empty()
                                     ? Say(language, Msg::kQuietNoThresholds)
                                     : fmt::format("{}/{}", ThresholdsKept(result), result.thresholds.size());
  const Histogram& response = result.totals.answers();
  std::string line = Say(language, Msg::kQuiet, NameOf(result.verdict), rates.sent_per_s, share, ShortMs(response, 50),
                         ShortMs(response, 99), thresholds, result.run_id.substr(0, kShortRunId));
  // A run that failed by itself has little else to say.
  for (const Statement& reason : result.outcome_reasons) {
    if (!IsOfThreshold(reason)) line += " | " + StatementText(language, reason);
  }
  return line + "\n";
}

}  // namespace wsload
