#include "controller/result/threshold_watch.h"

#include <algorithm>
#include <cmath>

#include "common/time/clock.h"
#include "controller/result/threshold_value.h"

namespace wsload {
namespace {

using Figure = Threshold::Figure;

/// What the last seconds are cut into: a window as long as one likes takes no more memory than this many histograms.
constexpr double kSlots = 10;
constexpr double kRoundingS = 1e-6;

/// Once broken, it stays so; and the other way round, what does not keep it yet may keep it later.
bool OnlyGrows(const Threshold& threshold) {
  return threshold.figure == Figure::kMax || threshold.unit == ThresholdUnit::kCount;
}

bool CanStillBeKept(const Threshold& threshold) { return OnlyGrows(threshold) && !threshold.IsUpperBound(); }

/// The last seconds say nothing of connections, which were opened before.
bool OfConnections(const Threshold& threshold) {
  return threshold.histogram == &Stats::connect || threshold.figure == Figure::kConnectionsFailed ||
         threshold.figure == Figure::kConnectionsLost;
}

bool IsAskedOfLastSeconds(const Threshold& threshold) {
  return !OnlyGrows(threshold) && !OfConnections(threshold) &&
         threshold.phase.value_or(Phase::kMeasure) == Phase::kMeasure;
}

/// Messages came to their end, and none of them left a sample of what every acknowledged one has.
bool NothingCameBack(const Threshold& threshold, const Counters& counters) {
  const bool of_messages = threshold.histogram == &Stats::response || threshold.histogram == &Stats::service;
  return of_messages && counters.scheduled > counters.open() && counters.scheduled > 0;
}

int64_t AgentsLost(const RunResult& result) {
  return std::count_if(result.agents.begin(), result.agents.end(),
                       [](const AgentResult& agent) { return agent.state != AgentResult::State::kDone; });
}

}  // namespace

ThresholdWatch::ThresholdWatch(const ThresholdList& thresholds, int64_t abort_after_ns,
                               const std::vector<TimelineStage>& timeline)
    : thresholds_(thresholds.thresholds()),
      abort_after_s_(static_cast<double>(abort_after_ns) / kNsPerSecond),
      progress_(thresholds_.size()) {
  for (size_t i = 0; i < thresholds_.size(); ++i) progress_[i].span = SpanOf(thresholds_[i], timeline);
}

const Counters& ThresholdWatch::CountersOf(const Threshold& threshold, const Progress& progress) const {
  static const Counters kNone;
  if (progress.span.stage.has_value()) return progress.counters;
  if (!threshold.phase.has_value()) return counters_;
  const auto it = phase_counters_.find(*threshold.phase);
  return it == phase_counters_.end() ? kNone : it->second;
}

std::optional<double> ThresholdWatch::SoFar(const Threshold& threshold, const Progress& progress,
                                            int64_t agents_lost) const {
  return ValueOf(threshold, {.counters = CountersOf(threshold, progress),
                             .histogram = &progress.histogram,
                             .measured_s = progress.span.SecondsIn(0, measured_s_),
                             .agents_lost = agents_lost,
                             .running = true});
}

bool ThresholdWatch::Add(const Interval& interval, const Stats& all, const StatsByStage& stages) {
  if (thresholds_.empty()) return false;
  Stats connections;
  if (interval.phase == Phase::kWarmUp) {
    connections.counters.connections = all.counters.connections;
    connections.connect = all.connect;
  }
  const Stats& delta = interval.phase == Phase::kWarmUp ? connections : all;
  counters_.Merge(delta.counters);
  agents_lost_ = interval.agents_lost;
  phase_counters_[interval.phase].Merge(delta.counters);
  if (interval.phase == Phase::kMeasure) measured_s_ = interval.to_s;
  if (interval.phase == Phase::kDrain) drained_s_ = interval.to_s;
  const Stats nothing;
  bool long_enough = false;
  for (size_t i = 0; i < thresholds_.size(); ++i) {
    const Threshold& threshold = thresholds_[i];
    Progress& progress = progress_[i];
    const Stats* part = &delta;
    if (progress.span.stage.has_value()) {
      const auto of_stage = std::find_if(stages.begin(), stages.end(),
                                         [&](const StageStats& each) { return each.stage == *progress.span.stage; });
      part = of_stage == stages.end() ? &nothing : &of_stage->stats;
      progress.counters.Merge(part->counters);
    }
    const bool of_phase = threshold.phase.value_or(interval.phase) == interval.phase;
    if (threshold.IsLatency() && of_phase) progress.histogram.Merge(part->*threshold.histogram);
    FollowSoFar(threshold, progress, interval);
    if (abort_after_s_ <= 0 || aborted_by_.has_value() || interval.phase != Phase::kMeasure) continue;
    AddToSlots(progress, threshold, interval, *part);
    if (!FollowLastSeconds(threshold, progress, interval)) continue;
    aborted_by_ = i;
    long_enough = true;
  }
  return long_enough;
}

void ThresholdWatch::FollowSoFar(const Threshold& threshold, Progress& progress, const Interval& interval) const {
  const std::optional<double> value = SoFar(threshold, progress, interval.agents_lost);
  if (!value.has_value() || threshold.Holds(*value) || CanStillBeKept(threshold)) {
    progress.broken_s.reset();
  } else if (!progress.broken_s.has_value()) {
    // What broke before the measure phase is broken from its beginning on.
    progress.broken_s = measured_s_ + drained_s_;
  }
}

void ThresholdWatch::AddToSlots(Progress& progress, const Threshold& threshold, const Interval& interval,
                                const Stats& delta) const {
  if (!IsAskedOfLastSeconds(threshold)) return;
  const double window_s = abort_after_s_ / 2;
  std::deque<Slot>& slots = progress.slots;
  if (slots.empty() || slots.back().to_s - slots.back().from_s + kRoundingS >= window_s / kSlots) {
    slots.push_back({.from_s = interval.from_s});
  }
  Slot& slot = slots.back();
  slot.to_s = interval.to_s;
  slot.counters.Merge(delta.counters);
  if (threshold.IsLatency()) slot.histogram.Merge(delta.*threshold.histogram);
  while (slots.size() > 1 && slots.front().to_s <= interval.to_s - window_s + kRoundingS) slots.pop_front();
}

bool ThresholdWatch::FollowLastSeconds(const Threshold& threshold, Progress& progress, const Interval& interval) {
  std::optional<double> value;
  double over_s = interval.to_s;
  bool broken = false;
  if (IsAskedOfLastSeconds(threshold)) {
    Counters counters;
    Histogram histogram;
    for (const Slot& slot : progress.slots) {
      counters.Merge(slot.counters);
      histogram.Merge(slot.histogram);
    }
    over_s = interval.to_s - progress.slots.front().from_s;
    const double measured_s = progress.span.SecondsIn(progress.slots.front().from_s, interval.to_s);
    value =
        ValueOf(threshold, {.counters = counters, .histogram = &histogram, .measured_s = measured_s, .running = true});
    broken = value.has_value() ? !threshold.Holds(*value) : NothingCameBack(threshold, counters);
  } else {
    value = SoFar(threshold, progress, interval.agents_lost);
    broken = value.has_value() && !threshold.Holds(*value) && !CanStillBeKept(threshold);
  }
  if (!broken) {
    progress.failing_s.reset();
    return false;
  }
  if (!progress.failing_s.has_value()) progress.failing_s = interval.from_s;
  const double failing_s = interval.to_s - *progress.failing_s;
  if (failing_s + kRoundingS < abort_after_s_) return false;
  const auto in_ns = [](double seconds) { return static_cast<int64_t>(std::llround(seconds * kNsPerSecond)); };
  if (value.has_value()) {
    abort_reason_ = {StatementKind::kThresholdAborted,
                     {threshold.expression, in_ns(failing_s), ValueText(threshold, *value), in_ns(over_s)}};
  } else {
    abort_reason_ = {StatementKind::kThresholdAbortedUnmeasured, {threshold.expression, in_ns(failing_s)}};
  }
  return true;
}

std::vector<ThresholdResult> ThresholdWatch::Standing() const {
  std::vector<ThresholdResult> standing;
  for (size_t i = 0; i < thresholds_.size(); ++i) {
    ThresholdResult now{.threshold = thresholds_[i]};
    now.value = SoFar(now.threshold, progress_[i], agents_lost_);
    if (now.value.has_value() && now.threshold.Holds(*now.value)) {
      now.passed = true;
    } else if (now.value.has_value() && !CanStillBeKept(now.threshold)) {
      now.passed = false;
      now.first_broken_s = progress_[i].broken_s;
    }
    standing.push_back(std::move(now));
  }
  return standing;
}

std::vector<ThresholdResult> ThresholdWatch::Judge(const RunResult& result) const {
  std::vector<ThresholdResult> results;
  for (size_t i = 0; i < thresholds_.size(); ++i) {
    const Threshold& threshold = thresholds_[i];
    const Counters* counters = &result.totals.counters;
    const Histogram* histogram = threshold.IsLatency() ? &(result.totals.*threshold.histogram) : nullptr;
    const double measured_s = static_cast<double>(result.measured_ns) / kNsPerSecond;
    if (progress_[i].span.stage.has_value()) {
      const auto of_stage = std::find_if(result.stages.begin(), result.stages.end(), [&](const StageResult& stage) {
        return stage.measured() && stage.name == progress_[i].span.name;
      });
      counters = of_stage == result.stages.end() ? nullptr : &of_stage->stats.counters;
      if (counters != nullptr && threshold.IsLatency()) histogram = &(of_stage->stats.*threshold.histogram);
    } else if (threshold.phase.has_value()) {
      counters = nullptr;  // as long as the run has not come to it
      histogram = &progress_[i].histogram;
      for (const PhaseTimes& phase : result.phases) {
        if (phase.phase == *threshold.phase) counters = &phase.delta;
      }
    }
    ThresholdResult judged{.threshold = threshold};
    if (counters != nullptr) {
      judged.value = ValueOf(threshold, {.counters = *counters,
                                         .histogram = histogram,
                                         .measured_s = progress_[i].span.SecondsIn(0, measured_s),
                                         .agents_lost = AgentsLost(result)});
    }
    judged.passed = judged.value.has_value() && threshold.Holds(*judged.value);
    judged.aborted_run = aborted_by_ == i;
    if (judged.aborted_run) judged.passed = false;
    const bool not_come_to = !judged.value.has_value() || CanStillBeKept(threshold);
    if (result.interrupted && !judged.aborted_run && !*judged.passed && not_come_to) judged.passed.reset();
    if (judged.passed == false) {
      judged.first_broken_s = progress_[i].broken_s;
      if (judged.aborted_run && !judged.first_broken_s.has_value()) judged.first_broken_s = progress_[i].failing_s;
      // What could have been kept up to the end is broken there.
      if (CanStillBeKept(threshold) && judged.value.has_value()) judged.first_broken_s = measured_s_ + drained_s_;
    }
    results.push_back(std::move(judged));
  }
  return results;
}

}  // namespace wsload
