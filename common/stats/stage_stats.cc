#include "common/stats/stage_stats.h"

#include <algorithm>
#include <utility>

#include "common/stats/figure_list.h"
#include "common/util/local_error.h"

namespace wsload {
namespace {

/// Whether it is one of a message's beginning or end.
bool IsOfMessages(const CounterInfo& row) {
  return row.group == CounterInfo::Group::kFailures || row.field == &Counters::scheduled ||
         row.field == &Counters::success || row.field == &Counters::unsent || row.field == &Counters::retries ||
         row.field == &Counters::success_by_retry;
}

constexpr std::pair<const char*, Histogram Stats::*> kTimesOfMessages[] = {
    {"response", &Stats::response},
    {"service", &Stats::service},
    {"send_lag", &Stats::send_lag},
};

}  // namespace

Stats& StageOf(StatsByStage& stages, int32_t stage) {
  auto place = std::lower_bound(stages.begin(), stages.end(), stage,
                                [](const StageStats& entry, int32_t wanted) { return entry.stage < wanted; });
  if (place == stages.end() || place->stage != stage) place = stages.insert(place, {stage, {}});
  return place->stats;
}

void MergeStages(StatsByStage& stages, const StatsByStage& more) {
  for (const StageStats& each : more) StageOf(stages, each.stage).Merge(each.stats);
}

const Stats* WarmUpOf(const StatsByStage& stages, const StageLayout& layout) {
  return !stages.empty() && layout.IsWarmUp(stages.front().stage) ? &stages.front().stats : nullptr;
}

const Stats* AwkwardOf(const StatsByStage& stages) {
  return !stages.empty() && stages.back().stage == kAwkwardPlace ? &stages.back().stats : nullptr;
}

absl::Status CheckStages(const StatsByStage& stages, const StageLayout& layout, const Stats& whole) {
  Stats sum;
  int32_t before = -1;
  for (const StageStats& each : stages) {
    if (each.stage == kAwkwardPlace && layout.awkward && before != kAwkwardPlace) {
      before = each.stage;
      continue;
    }
    if (!layout.Apart(each.stage)) {
      return LocalInvalidArgument({"{} stages of a plan that has none", "计划没有阶段，却有 {} 个"}, stages.size());
    }
    if (each.stage <= before || each.stage >= layout.count) {
      return LocalInvalidArgument({"stage {} after stage {} of {}", "阶段 {} 在阶段 {} 之后，共 {} 个"}, each.stage,
                                  before, layout.count);
    }
    before = each.stage;
    if (!layout.IsWarmUp(each.stage)) {
      sum.Merge(each.stats);
    } else if (each.stats.counters.connections != ConnectionCounters{} || each.stats.connect.count() > 0) {
      return LocalInvalidArgument(
          {"connections of the warm-up, which are the run's", "预热阶段计入了连接，而连接属于整个运行"});
    }
  }
  if (!layout.Apart(layout.count - 1)) return absl::OkStatus();
  for (const CounterInfo& row : kCounters) {
    if (!IsOfMessages(row) || sum.counters.*row.field == whole.counters.*row.field) continue;
    return LocalInvalidArgument({"{} is {}, and {} over all stages", "{} 为 {}，而各阶段之和为 {}"}, row.name.member,
                                whole.counters.*row.field, sum.counters.*row.field);
  }
  for (const auto& [name, histogram] : kTimesOfMessages) {
    if (sum.*histogram == whole.*histogram) continue;
    return LocalInvalidArgument({"the {} histogram is not that of all stages", "{} 直方图不是各阶段之和"}, name);
  }
  return absl::OkStatus();
}

}  // namespace wsload
