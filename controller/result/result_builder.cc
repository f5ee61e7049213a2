#include "controller/result/result_builder.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/plan/phase.h"
#include "common/stats/conservation.h"
#include "common/stats/figure_list.h"
#include "common/util/check.h"
#include "common/util/local_error.h"
#include "common/util/status.h"
#include "controller/result/compression_outcome.h"
#include "controller/result/outcome.h"
#include "controller/result/stats_difference.h"
#include "controller/result/verdict.h"

namespace wsload {
namespace {

// More than the longest run has; times the longest interval, still a count of nanoseconds.
constexpr int64_t kMaxIntervalIndex = 100'000'000;

}  // namespace

ResultBuilder::ResultBuilder(std::string run_id, RunPlan plan, std::vector<AgentResult> agents, RunListener* listener)
    : listener_(listener), agents_(std::move(agents)), progress_(agents_.size()), outages_(plan.report_interval_ns) {
  result_.run_id = std::move(run_id);
  result_.plan = std::move(plan);
  timeline_ = TimelineOf(result_.plan);
  layout_ = {.count = static_cast<int32_t>(timeline_.size()),
             .warm_up = !timeline_.front().measured(),
             .awkward = !result_.plan.awkward.empty()};
  at_start_ = agents_.size();
  totals_.ReserveBuckets();
}

void ResultBuilder::SetAgentIdentity(int agent, std::string name, std::string version, int workers, int cores) {
  AgentResult& entry = agents_[agent];
  entry.name = std::move(name);
  entry.version = std::move(version);
  entry.workers = workers;
  entry.cores = cores;
}

void ResultBuilder::SetAgentClock(int agent, int64_t offset_us, int64_t error_us) {
  agents_[agent].clock_offset_us = offset_us;
  agents_[agent].clock_error_us = error_us;
}

void ResultBuilder::SetAgentClockAfter(int agent, AgentResult::Clock clock) { agents_[agent].clock_after = clock; }

void ResultBuilder::SetStartSkew(int agent, int64_t skew_us) { agents_[agent].start_skew_us = skew_us; }

void ResultBuilder::SetTakenOver(int agent, int64_t clients, int64_t messages) {
  agents_[agent].clients_taken_over = clients;
  agents_[agent].messages_taken_over = messages;
}

void ResultBuilder::SetYielded(int agent, int64_t messages) { agents_[agent].messages_yielded = messages; }

void ResultBuilder::AddGap(int agent, int64_t from_ns, int64_t to_ns, int64_t messages_due, int64_t warm_up_due) {
  Counters counters = agents_[agent].totals.counters;
  counters.Merge(agents_[agent].awkward.counters);
  const Counters& warm_up = agents_[agent].warm_up.counters;
  Gap gap;
  gap.agent = AgentLabel(agent);
  gap.from_ns = from_ns;
  gap.to_ns = to_ns;
  gap.messages_not_scheduled = std::max<int64_t>(0, messages_due - counters.scheduled);
  gap.unaccounted = std::max<int64_t>(0, counters.open());
  gap.warm_up_not_scheduled = std::max<int64_t>(0, warm_up_due - warm_up.scheduled);
  gap.warm_up_unaccounted = std::max<int64_t>(0, warm_up.open());
  const bool of_measured = gap.messages_not_scheduled > 0 || gap.unaccounted > 0;
  if (of_measured || gap.warm_up_not_scheduled > 0 || gap.warm_up_unaccounted > 0) result_.gaps.push_back(gap);
}

void ResultBuilder::BeginPhase(Phase phase, int64_t unix_ns, int64_t mono_ns) {
  for (const PhaseTimes& seen : result_.phases) {
    if (seen.phase == phase) return;
  }
  CloseCurrentPhase(mono_ns);
  if (result_.phases.empty()) result_.started_unix_ns = unix_ns;
  PhaseTimes times;
  times.phase = phase;
  times.started_unix_ns = unix_ns;
  result_.phases.push_back(times);
  in_phase_ = true;
  phase_started_mono_ns_ = mono_ns;
  if (listener_ != nullptr) listener_->OnPhase(phase);
}

void ResultBuilder::MergeTimeline(StatsByStage& stages, const StatsByStage& more) {
  for (const StageStats& each : more) {
    if (each.stage != kAwkwardPlace) StageOf(stages, each.stage).Merge(each.stats);
  }
}

void ResultBuilder::EndPhases(int64_t mono_ns) { CloseCurrentPhase(mono_ns); }

void ResultBuilder::CloseCurrentPhase(int64_t mono_ns) {
  if (!in_phase_) return;
  in_phase_ = false;
  result_.phases.back().duration_ns = std::max<int64_t>(0, mono_ns - phase_started_mono_ns_);
}

absl::Status ResultBuilder::AddInterval(int agent, Phase phase, int64_t interval_index, Stats delta,
                                        const std::vector<WorkerLoad>& workers, const StatsByStage& stages) {
  WSLOAD_CHECK(0 <= agent && agent < std::ssize(progress_), "agent {} of {} reports", agent, progress_.size());
  AgentProgress& progress = progress_[agent];
  const Position position{phase, interval_index};
  if (progress.ended) {
    return LocalStatus(
        absl::StatusCode::kFailedPrecondition,
        FillLocal({"agent {} reports after its end", "压测节点 {} 在结束后仍有报告"}, AgentLabel(agent)));
  }
  if (interval_index < 0 || interval_index > kMaxIntervalIndex) {
    return LocalInvalidArgument({"agent {} reports interval {} of phase {}: want 0 to {}",
                                 "压测节点 {} 报告了时段 {}（阶段 {}）：应为 0 至 {}"},
                                AgentLabel(agent), interval_index, NameOf(phase), kMaxIntervalIndex);
  }
  if (progress.reported && position <= progress.last) {
    return LocalInvalidArgument({"agent {} reports interval {} of phase {} after interval {} of phase {}",
                                 "压测节点 {} 报告了时段 {}（阶段 {}），而此前已是时段 {}（阶段 {}）"},
                                AgentLabel(agent), interval_index, NameOf(phase), progress.last.second,
                                NameOf(progress.last.first));
  }
  if (absl::Status sums = CheckStages(stages, layout_, delta); !sums.ok()) {
    return LocalInvalidArgument(
        {"agent {} reports interval {} of phase {}: {}", "压测节点 {} 报告了时段 {}（阶段 {}）：{}"}, AgentLabel(agent),
        interval_index, NameOf(phase), sums);
  }
  MergeTimeline(stages_, stages);
  LeavePosition(progress);
  progress.reported = true;
  progress.last = position;
  ++running_at_[position];
  agents_[agent].totals.Merge(delta);
  totals_.Merge(delta);
  phase_counters_[phase].Merge(delta.counters);
  AddApart(agent, stages);
  const AgentPoint point = AgentPoint::Of(delta);
  if (phase == Phase::kMeasure) {
    MergeWorkers(agents_[agent].worker_loads, workers);
    agents_[agent].series.Add(interval_index, point);
  }
  if (phase > Phase::kMeasure) {
    WorkerPeaks peaks;
    peaks.Add(workers);
    progress.after_load_s += WorkedSeconds(peaks.wall_us_max);
    after_load_s_ = std::max(after_load_s_, progress.after_load_s);
  }

  if (emitted_any_ && position <= last_emitted_) {
    MergeIntoEmitted(position, Shown(phase, delta, stages), workers);
  } else {
    OpenInterval& interval = open_[position];
    interval.workers.Add(workers);
    MergeTimeline(interval.stages, stages);
    interval.of_agents.emplace_back(agent, point);
    if (interval.agents_reporting++ == 0) {
      interval.delta = std::move(delta);
    } else {
      interval.delta.ReserveBuckets();
      interval.delta.Merge(delta);
    }
  }
  EmitIntervals(false);
  return absl::OkStatus();
}

void ResultBuilder::AddApart(int agent, const StatsByStage& stages) {
  if (const Stats* warm_up = WarmUpIn(stages)) {
    agents_[agent].warm_up.Merge(*warm_up);
    // Whenever it was that its messages ended.
    phase_counters_[Phase::kWarmUp].Merge(warm_up->counters);
  }
  if (const Stats* awkward = AwkwardOf(stages)) {
    agents_[agent].awkward.Merge(*awkward);
    awkward_.Merge(*awkward);
  }
}

absl::Status ResultBuilder::AgentDone(int agent, const Stats& totals, const CpuUsage& cpu, LocalString stopped_early,
                                      const Stats& warm_up, const Stats& awkward) {
  if (progress_[agent].ended) return absl::OkStatus();
  AgentResult& entry = agents_[agent];
  entry.cpu = cpu;
  entry.stopped_early = std::move(stopped_early);
  LocalString difference = FirstDifference(totals, entry.totals);
  if (difference.empty()) difference = FirstDifference(warm_up, entry.warm_up);
  if (difference.empty()) difference = FirstDifference(awkward, entry.awkward);
  if (difference.empty()) {
    EndAgent(agent, AgentResult::State::kDone, {});
    return absl::OkStatus();
  }
  absl::Status status =
      LocalStatus(absl::StatusCode::kDataLoss,
                  FillLocal({"its totals are not the sum of its reports: {}", "总数与各报告之和不符：{}"}, difference));
  AgentFailed(agent, AgentResult::State::kLost, ErrorLines(status));
  return status;
}

void ResultBuilder::AgentFailed(int agent, AgentResult::State state, LocalString detail) {
  if (progress_[agent].ended) return;
  if (listener_ != nullptr) listener_->OnNotice(AgentFailure(state, detail, AgentLabel(agent)));
  EndAgent(agent, state, std::move(detail));
}

void ResultBuilder::EndAgent(int agent, AgentResult::State state, LocalString detail) {
  WSLOAD_CHECK(0 <= agent && agent < std::ssize(progress_), "agent {} of {} ends", agent, progress_.size());
  LeavePosition(progress_[agent]);
  progress_[agent].ended = true;
  agents_[agent].state = state;
  agents_[agent].state_detail = std::move(detail);
  // Nobody tells when its connections end: they count to its last interval.
  if (state == AgentResult::State::kLost && progress_[agent].reported) {
    lost_active_[progress_[agent].last] += agents_[agent].totals.counters.connections.active();
  }
  EmitIntervals(false);
}

void ResultBuilder::SetInterrupted() { result_.interrupted = true; }

void ResultBuilder::SetError(absl::Status error) { result_.error = std::move(error); }

void ResultBuilder::LeavePosition(const AgentProgress& progress) {
  WSLOAD_CHECK(!progress.ended, "an agent that has ended leaves its place among those that report");
  if (!progress.reported) {
    WSLOAD_CHECK(at_start_ > 0, "an agent leaves the start, where there is none");
    --at_start_;
    return;
  }
  const auto at = running_at_.find(progress.last);
  WSLOAD_CHECK(at != running_at_.end(), "no agent is known to have reported interval {} of phase {}",
               progress.last.second, NameOf(progress.last.first));
  if (--at->second == 0) running_at_.erase(at);
}

bool ResultBuilder::AllHaveReached(const Position& position) const {
  return at_start_ == 0 && (running_at_.empty() || running_at_.begin()->first >= position);
}

void ResultBuilder::EmitIntervals(bool all) {
  while (!open_.empty() && (all || open_.size() > kMaxOpenIntervals || AllHaveReached(open_.begin()->first))) {
    EmitOldest();
  }
}

void ResultBuilder::EmitOldest() {
  const auto node = open_.extract(open_.begin());
  const Position& position = node.key();
  const OpenInterval& interval = node.mapped();
  const Stats delta = Shown(position.first, interval.delta, interval.stages);
  while (!lost_active_.empty() && lost_active_.begin()->first < position) {
    active_emitted_ -= lost_active_.begin()->second;
    lost_active_.erase(lost_active_.begin());
  }
  if (position.first == Phase::kMeasure) outages_.Add(position.second, active_emitted_, delta);
  active_emitted_ += delta.counters.connections.active();
  emitted_any_ = true;
  last_emitted_ = position;

  SeriesPoint point;
  point.phase = position.first;
  point.interval_index = position.second;
  point.elapsed_s = ElapsedAtEndOf(position);
  point.phase_clock_s = PhaseClockAt(position, interval.workers.wall_us_max);
  point.run_clock_s = RunClockAt(position.first);
  point.agents_reporting = interval.agents_reporting;
  point.delta = delta.counters;
  point.active_connections = active_emitted_;
  for (size_t i = 0; i < kHistograms.size(); ++i) {
    point.latencies[i] = LatencyPoint::Of(delta.*kHistograms[i].field);
  }
  point.workers = interval.workers;
  for (AgentResult& agent : agents_) agent.interval.reset();
  for (const auto& [agent, of_agent] : interval.of_agents) agents_[agent].interval = of_agent;
  result_.series.push_back(std::move(point));
  if (listener_ == nullptr) return;
  listener_->OnStages(interval.stages, stages_);
  listener_->OnInterval(result_.series.back(), delta, totals_, agents_);
}

Stats ResultBuilder::Shown(Phase phase, const Stats& delta, const StatsByStage& stages) const {
  Stats shown = delta;
  const Stats* const warm_up = WarmUpIn(stages);
  if (phase == Phase::kWarmUp && warm_up != nullptr) shown.Merge(*warm_up);
  return shown;
}

void ResultBuilder::MergeIntoEmitted(const Position& position, const Stats& delta,
                                     const std::vector<WorkerLoad>& workers) {
  if (position.first == Phase::kMeasure) outages_.AddLate(position.second, delta);
  auto& series = result_.series;
  auto it = std::lower_bound(series.begin(), series.end(), position, [](const SeriesPoint& point, const Position& key) {
    return Position{point.phase, point.interval_index} < key;
  });
  WSLOAD_CHECK(it != series.end(), "interval {} of phase {} was passed on and is not in the series", position.second,
               NameOf(position.first));
  // There is one, since the last point is at or after `position`; an interval that nobody else reported counts in the
  // next.
  it->delta.Merge(delta.counters);
  it->workers.Add(workers);
  if (Position{it->phase, it->interval_index} == position) ++it->agents_reporting;
  const int64_t active = delta.counters.connections.active();
  for (; it != series.end(); ++it) it->active_connections += active;
  active_emitted_ += active;
}

double ResultBuilder::ElapsedAtEndOf(const Position& position) const {
  int64_t elapsed_ns = (position.second + 1) * result_.plan.report_interval_ns;
  if (position.first == Phase::kWarmUp) elapsed_ns = std::min(elapsed_ns, result_.plan.warm_up_ns);
  if (position.first == Phase::kMeasure) elapsed_ns = std::min(elapsed_ns, result_.plan.duration_ns);
  // The last interval of a phase may be a short one.
  for (const PhaseTimes& phase : result_.phases) {
    if (phase.phase == position.first && phase.duration_ns > 0) elapsed_ns = std::min(elapsed_ns, phase.duration_ns);
  }
  return static_cast<double>(elapsed_ns) / kNsPerSecond;
}

double ResultBuilder::WorkedSeconds(int64_t wall_us) const {
  const int64_t interval_ns = result_.plan.report_interval_ns;
  return static_cast<double>(wall_us > 0 ? wall_us * kNsPerUs : interval_ns) / kNsPerSecond;
}

double ResultBuilder::PhaseClockAt(const Position& position, int64_t wall_us) {
  // Where a phase ends early, its last interval is as long as its workers say.
  double& clock_s = phase_clocks_s_[position.first];
  const double interval_s = static_cast<double>(result_.plan.report_interval_ns) / kNsPerSecond;
  const double worked_s = static_cast<double>(position.second) * interval_s + WorkedSeconds(wall_us);
  const double whole_s = ElapsedAtEndOf(position);
  // Timers are never quite on time: that does not make an interval a short one.
  clock_s = std::max(clock_s, whole_s - worked_s < interval_s / 20 ? whole_s : worked_s);
  return clock_s;
}

double ResultBuilder::RunClockAt(Phase phase) const {
  double clock_s = 0;
  for (const auto& [earlier, last_s] : phase_clocks_s_) {
    if (earlier >= std::min(phase, Phase::kDrain)) break;
    // The barrier is in the controller's account alone.
    const auto times =
        std::find_if(result_.phases.begin(), result_.phases.end(),
                     [wanted = earlier](const auto& entry) { return entry.phase == wanted && entry.duration_ns > 0; });
    clock_s += times == result_.phases.end() ? last_s : static_cast<double>(times->duration_ns) / kNsPerSecond;
  }
  // From the end of the load on each agent goes its own way.
  return clock_s + (phase > Phase::kMeasure ? after_load_s_ : phase_clocks_s_.at(phase));
}

std::vector<PhaseTimes> ResultBuilder::PhasesWithDeltas() const {
  std::vector<PhaseTimes> phases = result_.phases;
  for (const auto& [phase, counters] : phase_counters_) {
    auto it = std::find_if(phases.begin(), phases.end(),
                           [wanted = phase](const PhaseTimes& entry) { return entry.phase == wanted; });
    if (it == phases.end()) {
      // Agents were already there when the run ended: the counts need a place all the same.
      it = std::find_if(phases.begin(), phases.end(),
                        [wanted = phase](const auto& entry) { return entry.phase > wanted; });
      it = phases.insert(it, PhaseTimes{});
      it->phase = phase;
    }
    it->delta = counters;
  }
  return phases;
}

int64_t ResultBuilder::ActivePeak() const {
  int64_t peak = 0;
  for (const SeriesPoint& point : result_.series) peak = std::max(peak, point.active_connections);
  return peak;
}

void ResultBuilder::CheckSums() const {
  Counters of_agents;
  Counters all = totals_.counters;
  Counters warm_up;
  Counters of_warm_ups;
  Counters of_awkward;
  if (const Stats* stats = WarmUpIn(stages_)) warm_up = stats->counters;
  for (const AgentResult& agent : agents_) {
    of_agents.Merge(agent.totals.counters);
    of_warm_ups.Merge(agent.warm_up.counters);
    of_awkward.Merge(agent.awkward.counters);
  }
  CheckSameCounts(totals_.counters, of_agents);
  CheckSameCounts(warm_up, of_warm_ups);
  CheckSameCounts(awkward_.counters, of_awkward);
  Counters of_phases;
  for (const auto& [phase, counters] : phase_counters_) of_phases.Merge(counters);
  all.Merge(warm_up);
  CheckSameCounts(all, of_phases);
}

RunResult ResultBuilder::Build() {
  WSLOAD_CHECK(!std::exchange(built_, true), "a result is built twice");
  for (int agent = 0; agent < static_cast<int>(agents_.size()); ++agent) {
    if (!progress_[agent].ended) EndAgent(agent, AgentResult::State::kLost, "the run ended without its final report");
  }
  EmitIntervals(true);
  CheckSums();

  // By now every phase's length is known.
  for (SeriesPoint& point : result_.series) point.elapsed_s = ElapsedAtEndOf({point.phase, point.interval_index});
  result_.phases = PhasesWithDeltas();
  for (const StageStats& of : stages_) {
    const TimelineStage& stage = timeline_[static_cast<size_t>(of.stage)];
    result_.stages.push_back({stage.name, stage.offset_ns, stage.duration_ns, of.stats, stage.kind});
  }
  result_.outages = outages_.Outages();
  result_.totals = std::move(totals_);
  result_.awkward = std::move(awkward_);
  result_.agents = std::move(agents_);
  result_.connections_active_peak = ActivePeak();
  for (const PhaseTimes& phase : result_.phases) {
    if (phase.phase == Phase::kMeasure) result_.measured_ns = std::min(phase.duration_ns, result_.plan.duration_ns);
  }
  result_.warnings = CompressionWarnings(result_.plan, result_.totals.counters);
  Judgement judgement = Judge(result_);
  result_.verdict = judgement.verdict;
  result_.verdict_reasons = std::move(judgement.reasons);
  result_.outcome_reasons = ReasonsOfFailure(result_);
  if (!result_.outcome_reasons.empty()) result_.outcome = RunOutcome::kFailed;
  return std::move(result_);
}

}  // namespace wsload
