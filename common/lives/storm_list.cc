#include "common/lives/storm_list.h"

#include <algorithm>

#include "common/time/duration.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

absl::Status WantStorm(std::string_view text) {
  return LocalInvalidArgument({"{}: want a time and a share; for example 60s:50%, or 60s:50%:close to leave in order",
                               "{}：应为时刻和比例；例如 60s:50%，正常关闭则写 60s:50%:close"},
                              Shown(text));
}

absl::StatusOr<Storm> ParseStorm(std::string_view text) {
  Storm storm;
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return WantStorm(text);
  std::string_view share = text.substr(colon + 1);
  if (const size_t second = share.find(':'); second != std::string_view::npos) {
    if (Trimmed(share.substr(second + 1)) != "close") return WantStorm(text);
    storm.in_order = true;
    share = share.substr(0, second);
  }
  const absl::StatusOr<int64_t> offset_ns = ParseDuration(Trimmed(text.substr(0, colon)));
  if (!offset_ns.ok() || *offset_ns < 0) return WantStorm(text);
  const absl::StatusOr<Share> part = Share::Parse(share);
  if (!part.ok() || part->millionths() == 0) return WantStorm(text);
  storm.offset_ns = *offset_ns;
  storm.share = *part;
  return storm;
}

}  // namespace

absl::StatusOr<StormList> StormList::Parse(std::string_view text) {
  StormList list;
  if (Trimmed(text).empty()) return list;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const absl::StatusOr<Storm> storm = ParseStorm(Trimmed(text.substr(begin, end - begin)));
    begin = end + 1;
    if (!storm.ok()) return storm.status();
    if (list.storms_.size() == kMostStorms) {
      return LocalInvalidArgument({"at most {} storms", "最多 {} 次断线风暴"}, kMostStorms);
    }
    if (!list.storms_.empty() && storm->offset_ns <= list.storms_.back().offset_ns) {
      return LocalInvalidArgument(
          {"{} comes after {}; give them in the order of time", "{} 排在 {} 之后；请按时间先后给出"},
          FormatDuration(storm->offset_ns), FormatDuration(list.storms_.back().offset_ns));
    }
    list.text_ += fmt::format("{}{}:{}{}", list.text_.empty() ? "" : ",", FormatDuration(storm->offset_ns),
                              storm->share.text(), storm->in_order ? ":close" : "");
    list.storms_.push_back(*storm);
  }
  return list;
}

}  // namespace wsload
