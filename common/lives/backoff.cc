#include "common/lives/backoff.h"

#include <algorithm>

#include "common/lives/lot.h"
#include "common/time/duration.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {

absl::StatusOr<Backoff> Backoff::Parse(std::string_view text) {
  constexpr std::string_view kTo = "..";
  Backoff backoff;
  const std::string_view trimmed = Trimmed(text);
  if (trimmed.empty() || trimmed == "off") return backoff;
  const size_t to = trimmed.find(kTo);
  const absl::StatusOr<int64_t> least_ns = ParseDuration(Trimmed(trimmed.substr(0, to)));
  const absl::StatusOr<int64_t> most_ns =
      to == std::string_view::npos ? least_ns : ParseDuration(Trimmed(trimmed.substr(to + kTo.size())));
  if (!least_ns.ok() || !most_ns.ok() || *least_ns <= 0 || *most_ns < *least_ns || *most_ns > kMostNs) {
    return LocalInvalidArgument(
        {"want the first wait and the longest, more than 0 and at most 1h; for example "
         "500ms..30s, or off",
         "应为首次等待和最长等待的时长，大于 0 且不超过 1h；例如 500ms..30s，或 off"});
  }
  backoff.least_ns_ = *least_ns;
  backoff.most_ns_ = *most_ns;
  return backoff;
}

std::string Backoff::text() const {
  if (off()) return {};
  if (least_ns_ == most_ns_) return FormatDuration(most_ns_);
  return fmt::format("{}..{}", FormatDuration(least_ns_), FormatDuration(most_ns_));
}

int64_t Backoff::WaitNs(int attempt, uint64_t lot) const {
  int64_t bound_ns = least_ns_;
  for (int doubled = 0; doubled < attempt && bound_ns < most_ns_; ++doubled) bound_ns *= 2;
  return static_cast<int64_t>(UnitOf(lot) * static_cast<double>(std::min(bound_ns, most_ns_)));
}

}  // namespace wsload
