#include "common/lives/awkward_list.h"

#include <algorithm>
#include <numeric>

#include "common/time/duration.h"
#include "common/util/local_error.h"
#include "common/util/size_text.h"
#include "common/util/text.h"

namespace wsload {
namespace {

absl::Status WantAwkward(std::string_view text) {
  return LocalInvalidArgument({"{}: want a kind and a share, bad-token, expired-token, no-ack, cut, slow-read or "
                               "split-frame; for example no-ack:5%, slow-read:1%:1KB/s or split-frame:5%:3s",
                               "{}：应为种类和比例，种类为 bad-token、expired-token、no-ack、cut、slow-read 或 "
                               "split-frame；例如 no-ack:5%、slow-read:1%:1KB/s 或 split-frame:5%:3s"},
                              Shown(text));
}

/// "1KB/s", "1k".
absl::StatusOr<int64_t> ParseBytesPerS(std::string_view text) {
  if (text.ends_with("/s")) text.remove_suffix(2);
  if (text.ends_with('B') || text.ends_with('b')) text.remove_suffix(1);
  return ParseSize(text);
}

absl::Status ReadParameter(std::string_view text, Awkward& awkward) {
  if (awkward.kind == AwkwardKind::kSlowRead) {
    const absl::StatusOr<int64_t> bytes = ParseBytesPerS(text);
    if (!bytes.ok() || *bytes < 1 || *bytes > AwkwardList::kMostBytesPerS) {
      return LocalInvalidArgument({"{}: want 1 to {} bytes a second; for example slow-read:1%:1KB/s",
                                   "{}：应为每秒 1 到 {} 字节；例如 slow-read:1%:1KB/s"},
                                  Shown(text), AwkwardList::kMostBytesPerS);
    }
    awkward.bytes_per_s = *bytes;
    return absl::OkStatus();
  }
  const absl::StatusOr<int64_t> pause_ns = ParseDuration(text);
  if (!pause_ns.ok() || *pause_ns < 1 || *pause_ns > AwkwardList::kMostPauseNs) {
    return LocalInvalidArgument({"{}: want a pause of more than 0 and at most {}; for example split-frame:5%:3s",
                                 "{}：停顿应大于 0 且不超过 {}；例如 split-frame:5%:3s"},
                                Shown(text), FormatDuration(AwkwardList::kMostPauseNs));
  }
  awkward.pause_ns = *pause_ns;
  return absl::OkStatus();
}

absl::StatusOr<Awkward> ParseAwkward(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return WantAwkward(text);
  const absl::StatusOr<AwkwardKind> kind = ParseChoice<AwkwardKind>(Trimmed(text.substr(0, colon)));
  std::string_view share = text.substr(colon + 1);
  const size_t second = share.find(':');
  const absl::StatusOr<Share> part = Share::Parse(share.substr(0, second));
  if (!kind.ok() || !part.ok() || part->millionths() == 0) return WantAwkward(text);
  Awkward awkward{.kind = *kind, .share = *part};
  if (awkward.kind == AwkwardKind::kSlowRead) awkward.bytes_per_s = AwkwardList::kSlowBytesPerS;
  if (awkward.kind == AwkwardKind::kSplitFrame) awkward.pause_ns = AwkwardList::kPauseNs;
  if (second == std::string_view::npos) return awkward;
  if (awkward.bytes_per_s == 0 && awkward.pause_ns == 0) return WantAwkward(text);
  if (absl::Status read = ReadParameter(Trimmed(share.substr(second + 1)), awkward); !read.ok()) return read;
  return awkward;
}

std::string TextOf(const Awkward& awkward) {
  std::string text = fmt::format("{}:{}", NameOf(awkward.kind), awkward.share.text());
  if (awkward.bytes_per_s > 0) text += fmt::format(":{}/s", FormatSize(awkward.bytes_per_s));
  if (awkward.pause_ns > 0) text += ":" + FormatDuration(awkward.pause_ns);
  return text;
}

/// So many of the places come before what is as much of all as this.
int64_t Before(int64_t millionths, int64_t places) { return (places * millionths + Share::kWhole / 2) / Share::kWhole; }

/// Prime to `places`, and near their golden section: its multiples are spread evenly.
int64_t StepOf(int64_t places) {
  int64_t step = std::max<int64_t>(1, places * 618 / 1000);
  while (std::gcd(step, places) != 1) ++step;
  return step;
}

}  // namespace

absl::StatusOr<AwkwardList> AwkwardList::Parse(std::string_view text) {
  AwkwardList list;
  if (Trimmed(text).empty()) return list;
  int64_t millionths = 0;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const absl::StatusOr<Awkward> awkward = ParseAwkward(Trimmed(text.substr(begin, end - begin)));
    begin = end + 1;
    if (!awkward.ok()) return awkward.status();
    if (list.Has(awkward->kind)) {
      return LocalInvalidArgument({"{} is there twice; give every kind once", "{} 出现了两次；每种只写一次"},
                                  NameOf(awkward->kind));
    }
    millionths += awkward->share.millionths();
    if (millionths > Share::kWhole) {
      return LocalInvalidArgument(
          {"the shares add up to more than 100%; make them smaller", "各比例之和超过 100%；请减小它们"});
    }
    list.text_ += (list.text_.empty() ? "" : ",") + TextOf(*awkward);
    list.list_.push_back(*awkward);
  }
  return list;
}

bool AwkwardList::Has(AwkwardKind kind) const {
  return std::any_of(list_.begin(), list_.end(), [kind](const Awkward& each) { return each.kind == kind; });
}

const Awkward* AwkwardList::At(int64_t place, int64_t places) const {
  if (list_.empty()) return nullptr;
  const int64_t spread = place * StepOf(places) % places;
  int64_t millionths = 0;
  for (const Awkward& each : list_) {
    millionths += each.share.millionths();
    if (spread < Before(millionths, places)) return &each;
  }
  return nullptr;
}

int64_t AwkwardList::CountOf(size_t index, int64_t places) const {
  int64_t millionths = 0;
  for (size_t before = 0; before < index; ++before) millionths += list_[before].share.millionths();
  return Before(millionths + list_[index].share.millionths(), places) - Before(millionths, places);
}

int64_t AwkwardList::Count(int64_t places) const {
  int64_t millionths = 0;
  for (const Awkward& each : list_) millionths += each.share.millionths();
  return Before(millionths, places);
}

}  // namespace wsload
