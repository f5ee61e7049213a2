#include "agent/load/recorder.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/util/check.h"

namespace wsload {
namespace {

constexpr std::string_view kStamp = "sent_unix_ns=";

}  // namespace

Recorder::Recorder(const Clock& clock) : clock_(clock), stats_(std::make_unique<Stats>()) {}

void Recorder::Dialled(const DialResult& result) {
  ConnectionCounters& connections = stats_->counters.connections;
  if (result.connection != nullptr) {
    ++connections.opened;
    if (!result.compression.empty()) {
      ++connections.compressed;
      AddCause(connections.compressions, result.compression);
    }
    stats_->connect.RecordNs(result.finished_ns - result.started_ns);
  } else {
    ++connections.failed;
    AddCause(connections.failures, result.cause);
    Tell(told_failures_, connections.failure_examples, connections.failures, result.cause, result.detail.english());
  }
}

void Recorder::ClientClosed(const CloseInfo& info, bool by_us) {
  ConnectionCounters& connections = stats_->counters.connections;
  if (by_us) {
    ++connections.closed;
  } else {
    ++connections.lost;
    AddCause(connections.losses, info.cause);
    Tell(told_losses_, connections.loss_examples, connections.losses, info.cause, info.reason);
  }
}

void Recorder::Tell(Told& told, CauseExamples& examples, const CauseCounts& causes, const std::string& cause,
                    const std::string& detail) {
  if (detail.empty() || told.size() >= kMaxNamedCauses || !told.insert(cause).second) return;
  AddExample(examples, causes, cause, MakeExample(detail));
}

void Recorder::Sent(int64_t intended_ns, int64_t sent_ns) {
  ++stats_->counters.scheduled;
  const int64_t lag_ns = sent_ns - intended_ns;
  stats_->send_lag.RecordNs(lag_ns);
  if (lag_ns > kSendLagBoundUs * kNsPerUs) ++sent_late_;
}

void Recorder::LoopLate(int64_t late_ns) {
  if (late_ns < kLoopLateNs) return;
  stats_->loop_stall.RecordNs(late_ns);
  if (late_ns <= kStallNs) return;
  ++stats_->counters.loop_stalls;
  stalled_us_ += late_ns / kNsPerUs;
  stall_us_max_ = std::max(stall_us_max_, late_ns / kNsPerUs);
}

void Recorder::SendFailed() {
  ++stats_->counters.scheduled;
  ++stats_->counters.send_error;
}

void Recorder::Unsent() {
  ++stats_->counters.scheduled;
  ++stats_->counters.unsent;
}

void Recorder::GivenUp(int64_t count) {
  WSLOAD_CHECK(count >= 0, "{} messages are given up", count);
  stats_->counters.scheduled += count;
  stats_->counters.unsent += count;
  given_up_ += count;
}

void Recorder::Ended(const UpstreamResult& result) {
  Counters& counters = stats_->counters;
  switch (result.outcome) {
    case UpstreamOutcome::kAcknowledged:
      ++counters.success;
      stats_->response.RecordNs(result.ended_ns - result.intended_ns);
      stats_->service.RecordNs(result.ended_ns - result.sent_ns);
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

void Recorder::HeartbeatAnswered(int64_t round_trip_ns) {
  ++stats_->counters.heartbeats_acked;
  stats_->heartbeat.RecordNs(round_trip_ns);
}

void Recorder::Push(std::string_view plaintext, bool repeated) {
  ++stats_->counters.pushes;
  if (repeated) {
    ++stats_->counters.pushes_repeated;
    return;
  }
  const size_t stamp = plaintext.find(kStamp);
  if (stamp == std::string_view::npos) return;
  int64_t sent_unix_ns = 0;
  const std::string_view digits = plaintext.substr(stamp + kStamp.size());
  if (std::from_chars(digits.data(), digits.data() + digits.size(), sent_unix_ns).ec == std::errc()) {
    stats_->push.RecordNs(clock_.UnixNs() - sent_unix_ns);
  }
}

std::unique_ptr<Stats> Recorder::TakeInterval(WorkerLoad& load) {
  load.sent = stats_->send_lag.count();
  load.sent_late = std::exchange(sent_late_, 0);
  load.given_up = std::exchange(given_up_, 0);
  load.stalls = stats_->counters.loop_stalls;
  load.stalled_us = std::exchange(stalled_us_, 0);
  load.stall_us_max = std::exchange(stall_us_max_, 0);
  std::unique_ptr<Stats> fresh = spare_ != nullptr ? std::move(spare_) : std::make_unique<Stats>();
  return std::exchange(stats_, std::move(fresh));
}

void Recorder::Recycle(std::unique_ptr<Stats> stats) {
  stats->Clear();
  spare_ = std::move(stats);
}

}  // namespace wsload
