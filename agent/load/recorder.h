// Turns what happens on a worker's clients into counters and histograms, and
// cuts them into intervals.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/client/client_group.h"
#include "agent/websocket/dialer.h"
#include "common/plan/run_plan.h"
#include "common/stats/stage_stats.h"
#include "common/stats/stats.h"
#include "common/stats/worker_load.h"
#include "common/time/clock.h"

namespace wsload {

/// One thread. No allocation per message.
class Recorder {
 public:
  /// With a closed loop no message has a due time: there are neither response times nor send lags.
  explicit Recorder(const Clock& clock, LoadModel model = LoadModel::kOpen);

  /// Before the first message: when each stage after the first begins, in order, and whether the first is a warm-up.
  /// What becomes of a message counts for the stage in which it is due.
  void SetStages(std::vector<int64_t> begins_ns, bool warm_up);
  const StageLayout& layout() const { return layout_; }
  /// From here on all that happens, but for connections, is the warm-up's; or no longer. What becomes of messages goes
  /// by when they are due, whatever this says.
  void SetWarmingUp(bool warming_up) { warming_up_ = warming_up; }

  // `awkward`: of a client that behaves badly. What is of it is in no figure but the awkward ones', and the warm-up's.
  void Dialled(const DialResult& result, bool awkward = false);
  /// `again`: not the client's first.
  void DialStarted(bool again, bool awkward = false);
  /// One that had lost its connection so long before is connected again.
  void Reconnected(int64_t after_ns, bool awkward = false);
  /// One has come in the place of one that had left in order.
  void Replaced(bool awkward = false) { ++OfConnections(awkward).counters.connections.replaced; }
  /// One is where it was redirected to so long before. `had_connection`: it still had its old one.
  void Moved(int64_t after_ns, bool had_connection, bool awkward = false);
  /// `by_us`: the run was closing its connections.
  void ClientClosed(const CloseInfo& info, bool by_us, bool awkward = false);

  void Sent(int64_t intended_ns, int64_t sent_ns, bool awkward = false);
  /// An attempt after its first.
  void SentAgain(int64_t intended_ns, bool awkward = false);
  void SendFailed(int64_t intended_ns, bool awkward = false);
  void Unsent(int64_t intended_ns);
  /// It is too late to be sent.
  void GivenUp(int64_t intended_ns);
  void Ended(const UpstreamResult& result);

  /// A downstream message; its latency too, where `plaintext` carries "sent_unix_ns=<n>". A repeat's latency is that of
  /// the server's patience, and is left out.
  void Push(std::string_view plaintext, bool repeated, bool awkward = false);

  /// A stamped message came for the first time, so long after it was due.
  void PushDelivered(int64_t after_ns) { stats_->push_delivery.RecordNs(after_ns); }

  /// A post was answered, so long after it was due.
  void PostAnswered(int64_t after_ns) { stats_->post.RecordNs(after_ns); }

  void HeartbeatAnswered(int64_t round_trip_ns, bool awkward = false);

  /// The loop came back this much after it was due to.
  void LoopLate(int64_t late_ns);

  /// Of all that is of no message and no connection.
  Counters& counters(bool awkward = false) { return Now(awkward).counters; }

  /// What was recorded since the last call, without the warm-up's and the awkward clients'; `load` gets its part of it,
  /// and keeps what is not the recorder's. `stages`: what there was in the warm-up, and, of several stages, what of the
  /// rest became of messages; and at last what is the awkward clients'.
  std::unique_ptr<Stats> TakeInterval(WorkerLoad& load, StatsByStage& stages);
  /// Hands a taken interval's memory back; it is cleared here, off the measured path.
  void Recycle(std::unique_ptr<Stats> stats, StatsByStage stages = {});

 private:
  using Told = std::set<std::string, std::less<>>;

  /// Where that counts which becomes of a message that is due then.
  Stats& Of(int64_t intended_ns, bool awkward) {
    return stage_begins_ns_.empty() ? OfConnections(awkward) : OfStage(intended_ns, awkward);
  }
  Stats& OfStage(int64_t intended_ns, bool awkward);
  Stats& StageAt(int32_t stage);
  Stats& OfConnections(bool awkward) { return awkward ? StageAt(kAwkwardPlace) : *stats_; }
  /// Where that counts which is neither of a message nor of a connection.
  Stats& Now(bool awkward = false) { return warming_up_ ? StageAt(0) : OfConnections(awkward); }
  /// Whether a message is of what the worker's own figures are about: in the warm-up its messages, then the others.
  bool IsOfNow(int64_t intended_ns) const {
    return !layout_.warm_up || warming_up_ == (intended_ns < stage_begins_ns_.front());
  }
  Stats& BeginStage(StatsByStage::iterator before, int32_t stage);

  /// One of each cause, for the whole run: the first.
  static void Tell(Told& told, CauseExamples& examples, const CauseCounts& causes, const std::string& cause,
                   const std::string& detail);

  const Clock& clock_;
  const LoadModel model_;
  // Of the clients that behave well, and of the others.
  std::array<Told, 2> told_failures_;
  std::array<Told, 2> told_losses_;
  std::unique_ptr<Stats> stats_;
  std::unique_ptr<Stats> spare_;
  std::vector<int64_t> stage_begins_ns_;
  StageLayout layout_;
  bool warming_up_ = false;
  StatsByStage stages_;  ///< of the interval
  StatsByStage spare_stages_;
  // Of the interval.
  int64_t sent_ = 0;
  int64_t sent_late_ = 0;
  int64_t given_up_ = 0;
  int64_t stalled_us_ = 0;
  int64_t stall_us_max_ = 0;
};

}  // namespace wsload
