#include "common/stats/stage_stats.h"

#include <algorithm>
#include <utility>

#include "common/util/local_error.h"

namespace wsload {
namespace {

constexpr std::pair<const char*, int64_t Counters::*> kOfMessages[] = {
    {"scheduled", &Counters::scheduled},
    {"success", &Counters::success},
    {"timeout", &Counters::timeout},
    {"rate_limited", &Counters::rate_limited},
    {"connection_lost", &Counters::connection_lost},
    {"send_error", &Counters::send_error},
    {"refused", &Counters::refused},
    {"unsent", &Counters::unsent},
};

constexpr std::pair<const char*, Histogram Stats::*> kTimesOfMessages[] = {
    {"response", &Stats::response},
    {"service", &Stats::service},
    {"send_lag", &Stats::send_lag},
};

}  // namespace

void MergeStages(StatsByStage& stages, const StatsByStage& more) {
  for (const StageStats& each : more) {
    auto place = std::lower_bound(stages.begin(), stages.end(), each.stage,
                                  [](const StageStats& entry, int32_t stage) { return entry.stage < stage; });
    if (place == stages.end() || place->stage != each.stage) place = stages.insert(place, {each.stage, {}});
    place->stats.Merge(each.stats);
  }
}

absl::Status CheckStages(const StatsByStage& stages, int32_t count, const Stats& whole) {
  if (count <= 1) {
    return stages.empty()
               ? absl::OkStatus()
               : LocalInvalidArgument({"{} stages of a plan that has none", "计划没有阶段，却有 {} 个"}, stages.size());
  }
  Stats sum;
  int32_t before = -1;
  for (const StageStats& each : stages) {
    if (each.stage <= before || each.stage >= count) {
      return LocalInvalidArgument({"stage {} after stage {} of {}", "阶段 {} 在阶段 {} 之后，共 {} 个"}, each.stage,
                                  before, count);
    }
    before = each.stage;
    sum.Merge(each.stats);
  }
  for (const auto& [name, counter] : kOfMessages) {
    if (sum.counters.*counter == whole.counters.*counter) continue;
    return LocalInvalidArgument({"{} is {}, and {} over all stages", "{} 为 {}，而各阶段之和为 {}"}, name,
                                whole.counters.*counter, sum.counters.*counter);
  }
  for (const auto& [name, histogram] : kTimesOfMessages) {
    if (sum.*histogram == whole.*histogram) continue;
    return LocalInvalidArgument({"the {} histogram is not that of all stages", "{} 直方图不是各阶段之和"}, name);
  }
  return absl::OkStatus();
}

}  // namespace wsload
