#include "controller/commands/compare_command.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "common/flags/bind_fields.h"
#include "common/flags/flag_set.h"
#include "common/flags/flag_values.h"
#include "common/plan/field.h"
#include "common/util/file.h"
#include "common/util/language.h"
#include "common/util/local_error.h"
#include "common/util/share_text.h"
#include "common/util/text.h"
#include "controller/archive/run_archive.h"
#include "controller/commands/command.h"
#include "controller/compare/comparison.h"
#include "controller/compare/output/compare_html.h"
#include "controller/compare/output/compare_json.h"
#include "controller/compare/output/compare_text.h"
#include "controller/compare/sides.h"
#include "controller/output/messages.h"
#include "controller/output/output_dir.h"
#include "controller/output/output_options.h"

namespace wsload {

/// What makes a comparison's exit say that it failed.
enum class FailOn { kNothing, kWorse };

template <>
inline constexpr std::array kChoices<FailOn> = {Choice{FailOn::kNothing, "nothing"}, Choice{FailOn::kWorse, "worse"}};

namespace {

constexpr LocalText kCompareIntro = {
    "wsload compare A.. -- B.. [flags]: compares runs that were kept, B to A. Each is a directory that -out had, or\n"
    "one with the runs of -repeat in it; five runs a side are a good number.",
    "wsload compare A.. -- B.. [参数]：比较已保存的压测结果，B 相对于 A。每项是一个 -out 目录，\n"
    "或一个含 -repeat 各次运行的目录；每侧五次运行为宜。"};
constexpr std::string_view kSidesEnd = "--";
/// Stands between the sides where FlagSet takes -- for the end of flags: no directory has this name.
const std::string kBetweenSides(1, '\0');
constexpr char kFiles[] = "compare.md, compare.json, compare.html";

struct CompareFlags {
  double min_change = CompareOptions().min_change;
  FailOn fail_on = FailOn::kNothing;
  bool force = false;
  int64_t seed = static_cast<int64_t>(CompareOptions().seed);
  std::string out_dir;
  bool json = false;
  Language language = Language::kEnglish;

  std::vector<std::string> a;
  std::vector<std::string> b;
};

absl::StatusOr<double> ParsePercent(std::string_view text) {
  std::string_view number = text;
  const bool percent = number.ends_with('%');
  if (percent) number.remove_suffix(1);
  if (number.ends_with(' ')) number.remove_suffix(1);
  const absl::StatusOr<double> value = ParseDouble(number);
  if (!percent || !value.ok() || !(*value > 0) || *value > 100) {
    return LocalInvalidArgument({"want a share with its sign, above 0 % and up to 100 %, for example 5%",
                                 "应为带百分号的比例，大于 0 % 且不超过 100 %，例如 5%"});
  }
  return *value / 100;
}

std::string PercentOf(double share) { return fmt::format("{:g}%", share * 100); }

constexpr Field<CompareFlags> kCompareFields[] = {
    {TextMemberOf<&CompareFlags::min_change, ParsePercent, PercentOf>(),
     {.name = "min_change",
      .flag = "min-change",
      .help = {"a change from which on it matters", "从多大的变化起视为有意义"},
      .in_short_help = true,
      .example = "5%"}},
    {MemberOf<&CompareFlags::fail_on>(),
     {.name = "fail_on",
      .flag = "fail-on",
      .help = {"worse: exit code 99 when any metric is worse; or nothing",
               "worse：有指标变差时退出码为 99；或 nothing"},
      .in_short_help = true,
      .example = "worse"}},
    {MemberOf<&CompareFlags::force>(),
     {.name = "force",
      .flag = "force",
      .help = {"compare runs of different plans too", "计划不同的运行也进行比较"},
      .in_short_help = true}},
    {MemberOf<&CompareFlags::seed>(),
     {.name = "seed",
      .flag = "seed",
      .help = {"of the random numbers: the same files and seed give the same answer",
               "随机数种子：同样的文件和种子得到同样的结论"},
      .least = 0,
      .example = "1"}},
    {MemberOf<&CompareFlags::out_dir>(),
     {.name = "out_dir",
      .flag = "out",
      .help = {"directory for compare.md, compare.json and compare.html",
               "保存 compare.md、compare.json 和 compare.html 的目录"},
      .in_short_help = true,
      .example = "compared"}},
    {MemberOf<&CompareFlags::json>(),
     {.name = "json",
      .flag = "json",
      .help = {"print compare.json, and what is for people on stderr",
               "打印 compare.json，供人阅读的内容输出到 stderr"},
      .in_short_help = true}},
    {MemberOf<&CompareFlags::language>(), kLanguageInfo},
};

/// The directories before and behind --; without one, two directories are a side each.
absl::Status TakeSides(const std::vector<std::string>& named, CompareFlags& flags) {
  const auto between = std::find(named.begin(), named.end(), kBetweenSides);
  if (between == named.end() && named.size() == 2) {
    flags.a = {named[0]};
    flags.b = {named[1]};
    return absl::OkStatus();
  }
  if (between != named.end()) {
    flags.a.assign(named.begin(), between);
    flags.b.assign(between + 1, named.end());
  }
  if (!flags.a.empty() && !flags.b.empty() && std::count(named.begin(), named.end(), kBetweenSides) == 1) {
    return absl::OkStatus();
  }
  return LocalInvalidArgument(
      {"compare: want directories of runs on both sides of --; for example: wsload compare before1 before2 -- after1 "
       "after2",
       "compare：-- 两侧都需要运行结果的目录；例如：wsload compare before1 before2 -- after1 after2"});
}

absl::StatusOr<std::vector<ArchivedRun>> ReadSide(const std::vector<std::string>& named) {
  std::vector<ArchivedRun> runs;
  for (const std::string& name : named) {
    const absl::StatusOr<std::vector<std::string>> dirs = RunDirectories(name);
    if (!dirs.ok()) return dirs.status();
    for (const std::string& dir : *dirs) {
      absl::StatusOr<ArchivedRun> run = ReadRun(dir);
      if (!run.ok()) return run.status();
      runs.push_back(*std::move(run));
    }
  }
  return runs;
}

absl::Status CheckDistinct(const std::vector<ArchivedRun>& a, const std::vector<ArchivedRun>& b) {
  std::vector<const ArchivedRun*> runs;
  for (const auto* side : {&a, &b}) {
    for (const ArchivedRun& run : *side) runs.push_back(&run);
  }
  for (size_t i = 0; i < runs.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      const std::string& id = runs[i]->stored.result.run_id;
      if (id.empty() || id != runs[k]->stored.result.run_id) continue;
      return LocalInvalidArgument({"compare: {} and {} are the same run ({}); name each run once",
                                   "compare：{} 和 {} 是同一次运行 ({})；每次运行只写一次"},
                                  Shown(runs[k]->dir, 200), Shown(runs[i]->dir, 200), Shown(id));
    }
  }
  return absl::OkStatus();
}

/// No run's intervals are held longer than for its own sample.
absl::StatusOr<std::vector<RunSample>> Samples(const std::vector<ArchivedRun>& runs, uint64_t seed,
                                               uint64_t first_stream) {
  std::vector<RunSample> samples;
  for (const ArchivedRun& run : runs) {
    const absl::StatusOr<std::optional<IntervalLog>> log = ReadIntervals(run.dir);
    if (!log.ok()) return log.status();
    samples.push_back(
        SampleOf(run.dir, run.stored.result, log->has_value() ? &**log : nullptr, seed, first_stream + samples.size()));
  }
  return samples;
}

absl::StatusOr<Comparison> CompareRuns(const CompareFlags& flags) {
  absl::StatusOr<std::vector<ArchivedRun>> a = ReadSide(flags.a);
  if (!a.ok()) return a.status();
  absl::StatusOr<std::vector<ArchivedRun>> b = ReadSide(flags.b);
  if (!b.ok()) return b.status();
  if (absl::Status distinct = CheckDistinct(*a, *b); !distinct.ok()) return distinct;
  const absl::StatusOr<Sides> sides = ChooseRuns(*std::move(a), *std::move(b), flags.force);
  if (!sides.ok()) return sides.status();
  const auto seed = static_cast<uint64_t>(flags.seed);
  absl::StatusOr<std::vector<RunSample>> samples_a = Samples(sides->a, seed, 0);
  if (!samples_a.ok()) return samples_a.status();
  absl::StatusOr<std::vector<RunSample>> samples_b = Samples(sides->b, seed, sides->a.size());
  if (!samples_b.ok()) return samples_b.status();
  Comparison comparison =
      Compare(*std::move(samples_a), *std::move(samples_b), {.min_change = flags.min_change, .seed = seed});
  comparison.remarks.insert(comparison.remarks.begin(), sides->remarks.begin(), sides->remarks.end());
  return comparison;
}

absl::Status WriteFiles(const CompareFlags& flags, const Comparison& comparison) {
  if (flags.out_dir.empty()) return absl::OkStatus();
  const std::pair<const char*, std::string> files[] = {{"compare.md", CompareMarkdown(flags.language, comparison)},
                                                       {"compare.json", CompareJson(comparison)},
                                                       {"compare.html", CompareHtml(flags.language, comparison)}};
  for (const auto& [name, content] : files) {
    const std::string path = flags.out_dir + "/" + name;
    const absl::Status written = WriteFile(path, content);
    if (!written.ok()) {
      return LocalStatus(absl::StatusCode::kUnavailable,
                         FillLocal({"cannot write {}: {}", "无法写入 {}：{}"}, path, written));
    }
  }
  return absl::OkStatus();
}

ExitCode Run(const CompareFlags& flags) {
  if (!flags.out_dir.empty()) {
    // Before the work: what cannot be kept is not worth it.
    if (absl::Status prepared = PrepareOutputDir(flags.out_dir); !prepared.ok())
      return FailWith(prepared, flags.language);
  }
  const absl::StatusOr<Comparison> comparison = CompareRuns(flags);
  if (!comparison.ok()) return FailWith(comparison.status(), flags.language);
  if (flags.json) Print(stdout, CompareJson(*comparison));
  FILE* people = flags.json ? stderr : stdout;
  Print(people, CompareTable(flags.language, *comparison));
  if (absl::Status written = WriteFiles(flags, *comparison); !written.ok()) return FailWith(written, flags.language);
  if (!flags.out_dir.empty())
    Print(people, Say(flags.language, Msg::kCompareFilesWritten, kFiles, flags.out_dir) + "\n");
  const bool worse = flags.fail_on == FailOn::kWorse && Has(*comparison, Answer::kWorse);
  return worse ? ExitCode::kServerFailed : ExitCode::kPassed;
}

}  // namespace

int CompareCommand(const std::vector<std::string>& args, const Environment& environment) {
  CompareFlags options;
  options.language = WantedLanguage(args, environment, "WSLOAD_COMPARE");
  FlagSet flags("wsload compare", "WSLOAD_COMPARE");
  BindFields(flags, Fields<CompareFlags>(kCompareFields), options);
  std::vector<std::string> words = args;
  std::replace(words.begin(), words.end(), std::string(kSidesEnd), kBetweenSides);
  absl::Status status = flags.Parse(words, environment);
  if (const auto answer = flags.Answer(kCompareIntro, /*always_full=*/true); status.ok() && answer.has_value()) {
    Print(stdout, *answer);
    return static_cast<int>(ExitCode::kPassed);
  }
  if (status.ok()) status = CheckFields(Fields<CompareFlags>(kCompareFields), options);
  if (status.ok()) status = TakeSides(flags.positional(), options);
  if (!status.ok()) return static_cast<int>(FailWith(status, options.language));
  PrintNotices(TextsIn(options.language, flags.notices()));
  return static_cast<int>(Run(options));
}

}  // namespace wsload
