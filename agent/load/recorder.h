// Turns what happens on a worker's clients into counters and histograms, and
// cuts them into intervals.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/client/client_group.h"
#include "agent/websocket/dialer.h"
#include "common/stats/stage_stats.h"
#include "common/stats/stats.h"
#include "common/stats/worker_load.h"
#include "common/time/clock.h"

namespace wsload {

/// One thread. No allocation per message.
class Recorder {
 public:
  explicit Recorder(const Clock& clock);

  /// Before the first message: when each stage after the first begins, in order. What becomes of a message counts for
  /// the stage in which it is due. Without any nothing is kept by stage.
  void SetStages(std::vector<int64_t> begins_ns) { stage_begins_ns_ = std::move(begins_ns); }

  void Dialled(const DialResult& result);
  void DialStarted() { ++stats_->counters.connections.attempted; }
  /// `by_us`: the run was closing its connections.
  void ClientClosed(const CloseInfo& info, bool by_us);

  void Sent(int64_t intended_ns, int64_t sent_ns);
  void SendFailed(int64_t intended_ns);
  void Unsent(int64_t intended_ns);
  /// It is too late to be sent.
  void GivenUp(int64_t intended_ns);
  void Ended(const UpstreamResult& result);

  /// A downstream message; its latency too, where `plaintext` carries "sent_unix_ns=<n>". A repeat's latency is that of
  /// the server's patience, and is left out.
  void Push(std::string_view plaintext, bool repeated);

  /// A stamped message came for the first time, so long after it was due.
  void PushDelivered(int64_t after_ns) { stats_->push_delivery.RecordNs(after_ns); }

  /// A post was answered, so long after it was due.
  void PostAnswered(int64_t after_ns) { stats_->post.RecordNs(after_ns); }

  void HeartbeatAnswered(int64_t round_trip_ns);

  /// The loop came back this much after it was due to.
  void LoopLate(int64_t late_ns);

  Counters& counters() { return stats_->counters; }

  /// What was recorded since the last call; `load` gets its part of it, and keeps what is not the recorder's. `stages`:
  /// what of it became of messages, by stage; empty where nothing is kept by stage.
  std::unique_ptr<Stats> TakeInterval(WorkerLoad& load, StatsByStage& stages);
  /// Hands a taken interval's memory back; it is cleared here, off the measured path.
  void Recycle(std::unique_ptr<Stats> stats, StatsByStage stages = {});

 private:
  using Told = std::set<std::string, std::less<>>;

  /// Where that counts which becomes of a message that is due then.
  Stats& Of(int64_t intended_ns) { return stage_begins_ns_.empty() ? *stats_ : OfStage(intended_ns); }
  Stats& OfStage(int64_t intended_ns);
  Stats& BeginStage(StatsByStage::iterator before, int32_t stage);

  /// One of each cause, for the whole run: the first.
  static void Tell(Told& told, CauseExamples& examples, const CauseCounts& causes, const std::string& cause,
                   const std::string& detail);

  const Clock& clock_;
  Told told_failures_;
  Told told_losses_;
  std::unique_ptr<Stats> stats_;
  std::unique_ptr<Stats> spare_;
  std::vector<int64_t> stage_begins_ns_;
  StatsByStage stages_;  ///< of the interval
  StatsByStage spare_stages_;
  // Of the interval.
  int64_t sent_late_ = 0;
  int64_t given_up_ = 0;
  int64_t stalled_us_ = 0;
  int64_t stall_us_max_ = 0;
};

}  // namespace wsload
