#include "controller/commands/find_max_flags.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "common/flags/flag_values.h"
#include "common/util/local_error.h"
#include "common/util/status.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr int64_t kMostClients = 100'000'000;
constexpr int64_t kMostRate = 100'000'000;

absl::StatusOr<double> ParseShareBelowOne(std::string_view text) {
  std::string_view number = text;
  const bool percent = number.ends_with('%');
  if (percent) number.remove_suffix(1);
  const absl::StatusOr<double> value = ParseDouble(number);
  const double share = value.ok() ? *value / (percent ? 100 : 1) : -1;
  if (!(share >= 0) || share >= 1)
    return LocalInvalidArgument({"want a share below 1, for example 0.5 or 50%", "应为小于 1 的份额，例如 0.5 或 50%"});
  return share;
}

absl::StatusOr<double> ParseWidth(std::string_view text) {
  const absl::StatusOr<double> share = ParseShareBelowOne(text);
  if (!share.ok() || !(*share >= 0.0001) || *share > 0.5) {
    return LocalInvalidArgument({"want a share from 0.01% to 50%, for example 1%", "应为 0.01% 到 50%，例如 1%"});
  }
  return share;
}

std::string ShareText(double share) { return fmt::format("{:g}", share); }
std::string WidthText(double share) { return fmt::format("{:g}%", share * 100); }

constexpr Field<FindMaxFlags> kFindMaxFields[] = {
    {MemberOf<&FindMaxFlags::find>(),
     {.name = "find",
      .flag = "find",
      .help = {"what is to be as high as possible: rate (-mps) or clients", "要找的最大值：rate（-mps）或 clients"},
      .in_short_help = true,
      .example = "clients"}},
    {MemberOf<&FindMaxFlags::min_rate>(),
     {.name = "min_rate",
      .flag = "min-rate",
      .help = {"lowest rate to try; 0: as low as the thresholds can be judged",
               "尝试的最低速率；0 表示低到阈值仍可判定"},
      .in_short_help = true,
      .unit = Unit::kCount,
      .least = 1,
      .most = kMostRate,
      .or_zero = true,
      .example = "1k"}},
    {MemberOf<&FindMaxFlags::max_rate>(),
     {.name = "max_rate",
      .flag = "max-rate",
      .help = {"highest rate to try; 0: doubles until it is too much", "尝试的最高速率；0 表示一直加倍到超出为止"},
      .in_short_help = true,
      .unit = Unit::kCount,
      .least = 1,
      .most = kMostRate,
      .or_zero = true,
      .example = "50k"}},
    {MemberOf<&FindMaxFlags::min_clients>(),
     {.name = "min_clients",
      .flag = "min-clients",
      .help = {"likewise, with -find=clients", "同上，用于 -find=clients"},
      .unit = Unit::kCount,
      .least = 1,
      .most = kMostClients,
      .or_zero = true,
      .example = "1k"}},
    {MemberOf<&FindMaxFlags::max_clients>(),
     {.name = "max_clients",
      .flag = "max-clients",
      .help = {"likewise, with -find=clients", "同上，用于 -find=clients"},
      .unit = Unit::kCount,
      .least = 1,
      .most = kMostClients,
      .or_zero = true,
      .example = "50k"}},
    {MemberOf<&FindMaxFlags::goal_duration_ns>(),
     {.name = "goal_duration_ns",
      .flag = "goal-duration",
      .help = {"of the trials that settle a load", "用于最终判定的每次试验的时长"},
      .in_short_help = true,
      .unit = Unit::kNanoseconds,
      .least = 100 * kNsPerMs,
      .most = 24 * 3600 * kNsPerSecond,
      .example = "20s"}},
    {MemberOf<&FindMaxFlags::goal_duration_sum_ns>(),
     {.name = "goal_duration_sum_ns",
      .flag = "goal-duration-sum",
      .help = {"of such trials at one load, when they do not agree", "同一负载下试验不一致时的总时长"},
      .unit = Unit::kNanoseconds,
      .least = 100 * kNsPerMs,
      .most = 24 * 3600 * kNsPerSecond,
      .example = "60s"}},
    {MemberOf<&FindMaxFlags::first_duration_ns>(),
     {.name = "first_duration_ns",
      .flag = "first-duration",
      .help = {"of the first trials, which look for the neighbourhood", "最初用于定位大致范围的试验的时长"},
      .unit = Unit::kNanoseconds,
      .least = 100 * kNsPerMs,
      .most = 24 * 3600 * kNsPerSecond,
      .example = "2s"}},
    {TextMemberOf<&FindMaxFlags::goal_exceed, ParseShareBelowOne, ShareText>(),
     {.name = "goal_exceed",
      .flag = "goal-exceed",
      .help = {"share of a load's trials that may break a threshold", "同一负载下允许不满足阈值的试验所占份额"},
      .example = "0.5"}},
    {TextMemberOf<&FindMaxFlags::goal_width, ParseWidth, WidthText>(),
     {.name = "goal_width",
      .flag = "goal-width",
      .help = {"how close the two bounds are at the end", "搜索结束时上下界的接近程度"},
      .in_short_help = true,
      .example = "2%"}},
    {MemberOf<&FindMaxFlags::find_timeout_ns>(),
     {.name = "find_timeout_ns",
      .flag = "find-timeout",
      .help = {"for everything; then the best bounds are told as they are", "全部试验的最长时间；到时给出当前的上下界"},
      .in_short_help = true,
      .unit = Unit::kNanoseconds,
      .least = kNsPerSecond,
      .most = 24 * 3600 * kNsPerSecond,
      .example = "10m"}},
    {MemberOf<&FindMaxFlags::after_overload>(),
     {.name = "after_overload",
      .flag = "after-overload",
      .help = {"at the end: overload it by half, then try nine tenths of what holds",
               "最后先过载一半，再试可承受负载的九成"}}},
};

std::string_view FlagOf(FindVariable variable, bool least) {
  if (variable == FindVariable::kRate) return least ? "min-rate" : "max-rate";
  return least ? "min-clients" : "max-clients";
}

}  // namespace

Fields<FindMaxFlags> FindMaxFields() { return kFindMaxFields; }

RunPlan TrialPlan(const RunPlan& plan, FindVariable variable, int64_t load, int64_t duration_ns) {
  RunPlan trial = plan;
  if (variable == FindVariable::kRate) {
    trial.mps = load;
  } else {
    trial.clients = load;
  }
  trial.duration_ns = duration_ns;
  return trial;
}

absl::StatusOr<MaxSearchOptions> SearchOptionsOf(const FindMaxFlags& flags, const RunPlan& plan,
                                                 const ThresholdList& thresholds) {
  const bool of_rate = flags.find == FindVariable::kRate;
  const int64_t wanted_least = of_rate ? flags.min_rate : flags.min_clients;
  const int64_t wanted_most = of_rate ? flags.max_rate : flags.max_clients;
  if (flags.goal_duration_sum_ns < flags.goal_duration_ns) {
    return LocalInvalidArgument({"-goal-duration-sum: is less than -goal-duration, which is one trial; raise it",
                                 "-goal-duration-sum：小于单次试验的 -goal-duration；请提高"});
  }
  if (wanted_most > 0 && wanted_least > wanted_most) {
    return LocalInvalidArgument({"-{}={}: is more than -{}={}; exchange the two", "-{}={}：大于 -{}={}；请对调"},
                                FlagOf(flags.find, true), wanted_least, FlagOf(flags.find, false), wanted_most);
  }
  MaxSearchOptions options;
  options.goal = {.final_trial_duration_ns = flags.goal_duration_ns,
                  .duration_sum_ns = flags.goal_duration_sum_ns,
                  .exceed_ratio = flags.goal_exceed,
                  .width = flags.goal_width};
  options.first_trial_duration_ns = std::min(flags.first_duration_ns, flags.goal_duration_ns);
  options.most_load = wanted_most > 0 ? wanted_most : of_rate ? kMostRate : kMostClients;
  options.least_load = std::max<int64_t>(wanted_least, 1);
  const auto fits = [&](int64_t load) {
    return thresholds.CheckAgainst(TrialPlan(plan, flags.find, load, options.first_trial_duration_ns));
  };
  const absl::Status judged = fits(wanted_least > 0 ? wanted_least : options.most_load);
  if (judged.ok() && wanted_least == 0) {
    // What can be judged at one load can be at all above it.
    int64_t high = options.most_load;
    while (options.least_load < high) {
      const int64_t middle = options.least_load + (high - options.least_load) / 2;
      if (fits(middle).ok()) {
        high = middle;
      } else {
        options.least_load = middle + 1;
      }
    }
  }
  if (!judged.ok()) {
    return LocalInvalidArgument({"{} (of the shortest trial, with -first-duration; raise that, or -{})",
                                 "{}（针对 -first-duration 的最短试验；请提高它或 -{}）"},
                                judged, FlagOf(flags.find, true));
  }
  const int64_t first_load = of_rate ? std::llround(plan.mps.per_second()) : plan.clients;
  options.first_load = std::clamp(first_load, options.least_load, options.most_load);
  options.timeout_ns = flags.find_timeout_ns;
  options.after_overload = flags.after_overload;
  return options;
}

}  // namespace wsload
