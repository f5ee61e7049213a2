#include "agent/load/recorder.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/util/check.h"

namespace wsload {
namespace {

constexpr std::string_view kStamp = "sent_unix_ns=";

}  // namespace

Recorder::Recorder(const Clock& clock, LoadModel model)
    : clock_(clock), model_(model), stats_(std::make_unique<Stats>()) {}

void Recorder::SetStages(std::vector<int64_t> begins_ns, bool warm_up) {
  stage_begins_ns_ = std::move(begins_ns);
  layout_ = {.count = static_cast<int32_t>(stage_begins_ns_.size()) + 1, .warm_up = warm_up};
}

void Recorder::Dialled(const DialResult& result, bool awkward) {
  Stats& stats = OfConnections(awkward);
  ConnectionCounters& connections = stats.counters.connections;
  if (result.connection != nullptr) {
    ++connections.opened;
    if (!result.compression.empty()) {
      ++connections.compressed;
      AddCause(connections.compressions, result.compression);
    }
    stats.connect.RecordNs(result.finished_ns - result.started_ns);
  } else {
    ++connections.failed;
    AddCause(connections.failures, result.cause);
    Tell(told_failures_[awkward ? 1 : 0], connections.failure_examples, connections.failures, result.cause,
         result.detail.english());
  }
}

void Recorder::DialStarted(bool again, bool awkward) {
  ConnectionCounters& connections = OfConnections(awkward).counters.connections;
  ++connections.attempted;
  if (again) ++connections.redialled;
}

void Recorder::Reconnected(int64_t after_ns, bool awkward) {
  Stats& stats = OfConnections(awkward);
  ++stats.counters.connections.reconnected;
  stats.reconnect.RecordNs(after_ns);
}

void Recorder::Moved(int64_t after_ns, bool had_connection, bool awkward) {
  Stats& stats = OfConnections(awkward);
  if (had_connection) ++stats.counters.connections.moved;
  stats.move.RecordNs(after_ns);
}

void Recorder::ClientClosed(const CloseInfo& info, bool by_us, bool awkward) {
  ConnectionCounters& connections = OfConnections(awkward).counters.connections;
  if (by_us) {
    ++connections.closed;
  } else {
    ++connections.lost;
    AddCause(connections.losses, info.cause);
    Tell(told_losses_[awkward ? 1 : 0], connections.loss_examples, connections.losses, info.cause, info.reason);
  }
}

void Recorder::Tell(Told& told, CauseExamples& examples, const CauseCounts& causes, const std::string& cause,
                    const std::string& detail) {
  if (detail.empty() || told.size() >= kMaxNamedCauses || !told.insert(cause).second) return;
  AddExample(examples, causes, cause, MakeExample(detail));
}

Stats& Recorder::OfStage(int64_t intended_ns, bool awkward) {
  const auto after = std::upper_bound(stage_begins_ns_.begin(), stage_begins_ns_.end(), intended_ns);
  const auto stage = static_cast<int32_t>(after - stage_begins_ns_.begin());
  if (awkward && !layout_.IsWarmUp(stage)) return StageAt(kAwkwardPlace);
  return layout_.Apart(stage) ? StageAt(stage) : *stats_;
}

Stats& Recorder::StageAt(int32_t stage) {
  // Most messages are of the last one that is here; those before it are few.
  for (auto entry = stages_.rbegin(); entry != stages_.rend(); ++entry) {
    if (entry->stage == stage) return entry->stats;
    if (entry->stage < stage) return BeginStage(entry.base(), stage);
  }
  return BeginStage(stages_.begin(), stage);
}

Stats& Recorder::BeginStage(StatsByStage::iterator before, int32_t stage) {
  StageStats begun;
  if (!spare_stages_.empty()) {
    begun = std::move(spare_stages_.back());
    spare_stages_.pop_back();
  }
  begun.stage = stage;
  return stages_.insert(before, std::move(begun))->stats;
}

void Recorder::Sent(int64_t intended_ns, int64_t sent_ns, bool awkward) {
  Stats& stats = Of(intended_ns, awkward);
  ++stats.counters.scheduled;
  if (IsOfNow(intended_ns)) ++sent_;
  if (model_ == LoadModel::kClosed) return;
  const int64_t lag_ns = sent_ns - intended_ns;
  stats.send_lag.RecordNs(lag_ns);
  if (lag_ns > kSendLagBoundUs * kNsPerUs && IsOfNow(intended_ns)) ++sent_late_;
}

void Recorder::LoopLate(int64_t late_ns) {
  if (late_ns < kLoopLateNs) return;
  Stats& stats = Now();
  stats.loop_stall.RecordNs(late_ns);
  if (late_ns <= kStallNs) return;
  ++stats.counters.loop_stalls;
  stalled_us_ += late_ns / kNsPerUs;
  stall_us_max_ = std::max(stall_us_max_, late_ns / kNsPerUs);
}

void Recorder::SentAgain(int64_t intended_ns, bool awkward) { ++Of(intended_ns, awkward).counters.retries; }

void Recorder::SendFailed(int64_t intended_ns, bool awkward) {
  Counters& counters = Of(intended_ns, awkward).counters;
  ++counters.scheduled;
  ++counters.send_error;
}

void Recorder::Unsent(int64_t intended_ns) {
  Counters& counters = Of(intended_ns, false).counters;
  ++counters.scheduled;
  ++counters.unsent;
}

void Recorder::GivenUp(int64_t intended_ns) {
  Unsent(intended_ns);
  if (IsOfNow(intended_ns)) ++given_up_;
}

void Recorder::Ended(const UpstreamResult& result) {
  Stats& stats = Of(result.intended_ns, result.awkward);
  Counters& counters = stats.counters;
  switch (result.outcome) {
    case UpstreamOutcome::kAcknowledged:
      ++counters.success;
      if (result.attempts > 1) ++counters.success_by_retry;
      if (model_ == LoadModel::kOpen) stats.response.RecordNs(result.ended_ns - result.intended_ns);
      stats.service.RecordNs(result.ended_ns - result.sent_ns);
      return;
    case UpstreamOutcome::kTimeout:
      ++counters.timeout;
      return;
    case UpstreamOutcome::kRateLimited:
      ++counters.rate_limited;
      return;
    case UpstreamOutcome::kConnectionLost:
      ++counters.connection_lost;
      return;
    case UpstreamOutcome::kRefused:
      ++counters.refused;
      return;
  }
}

void Recorder::HeartbeatAnswered(int64_t round_trip_ns, bool awkward) {
  Stats& stats = Now(awkward);
  ++stats.counters.heartbeats_acked;
  stats.heartbeat.RecordNs(round_trip_ns);
}

void Recorder::Push(std::string_view plaintext, bool repeated, bool awkward) {
  Stats& stats = Now(awkward);
  ++stats.counters.pushes;
  if (repeated) {
    ++stats.counters.pushes_repeated;
    return;
  }
  const size_t stamp = plaintext.find(kStamp);
  if (stamp == std::string_view::npos) return;
  int64_t sent_unix_ns = 0;
  const std::string_view digits = plaintext.substr(stamp + kStamp.size());
  if (std::from_chars(digits.data(), digits.data() + digits.size(), sent_unix_ns).ec == std::errc()) {
    stats.push.RecordNs(clock_.UnixNs() - sent_unix_ns);
  }
}

std::unique_ptr<Stats> Recorder::TakeInterval(WorkerLoad& load, StatsByStage& stages) {
  for (const StageStats& stage : stages_) {
    if (layout_.IsOfTotals(stage.stage)) stats_->Merge(stage.stats);
  }
  const Stats& now = Now();
  load.sent = std::exchange(sent_, 0);
  load.sent_late = std::exchange(sent_late_, 0);
  load.given_up = std::exchange(given_up_, 0);
  load.stalls = now.counters.loop_stalls;
  load.stalled_us = std::exchange(stalled_us_, 0);
  load.stall_us_max = std::exchange(stall_us_max_, 0);
  stages = std::exchange(stages_, {});
  std::unique_ptr<Stats> fresh = spare_ != nullptr ? std::move(spare_) : std::make_unique<Stats>();
  return std::exchange(stats_, std::move(fresh));
}

void Recorder::Recycle(std::unique_ptr<Stats> stats, StatsByStage stages) {
  stats->Clear();
  spare_ = std::move(stats);
  for (StageStats& stage : stages) stage.stats.Clear();
  spare_stages_ = std::move(stages);
}

}  // namespace wsload
