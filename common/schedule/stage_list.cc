#include "common/schedule/stage_list.h"

#include <algorithm>

#include "common/time/duration.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr size_t kMostNameBytes = 64;

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= kMostNameBytes && std::all_of(text.begin(), text.end(), IsNameCharacter);
}

absl::StatusOr<Stage> ParseStage(std::string_view text) {
  Stage stage;
  std::string_view rest = text;
  if (const size_t equals = rest.find('='); equals != std::string_view::npos) {
    const std::string_view name = Trimmed(rest.substr(0, equals));
    if (!IsName(name)) {
      return LocalInvalidArgument({"{}: a name has at most {} letters, digits, '-' or '_'; for example peak=5m:5000",
                                   "{}：名称最多 {} 个字母、数字、“-”或“_”；例如 peak=5m:5000"},
                                  Shown(text), kMostNameBytes);
    }
    stage.name = name;
    rest.remove_prefix(equals + 1);
  }
  const size_t colon = rest.find(':');
  if (colon == std::string_view::npos) {
    return LocalInvalidArgument({"{}: want a duration and a rate; for example 30s:1000, or 5m:@5000 for a jump",
                                 "{}：应为时长和速率；例如 30s:1000，跳变则写 5m:@5000"},
                                Shown(text));
  }
  const absl::StatusOr<int64_t> duration_ns = ParseDuration(Trimmed(rest.substr(0, colon)));
  if (!duration_ns.ok() || *duration_ns <= 0) {
    return LocalInvalidArgument({"{}: not a duration of more than 0; write for example 30s:1000 or 1m30s:1000",
                                 "{}：时长须大于 0；例如 30s:1000 或 1m30s:1000"},
                                Shown(text));
  }
  stage.duration_ns = *duration_ns;
  std::string_view rate = Trimmed(rest.substr(colon + 1));
  if (rate.starts_with('@')) {
    stage.jump = true;
    rate.remove_prefix(1);
  }
  const absl::StatusOr<Rate> to = Rate::Parse(rate);
  if (!to.ok()) return LocalInvalidArgument({"{}: {}", "{}：{}"}, Shown(text), to.status());
  stage.to = *to;
  return stage;
}

}  // namespace

absl::StatusOr<StageList> StageList::Parse(std::string_view text) {
  StageList list;
  if (Trimmed(text).empty()) return list;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    absl::StatusOr<Stage> stage = ParseStage(Trimmed(text.substr(begin, end - begin)));
    begin = end + 1;
    if (!stage.ok()) return stage.status();
    if (list.stages_.size() == kMostStages) {
      return LocalInvalidArgument({"at most {} stages", "最多 {} 个阶段"}, kMostStages);
    }
    const auto same_name = [&](const Stage& other) { return !stage->name.empty() && other.name == stage->name; };
    if (std::any_of(list.stages_.begin(), list.stages_.end(), same_name)) {
      return LocalInvalidArgument({"two stages are named {}; give each a name of its own, or none",
                                   "有两个阶段名为 {}；请使用不同的名称，或不命名"},
                                  stage->name);
    }
    if (stage->duration_ns > kMostNs - list.duration_ns_) {
      return LocalInvalidArgument({"{} in all is the most", "合计不得超过 {}"}, FormatDuration(kMostNs));
    }
    list.duration_ns_ += stage->duration_ns;
    list.text_ +=
        fmt::format("{}{}{}{}:{}{}", list.text_.empty() ? "" : ",", stage->name, stage->name.empty() ? "" : "=",
                    FormatDuration(stage->duration_ns), stage->jump ? "@" : "", stage->to.text());
    list.stages_.push_back(*std::move(stage));
  }
  return list;
}

}  // namespace wsload
