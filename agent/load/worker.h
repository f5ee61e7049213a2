// One event loop's part of an agent's slice: conducts who dials its clients, sends its messages at
// their due times and closes, and reports interval by interval.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "agent/client/client_group.h"
#include "agent/load/close_waves.h"
#include "agent/load/closed_loop.h"
#include "agent/load/connector.h"
#include "agent/load/loop_watch.h"
#include "agent/load/post_sender.h"
#include "agent/load/push_watch.h"
#include "agent/load/recorder.h"
#include "agent/load/sender.h"
#include "agent/load/sibling_board.h"
#include "agent/websocket/dialer.h"
#include "common/loop/event_loop.h"
#include "common/plan/phase.h"
#include "common/plan/run_plan.h"
#include "common/plan/slice.h"
#include "common/stats/counters.h"
#include "common/stats/stage_stats.h"
#include "common/stats/stats.h"
#include "common/stats/worker_load.h"
#include "common/time/clock.h"
#include "common/time/thread_cpu.h"
#include "common/util/forward_state.h"

namespace wsload {

/// Upcalls of a worker, on its loop.
class WorkerObserver {
 public:
  virtual void OnWorkerReady(int64_t opened, int64_t failed) = 0;
  /// The next interval of the phase (or the phase's cut-off end). The memory may be handed back by Recycle().
  virtual void OnWorkerInterval(Phase phase, int64_t interval_index, std::unique_ptr<Stats> delta, StatsByStage stages,
                                const WorkerLoad& load) = 0;
  /// The load begins.
  virtual void OnWorkerStarted(int64_t now_ns) = 0;
  /// It measures, and neither it nor a sibling has an open connection.
  virtual void OnWorkerStarved() = 0;
  /// The lease passed; the worker stops by itself.
  virtual void OnWorkerLeaseExpired() = 0;
  /// The last upcall. `totals`: the sum of all intervals, the warm-up's and awkward clients' figures with them.
  virtual void OnWorkerDone(const Counters& totals) = 0;

 protected:
  ~WorkerObserver() = default;
};

/// All on the loop's thread; clocks and network are parameters, so that tests run it on virtual time.
class Worker final : private ClientObserver, private ConnectorObserver, private SenderObserver {
 public:
  /// What it works with, and has no part in choosing.
  struct Dependencies {
    EventLoop& loop;
    const Clock& clock;  ///< for token stamps and push latencies; pacing uses the loop's clock
    std::unique_ptr<Dialer> dialer;
    /// What the loop's thread has used so far; asked once per interval, on that thread.
    std::function<ThreadCpu()> thread_cpu = [] { return ThreadCpu{}; };
    /// Outlives the worker, which sits at place `index`; null: it has no siblings.
    SiblingBoard* siblings = nullptr;
    int index = 0;
    TargetGate may_load = {};  ///< where a redirection may lead; null: anywhere
    /// For what is posted to a back end; null: nothing is.
    std::unique_ptr<HttpPoster> poster = nullptr;
  };

  /// kInvalidArgument: keys that do not fit. `name` is unique among all workers of all agents and runs that talk to the
  /// server.
  static absl::StatusOr<std::unique_ptr<Worker>> New(Dependencies dependencies, const RunPlan& plan, const Slice& slice,
                                                     const GroupName& name, WorkerObserver& observer);
  ~Worker();

  /// As LoadEngine's.
  void Connect(int64_t ramp_start_ns);
  void Start(int64_t start_ns);
  void Stop();
  void SetLease(int64_t until_ns);
  void TakeOver(const Slice& slice, int64_t from_ns);

  /// The first half of LoadEngine::YieldFrom(): from here on it takes no message that is due at or after `from_ns`.
  /// Answers the first instant at or after it from which it has taken none.
  int64_t Hold(int64_t from_ns);
  /// The second: `from_ns` is no earlier than what Hold() answered. What it had at Hold() ends there.
  void YieldFrom(int64_t from_ns);

  void Recycle(std::unique_ptr<Stats> stats, StatsByStage stages) {
    recorder_.Recycle(std::move(stats), std::move(stages));
  }

 private:
  enum class State { kIdle, kConnecting, kReady, kMeasuring, kDraining, kClosing, kDone };

  Worker(Dependencies& dependencies, const RunPlan& plan, const Slice& slice, WorkerObserver& observer);

  /// Once there is a group: those who dial, send and close.
  void Equip(Dependencies& dependencies, std::unique_ptr<ClientGroup> group, const GroupName& name);
  void CheckThread() const;
  /// At the end: every message that was taken from the schedule is counted, and has an end.
  void CheckFigures() const;

  // ClientObserver
  void OnUpstreamResult(WebSocketClient& client, const UpstreamResult& result) override;
  bool OnUnanswered(const Unanswered& message) override { return sender_->SendAgain(message); }
  void OnOrphanResult(const UpstreamResult& result) override { Ended(result); }
  void OnLateAck(WebSocketClient& client) override;
  void OnDuplicateAck(WebSocketClient& client) override;
  void OnHeartbeatSent(WebSocketClient& client) override;
  void OnHeartbeatAck(WebSocketClient& client, int64_t round_trip_ns) override;
  void OnPush(WebSocketClient& client, std::string_view plaintext, bool repeated, int64_t now_ns) override;
  void OnRedirect(WebSocketClient& client, std::string_view body) override;
  void OnUnsolicited(WebSocketClient& client) override;
  void OnBroadcast(WebSocketClient& client) override;
  void OnUndecodable(WebSocketClient& client) override;
  void OnClientClosed(WebSocketClient& client, const CloseInfo& info) override;

  // ConnectorObserver
  bool MayDial(int64_t now_ns) override { return LeaseHolds(now_ns); }
  void OnConnected(WebSocketClient& client) override;
  void OnRetired() override;
  void OnAllTried(int64_t opened, int64_t failed) override;
  void OnDialEnded() override { DoneIfClosed(); }

  // SenderObserver
  bool MaySend(int64_t now_ns) override;
  void OnSenderTurn() override;
  void OnScheduleOver(int64_t now_ns) override { EnterDrain(now_ns); }

  // The timers: phase changes, clients' deadlines, interval ends.
  void OnPhaseTimer();
  void OnDeadlineTimer();
  void OnIntervalTimer();
  void ArmDeadline();
  void ArmInterval();
  /// Once the warm-up is over, what is sent is measured.
  void LeaveWarmUp(int64_t now_ns);

  /// False: the lease has passed, and the worker is stopping.
  bool LeaseHolds(int64_t now_ns);

  Counters& CountersOf(const WebSocketClient& client) { return recorder_.counters(client.awkward()); }
  void Ended(const UpstreamResult& result);
  void PublishOpen();
  /// At once, or after a while in which its clients may come back.
  void TellIfStarved();
  void OnStarvedTimer();
  bool Starves() const;
  void EnterMeasure(int64_t now_ns);
  void EnterDrain(int64_t now_ns);
  void EnterClose(int64_t now_ns);
  /// Nothing is awaited any more.
  bool Drained(int64_t now_ns) const;
  void DoneIfClosed();

  void EnterPhase(Phase phase, int64_t start_ns);
  void EmitInterval();
  void CountBytes();
  void CountCpu(WorkerLoad& load);

  EventLoop& loop_;
  const Clock& clock_;
  const std::function<ThreadCpu()> thread_cpu_;
  const RunPlan plan_;
  const Slice slice_;
  WorkerObserver& observer_;
  SiblingBoard* const siblings_;
  const int index_;
  Recorder recorder_;
  LoopWatch watch_;
  std::optional<PushWatch> pushes_;  ///< of stamped messages; none: there are no stamps
  std::unique_ptr<ClientGroup> group_;
  // In this order: clients, which the connector has, go before the group they share.
  std::optional<Connector> connector_;
  std::optional<Sender> sender_;
  std::optional<ClosedLoop> closed_;  ///< none: the model is open
  std::optional<CloseWaves> closes_;
  std::unique_ptr<HttpPoster> poster_;
  std::optional<PostSender> posts_;  ///< none: nothing is posted

  ForwardState<State> state_{"a worker", State::kIdle};
  Counters totals_;  ///< the sum of all intervals emitted, the warm-up's and awkward clients' figures with them

  int64_t start_ns_ = 0;
  int64_t measured_from_ns_ = 0;  ///< where the warm-up ends
  int64_t end_ns_ = 0;
  int64_t drain_least_ns_ = 0;  ///< until when pushes are awaited
  int64_t deadline_armed_ns_ = std::numeric_limits<int64_t>::max();
  int64_t lease_until_ns_ = std::numeric_limits<int64_t>::max();
  bool stop_wanted_ = false;
  bool starves_ = false;  ///< the timer for it is armed

  Phase phase_ = Phase::kConnect;
  int64_t phase_start_ns_ = 0;
  int64_t interval_index_ = 0;
  Traffic counted_;  ///< of what the dialer's connections carried, what is in the statistics
  // At the end of the interval before.
  ThreadCpu cpu_counted_;
  int64_t cpu_counted_ns_ = 0;

  std::unique_ptr<Timer> phase_timer_;
  std::unique_ptr<Timer> lease_timer_;
  std::unique_ptr<Timer> deadline_timer_;
  std::unique_ptr<Timer> interval_timer_;
  std::unique_ptr<Timer> starved_timer_;
};

}  // namespace wsload
