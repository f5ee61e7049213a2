#include "controller/result/threshold_list.h"

#include <algorithm>
#include <utility>

#include "common/util/local_error.h"
#include "controller/result/threshold_stage.h"

namespace wsload {
namespace {

constexpr size_t kMaxThresholds = 64;

/// The fewest samples of which one lies beyond the percentile.
int64_t SamplesNeeded(const Threshold& threshold) {
  constexpr int64_t kAll = 100 * Threshold::kPercentileScale;
  const int64_t beyond = kAll - threshold.percentile;
  return beyond == 0 ? 1 : (kAll + beyond - 1) / beyond;
}

absl::Status CheckSamples(const Threshold& threshold, const RunPlan& plan) {
  const int64_t needed = SamplesNeeded(threshold);
  const bool of_connections = threshold.histogram == &Stats::connect;
  const bool of_messages = threshold.histogram == &Stats::response || threshold.histogram == &Stats::service ||
                           threshold.histogram == &Stats::send_lag;
  if (of_connections && needed > WellBehavedClients(plan)) {
    return LocalInvalidArgument(
        {"-threshold={}: takes at least {} connections, and {} are planned; raise -clients, or write "
         "connect_max",
         "-threshold={}：至少需要 {} 个连接，而计划只有 {} 个；请提高 -clients，或写 connect_max"},
        threshold.expression, needed, WellBehavedClients(plan));
  }
  // How many come outside of it nobody knows before.
  if (!of_messages || threshold.phase.value_or(Phase::kMeasure) != Phase::kMeasure) return absl::OkStatus();
  if (plan.model == LoadModel::kClosed) return absl::OkStatus();
  const int64_t messages = PlannedFor(threshold, plan).messages;
  if (needed > messages) {
    return LocalInvalidArgument(
        {"-threshold={}: takes at least {} messages, and {} are planned; raise -mps or -duration, or "
         "name a lower percentile",
         "-threshold={}：至少需要 {} 条消息，而计划只有 {} 条；请提高 -mps 或 -duration，或换用更低的百分位"},
        threshold.expression, needed, messages);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ThresholdList> ThresholdList::Parse(std::string_view text) {
  ThresholdList list;
  if (text.find_first_not_of(" \t") == std::string_view::npos) return list;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    absl::StatusOr<Threshold> threshold = Threshold::Parse(text.substr(begin, end - begin));
    begin = end + 1;
    if (!threshold.ok()) return threshold.status();
    const std::string& expression = threshold->expression;
    if (std::any_of(list.thresholds_.begin(), list.thresholds_.end(),
                    [&](const Threshold& other) { return other.expression == expression; })) {
      return LocalInvalidArgument({"{} is there twice; leave one out", "{} 出现了两次；请去掉一个"}, expression);
    }
    if (list.thresholds_.size() == kMaxThresholds)
      return LocalInvalidArgument({"at most {} of them", "最多 {} 个"}, kMaxThresholds);
    list.text_.append(list.text_.empty() ? "" : ",").append(expression);
    list.thresholds_.push_back(*std::move(threshold));
  }
  return list;
}

absl::Status ThresholdList::CheckAgainst(const RunPlan& plan) const {
  for (const Threshold& threshold : thresholds_) {
    if (threshold.IsOfStamps() && plan.push == PushMode::kOff) {
      return LocalInvalidArgument({"-threshold={}: is known of stamped messages alone; add -push=stamp and -to",
                                   "-threshold={}：只有带标记的消息才能得知；请加上 -push=stamp 和 -to"},
                                  threshold.expression);
    }
    if (absl::Status known = CheckStage(threshold, plan); !known.ok()) return known;
    if (plan.model == LoadModel::kClosed && threshold.IsLatency() &&
        (threshold.histogram == &Stats::response || threshold.histogram == &Stats::send_lag)) {
      return LocalInvalidArgument(
          {"-threshold={}: with -model=closed nothing has a due time, and there is no response "
           "time or send lag; write for example service_p(99)<200ms, or use -model=open",
           "-threshold={}：-model=closed 时消息没有应发时刻，也就没有响应时间和发送滞后；请写例如 "
           "service_p(99)<200ms，或使用 -model=open"},
          threshold.expression);
    }
    if (threshold.figure == Threshold::Figure::kPercentile) {
      if (absl::Status enough = CheckSamples(threshold, plan); !enough.ok()) return enough;
    }
    if (threshold.figure != Threshold::Figure::kRate || threshold.IsUpperBound()) continue;
    if (plan.model == LoadModel::kClosed) continue;
    const double planned = PlannedFor(threshold, plan).per_s;
    const bool beyond =
        threshold.comparison == Relation::kMore ? threshold.bound >= planned : threshold.bound > planned;
    if (plan.model == LoadModel::kOpen && beyond) {
      return LocalInvalidArgument({"-threshold={}: the plan sends {}/s; raise -mps, or lower the bound",
                                   "-threshold={}：计划每秒只发送 {} 条；请提高 -mps，或降低界限"},
                                  threshold.expression, planned);
    }
  }
  return absl::OkStatus();
}

}  // namespace wsload
