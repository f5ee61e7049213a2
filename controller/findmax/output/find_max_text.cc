#include "controller/findmax/output/find_max_text.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>
#include <vector>

#include "common/lang/statement.h"
#include "common/time/duration.h"
#include "controller/output/figures.h"
#include "controller/output/markdown_summary.h"
#include "controller/output/text_table.h"

namespace wsload {
namespace {

constexpr LocalText kRateUnit = {"msg/s", "条/秒"};
constexpr LocalText kClientsUnit = {"clients", "个客户端"};

constexpr LocalText kTitle = {"The most at which {} holds:", "满足 {} 的最大负载："};
constexpr LocalText kFound = {"{0} {2} hold, {1} do not", "{0} {2} 满足，{1} 不满足"};
constexpr LocalText kAtLeast = {"at least {} {}", "至少 {} {}"};
constexpr LocalText kNoneHolds = {"not even {} {} hold, the lowest that was to be tried",
                                  "允许尝试的最低负载 {} {} 也不满足"};
constexpr LocalText kUnknown = {"nothing is known of the server", "无法得知服务器的情况"};

constexpr LocalText kMostHolds = {"That is the highest that was to be tried: raise {} to know more",
                                  "这是允许尝试的最高负载：提高 {} 可继续"};
constexpr LocalText kGenerator = {
    "The generator was the limit at {} {}, not the server: its figures there say nothing of the server. Add agents",
    "在 {} {} 时受限的是压测端而不是服务器，该处数据不反映服务器。请增加压测节点"};
constexpr LocalText kAgents = {"By arithmetic: {:.1f} {} for each agent now, so that {} take {} agents",
                               "按算术：目前每个压测节点 {:.1f} {}，达到 {} 需要 {} 个压测节点"};
constexpr LocalText kTimeout = {"The time was up (-find-timeout) before the bounds were as close as -goal-width says",
                                "在上下界达到 -goal-width 之前时间已到 (-find-timeout)"};
constexpr LocalText kTrialLimit = {"The trials contradict each other: after {} of them the search gave up",
                                   "各次试验互相矛盾：{} 次之后停止搜索"};
constexpr LocalText kProvisional = {
    "A bound is provisional: it comes of fewer or shorter trials than -goal-duration and -goal-duration-sum say",
    "有界限是暂定的：其试验短于或少于 -goal-duration 与 -goal-duration-sum 的要求"};
constexpr LocalText kConditional = {"Conditional throughput: {:.1f} {}", "条件吞吐量：{:.1f} {}"};
constexpr LocalText kInversion = {
    "Not monotone: {0} {2} mostly failed, and {1} above it mostly held; the answer is on the safe side of both",
    "不单调：{0} {2} 多数不满足，更高的 {1} 却多数满足；结论取保守的一侧"};
constexpr LocalText kRecovered = {"Once overloaded with {0} {2}, it took {1} again right after",
                                  "以 {0} {2} 过载之后，随即恢复承受 {1}"};
constexpr LocalText kNotRecovered = {
    "Once overloaded with {0} {2}, it did not take {1} right after, which it had taken",
    "以 {0} {2} 过载之后，未能恢复承受此前可承受的 {1}"};
constexpr LocalText kRecoveryUnknown = {
    "Whether it takes {1} {2} right after an overload of {0} is not known: the generator was the limit",
    "以 {0} {2} 过载之后能否恢复承受 {1} 不得而知：受限的是压测端"};
constexpr LocalText kInterrupted = {"Interrupted: this is what was known by then", "已中断：以上为中断前的结果"};
constexpr LocalText kProgress = {
    "trial {}: {} {} for {} ({}): {}, p50 {} p99 {} p99.9 {} ms, succeeded {} %, send lag p99 {} ms",
    "试验 {}：{} {}，{}（{}）：{}，p50 {} p99 {} p99.9 {} ms，成功 {} %，发送滞后 p99 {} ms"};

constexpr LocalText kHeads[] = {{"trial", "试验"},
                                {"for", "时长"},
                                {"chosen", "选择原因"},
                                {"says", "结论"},
                                {"p50", "p50"},
                                {"p99", "p99"},
                                {"p99.9 ms", "p99.9 ms"},
                                {"succeeded %", "成功 %"},
                                {"lag p99 ms", "滞后 p99 ms"},
                                {"measurement", "测量"},
                                {"load is", "该负载"}};

std::string_view Word(Language language, TrialReason reason) {
  constexpr LocalText kWords[] = {{"first", "起点"},
                                  {"higher", "升高"},
                                  {"lower", "降低"},
                                  {"between", "取中"},
                                  {"confirm what held", "确认满足"},
                                  {"confirm what failed", "确认不满足"},
                                  {"again: undecided", "重复：未定"},
                                  {"again: generator", "重复：压测端"},
                                  {"overload", "过载"},
                                  {"after overload", "过载之后"}};
  return kWords[static_cast<size_t>(reason)].In(language);
}

std::string_view Word(Language language, TrialVerdict verdict) {
  constexpr LocalText kWords[] = {{"good", "满足"}, {"BAD", "不满足"}, {"inconclusive", "无结论"}};
  return kWords[static_cast<size_t>(verdict)].In(language);
}

std::string_view Word(Language language, LoadClass what) {
  constexpr LocalText kWords[] = {{"undecided", "未定"}, {"lower bound", "下界"}, {"upper bound", "上界"}};
  return kWords[static_cast<size_t>(what)].In(language);
}

std::string_view UnitOf(Language language, FindVariable variable) {
  return (variable == FindVariable::kRate ? kRateUnit : kClientsUnit).In(language);
}

std::string Ms(const std::optional<int64_t>& us) { return us.has_value() ? MsText(*us) : "-"; }

std::string AnswerText(Language language, const FindMaxResult& result) {
  const SearchFinding& found = result.found;
  const std::string_view unit = UnitOf(language, result.variable);
  switch (AnswerOf(result)) {
    case FindMaxAnswer::kFound:
      return FillText(language, kFound, GroupedText(*found.lower), GroupedText(*found.upper), unit);
    case FindMaxAnswer::kAtLeast:
      return FillText(language, kAtLeast, GroupedText(*found.lower), unit);
    case FindMaxAnswer::kNoneHolds:
      return FillText(language, kNoneHolds, GroupedText(result.options.least_load), unit);
    case FindMaxAnswer::kUnknown:
      break;
  }
  return FillText(language, kUnknown);
}

std::string RecoveryText(Language language, const FindMaxResult& result) {
  int64_t overload = 0;
  int64_t after = 0;
  for (const FindMaxTrial& trial : result.trials) {
    if (trial.input.reason == TrialReason::kOverload) overload = trial.input.load;
    if (trial.input.reason == TrialReason::kAfterOverload) after = trial.input.load;
  }
  const TrialVerdict verdict = *result.found.after_overload;
  const LocalText& text = verdict == TrialVerdict::kGood  ? kRecovered
                          : verdict == TrialVerdict::kBad ? kNotRecovered
                                                          : kRecoveryUnknown;
  return FillText(language, text, GroupedText(overload), GroupedText(after), UnitOf(language, result.variable));
}

/// What stands with the answer, a line each.
std::vector<std::string> Remarks(Language language, const FindMaxResult& result) {
  const SearchFinding& found = result.found;
  const std::string_view unit = UnitOf(language, result.variable);
  std::vector<std::string> remarks;
  if (found.end == SearchEnd::kMostLoadHolds) {
    remarks.push_back(
        FillText(language, kMostHolds, result.variable == FindVariable::kRate ? "-max-rate" : "-max-clients"));
  }
  if (found.generator_limit.has_value()) {
    remarks.push_back(FillText(language, kGenerator, GroupedText(*found.generator_limit), unit));
  }
  if (const std::optional<MoreAgents> more = AgentsToAdd(result); more.has_value()) {
    remarks.push_back(FillText(language, kAgents, more->load_per_agent, unit, GroupedText(more->target_load),
                               GroupedText(more->agents)));
  }
  if (found.end == SearchEnd::kTimeout) remarks.push_back(FillText(language, kTimeout));
  if (found.end == SearchEnd::kTrialLimit) remarks.push_back(FillText(language, kTrialLimit, result.trials.size()));
  if (found.lower_is_provisional || found.upper_is_provisional) remarks.push_back(FillText(language, kProvisional));
  if (found.conditional_throughput.has_value() && result.variable == FindVariable::kRate) {
    remarks.push_back(FillText(language, kConditional, *found.conditional_throughput, unit));
  }
  if (found.inversion.has_value()) {
    remarks.push_back(FillText(language, kInversion, GroupedText(found.inversion->failed_load),
                               GroupedText(found.inversion->held_load), unit));
  }
  if (found.after_overload.has_value()) remarks.push_back(RecoveryText(language, result));
  if (result.interrupted) remarks.push_back(FillText(language, kInterrupted));
  return remarks;
}

/// Heads first.
std::vector<std::vector<std::string>> TrialRows(Language language, const FindMaxResult& result) {
  std::vector<std::vector<std::string>> rows(1);
  for (const LocalText& head : kHeads) rows.front().emplace_back(head.In(language));
  rows.front().insert(rows.front().begin() + 1, std::string(UnitOf(language, result.variable)));
  int number = 0;
  for (const FindMaxTrial& trial : result.trials) {
    rows.push_back({std::to_string(++number), GroupedText(trial.input.load), FormatDuration(trial.input.duration_ns),
                    std::string(Word(language, trial.input.reason)), std::string(Word(language, trial.output.verdict)),
                    Ms(trial.response_us_p50), Ms(trial.response_us_p99), Ms(trial.response_us_p99_9),
                    PercentText(trial.success_ratio), MsText(trial.send_lag_us_p99),
                    std::string(NameOf(trial.measurement)), std::string(Word(language, trial.load_class))});
  }
  return rows;
}

}  // namespace

std::string FindMaxProgress(Language language, FindVariable variable, int number, const FindMaxTrial& trial) {
  return FillText(language, kProgress, number, GroupedText(trial.input.load), UnitOf(language, variable),
                  FormatDuration(trial.input.duration_ns), Word(language, trial.input.reason),
                  Word(language, trial.output.verdict), Ms(trial.response_us_p50), Ms(trial.response_us_p99),
                  Ms(trial.response_us_p99_9), PercentText(trial.success_ratio), MsText(trial.send_lag_us_p99));
}

std::string FindMaxLine(Language language, const FindMaxResult& result) {
  return FillText(language, kTitle, result.thresholds) + " " + AnswerText(language, result) + "\n";
}

std::string FindMaxSummary(Language language, const FindMaxResult& result) {
  std::string out = FillText(language, kTitle, result.thresholds) + "\n  " + AnswerText(language, result) + "\n";
  for (const std::string& remark : Remarks(language, result)) out += "  " + remark + "\n";
  if (result.trials.empty()) return out;
  TextTable table;
  for (std::vector<std::string>& row : TrialRows(language, result)) table.AddRow(std::move(row));
  return out + "\n" + table.Render(kMargin);
}

std::string FindMaxMarkdown(Language language, const FindMaxResult& result) {
  std::string out =
      fmt::format("## wsload\n\n{} **{}**\n\n", MarkdownText(FillText(language, kTitle, result.thresholds)),
                  MarkdownText(AnswerText(language, result)));
  for (const std::string& remark : Remarks(language, result)) out += "- " + MarkdownText(remark) + "\n";
  if (result.trials.empty()) return out;
  out += "\n";
  const std::vector<std::vector<std::string>> rows = TrialRows(language, result);
  for (const std::vector<std::string>& row : rows) {
    std::vector<std::string> cells;
    for (const std::string& cell : row) cells.push_back(MarkdownText(cell));
    out += MarkdownRow(cells);
    if (&row != &rows.front()) continue;
    out += "|";
    for (size_t i = 0; i < row.size(); ++i) out += i < 3 || (i > 4 && i < 10) ? "---:|" : "---|";
    out += "\n";
  }
  return out;
}

}  // namespace wsload
