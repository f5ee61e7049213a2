// The part of the catalogue of statements about runs that are compared. For catalogue.h alone.
#pragma once

#include "common/lang/catalogue_entry.h"

namespace wsload::catalogue {

inline constexpr Arg kRun{"run", Form::kText};
inline constexpr Arg kRuns{"runs", Form::kCount};

inline constexpr Entry kComparisonEntries[] = {
    // What a comparison is worth.
    {StatementKind::kOneRunEach,
     "one_run_each",
     {kRuns},
     "within these two runs; how much runs differ anyway is not known: use -repeat={runs}",
     "仅限这两次运行之内；同一配置的多次运行本身相差多少并不清楚：请使用 -repeat={runs}"},
    {StatementKind::kTooFewRuns,
     "too_few_runs",
     {{"runs_a", Form::kCount}, {"runs_b", Form::kCount}, kRuns, {"least_p_share", Form::kShare}, kBoundShare},
     "{runs_a} and {runs_b} runs differ by chance at least {least_p_share} of the time, however they come out (bound "
     "{bound_share}): nothing can be called worse or better; use {runs} runs a side",
     "{runs_a} 次与 {runs_b} 次运行，无论结果如何，偶然相差的概率至少为 {least_p_share}（上限 "
     "{bound_share}）：无法判定变差或变好；请每侧使用 {runs} 次运行"},
    {StatementKind::kRunsNotInTurns,
     "runs_not_in_turns",
     {},
     "all runs of one side came before all of the other: what changed with time looks like a difference; take turns, "
     "A B A B",
     "一侧的全部运行都早于另一侧：随时间发生的变化看起来会像差异；请交替运行 A B A B"},
    {StatementKind::kNoIntervalsOfRun,
     "no_intervals_of_run",
     {kRun, {"intervals", Form::kCount}},
     "{run} has fewer than {intervals} intervals in latency.hlog: how uneven it was within is not known",
     "{run} 的 latency.hlog 中不足 {intervals} 个时段：其内部的起伏不得而知"},
    {StatementKind::kRunLeftOut, "run_left_out", {kRun, kWhy}, "{run} is left out: {why}", "{run} 不参与比较：{why}"},
    {StatementKind::kSettingDiffers,
     "setting_differs",
     {{"setting", Form::kText}, {"one", Form::kText}, kRun, {"other", Form::kText}, {"other_run", Form::kText}},
     "{setting} is {one} in {run} and {other} in {other_run}",
     "{setting} 在 {run} 中为 {one}，在 {other_run} 中为 {other}"},

    // What is said of one metric.
    {StatementKind::kTooFewSamplesAbove,
     "too_few_samples_above",
     {{"samples", Form::kCount}, kRun, kWanted},
     "only {samples} samples above it in {run}, {wanted} are needed",
     "{run} 中只有 {samples} 个样本高于它，至少需要 {wanted} 个"},
    {StatementKind::kMetricIsZero, "metric_is_zero", {kRun}, "it is 0 in {run}", "在 {run} 中为 0"},
    {StatementKind::kRunsWanted, "runs_wanted", {kRuns}, "about {runs} runs a side would do", "每侧约需 {runs} 次运行"},
    {StatementKind::kManyRunsWanted,
     "many_runs_wanted",
     {kRuns},
     "it takes {runs} runs a side or more: make the runs longer, or quieter",
     "每侧需要 {runs} 次或更多运行：请延长运行时间，或减少干扰"},
};

}  // namespace wsload::catalogue
