#include "controller/compare/sides.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "common/flags/bind_fields.h"
#include "common/plan/plan_fields.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr std::string_view kServerName = "server";

std::vector<ArchivedRun> OnlyValid(std::vector<ArchivedRun> runs, std::vector<Statement>& remarks) {
  std::erase_if(runs, [&](const ArchivedRun& run) {
    const RunResult& result = run.stored.result;
    const bool valid = result.error.ok() && result.verdict == Verdict::kValid && !result.interrupted;
    if (valid) return false;
    const LocalString why = !result.error.ok()                  ? LocalString("error", "运行失败")
                            : result.verdict != Verdict::kValid ? LocalString(NameOf(result.verdict))
                                                                : LocalString("interrupted", "运行被中断");
    remarks.push_back({StatementKind::kRunLeftOut, {run.dir, why}});
    return true;
  });
  return runs;
}

std::string Headers(const HeaderList& headers) {
  std::string text;
  for (const auto& [name, value] : headers) text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", name, value);
  return text;
}

std::string SettingText(const FieldInfo& info, const FieldValue& value) {
  if (const auto* headers = std::get_if<HeaderList>(&value)) return Shown(Headers(*headers));
  return Shown(FormatValue(info, value));
}

/// The first of `runs` whose value is not that of `first`; null: they are alike.
template <typename ValueOf>
const ArchivedRun* FirstOther(const ArchivedRun& first, const std::vector<const ArchivedRun*>& runs, ValueOf&& of) {
  const auto other = std::find_if(runs.begin(), runs.end(), [&](const auto* run) { return of(*run) != of(first); });
  return other == runs.end() ? nullptr : *other;
}

/// A remark for each setting that differs; the server's apart, among `remarks`.
std::vector<Statement> Differences(const std::vector<const ArchivedRun*>& runs, std::vector<Statement>& remarks) {
  std::vector<Statement> differences;
  const ArchivedRun& first = *runs.front();
  for (const Field<RunPlan>& field : PlanFields()) {
    // Another draw of the same load is no other load.
    if (field.info.exposure == Exposure::kSecret || std::string_view(field.info.name) == "seed") continue;
    const auto value_of = [&](const ArchivedRun& run) { return field.member.get(run.stored.result.plan); };
    const ArchivedRun* other = FirstOther(first, runs, value_of);
    if (other == nullptr) continue;
    const auto shown = [&](const ArchivedRun& run) { return SettingText(field.info, value_of(run)); };
    auto& list = field.info.name == kServerName ? remarks : differences;
    list.push_back(
        {StatementKind::kSettingDiffers, {ResultName(field.info), shown(first), first.dir, shown(*other), other->dir}});
  }
  return differences;
}

void RemarkGenerators(const std::vector<const ArchivedRun*>& runs, std::vector<Statement>& remarks) {
  const ArchivedRun& first = *runs.front();
  const auto agents_of = [](const ArchivedRun& run) { return std::to_string(run.stored.result.agents.size()); };
  const auto version_of = [](const ArchivedRun& run) { return run.stored.wsload_version; };
  const auto remark = [&](const char* what, auto&& value_of) {
    if (const ArchivedRun* other = FirstOther(first, runs, value_of); other != nullptr) {
      remarks.push_back({StatementKind::kSettingDiffers,
                         {what, Shown(value_of(first)), first.dir, Shown(value_of(*other)), other->dir}});
    }
  };
  remark("agents", agents_of);
  remark("wsload_version", version_of);
}

}  // namespace

absl::StatusOr<Sides> ChooseRuns(std::vector<ArchivedRun> a, std::vector<ArchivedRun> b, bool force) {
  Sides sides;
  sides.a = OnlyValid(std::move(a), sides.remarks);
  sides.b = OnlyValid(std::move(b), sides.remarks);
  if (sides.a.empty() || sides.b.empty()) {
    LocalString lines;
    for (const Statement& remark : sides.remarks) {
      lines += StatementLines(remark);
      lines += {"; ", "；"};
    }
    return LocalStatus(absl::StatusCode::kUnavailable,
                       FillLocal({"compare: {}no run is left on side {}: repeat what was measured",
                                  "compare：{}{} 侧没有可用的运行：请重新压测"},
                                 lines, sides.a.empty() ? "A" : "B"));
  }
  std::vector<const ArchivedRun*> runs;
  for (const auto* side : {&sides.a, &sides.b}) {
    for (const ArchivedRun& run : *side) runs.push_back(&run);
  }
  const auto model_of = [](const ArchivedRun& run) { return run.stored.result.plan.model; };
  if (const ArchivedRun* other = FirstOther(*runs.front(), runs, model_of); other != nullptr) {
    return LocalInvalidArgument(
        {"compare: {} and {} are runs of another -model each: a closed loop sends a slow server "
         "less, and has no response time; nothing of them compares",
         "compare：{} 与 {} 的 -model 不同：闭环对变慢的服务器发送更少，也没有响应时间；二者无法比较"},
        runs.front()->dir, other->dir);
  }
  const std::vector<Statement> differences = Differences(runs, sides.remarks);
  RemarkGenerators(runs, sides.remarks);
  if (!differences.empty() && !force) {
    LocalString lines;
    for (const Statement& difference : differences) {
      lines += {"; ", "；"};
      lines += StatementLines(difference);
    }
    return LocalInvalidArgument({"compare: the runs had different loads{}; compare runs of one plan, or add -force",
                                 "compare：各次运行的负载不同{}；请比较同一计划的运行，或加上 -force"},
                                lines);
  }
  sides.remarks.insert(sides.remarks.end(), differences.begin(), differences.end());
  return sides;
}

}  // namespace wsload
