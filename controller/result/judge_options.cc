#include "controller/result/judge_options.h"

#include "common/time/clock.h"
#include "common/time/duration.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr char kNever[] = "off";

constexpr Field<JudgeOptions> kJudgeFields[] = {
    {MemberOf<&JudgeOptions::thresholds>(),
     {.name = "thresholds",
      .flag = "threshold",
      .is_list = true,
      .help = {"what the run is judged by, 'p(99)<200ms'", "判定压测的阈值，如 'p(99)<200ms'"},
      .in_short_help = true,
      .example = "'p(99)<200ms'"}},
    {MemberOf<&JudgeOptions::abort_on_fail>(),
     {.name = "abort_on_fail",
      .flag = "abort-on-fail",
      .if_true = "10s",
      .if_false = kNever,
      .help = {"stop when a threshold has been broken for this long (alone: 10s)",
               "阈值持续未达标超过该时长即停止压测（单写为 10s）"},
      .example = "10s"}},
    {MemberOf<&JudgeOptions::accept>(),
     {.name = "accept",
      .flag = "accept",
      .help = {"generator-limited: kept thresholds pass although the generator was late; or nothing",
               "generator-limited：压测端受限时，达标的阈值仍算通过；或 nothing"},
      .example = "generator-limited"}},
};

}  // namespace

absl::StatusOr<AbortOnFail> AbortOnFail::Parse(std::string_view text) {
  constexpr int64_t kShortestNs = kNsPerSecond;
  constexpr int64_t kLongestNs = 24 * 3600 * kNsPerSecond;
  AbortOnFail abort;
  if (AsciiLower(text) == kNever) return abort;
  const absl::StatusOr<int64_t> after_ns = ParseDuration(text);
  if (!after_ns.ok()) return after_ns.status();
  if (*after_ns < kShortestNs || *after_ns > kLongestNs) {
    return LocalInvalidArgument(
        {"must be from 1s to 24h, or off; for example 10s", "必须在 1s 到 24h 之间，或 off；例如 10s"});
  }
  abort.after_ns_ = *after_ns;
  return abort;
}

std::string AbortOnFail::text() const { return after_ns_ == 0 ? kNever : FormatDuration(after_ns_); }

Fields<JudgeOptions> JudgeFields() { return kJudgeFields; }

}  // namespace wsload
