// One event loop's part of an agent's slice: dials its clients, sends its messages at
// their due times, closes, and reports interval by interval.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/client/client_group.h"
#include "agent/client/user_token.h"
#include "agent/load/client_pool.h"
#include "agent/load/dial_list.h"
#include "agent/load/due_messages.h"
#include "agent/load/recorder.h"
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
  /// The measure phase begins.
  virtual void OnWorkerStarted(int64_t now_ns) = 0;
  /// It measures, and neither it nor a sibling has an open connection.
  virtual void OnWorkerStarved() = 0;
  /// The lease passed; the worker stops by itself.
  virtual void OnWorkerLeaseExpired() = 0;
  /// The last upcall. `totals`: the sum of all intervals.
  virtual void OnWorkerDone(const Counters& totals) = 0;

 protected:
  ~WorkerObserver() = default;
};

/// All on the loop's thread; clocks and network are parameters, so that tests run it on virtual time.
class Worker final : private ClientObserver, private HandOverReceiver {
 public:
  /// Bound of one connection's close handshake.
  static constexpr int64_t kCloseTimeoutNs = 2 * kNsPerSecond;
  /// For so long close handshakes are begun, as fast as it goes; the next ones once these have ended. However many
  /// connections there are, a server that answers at all has the time to.
  static constexpr int64_t kCloseWaveNs = kCloseTimeoutNs / 40;
  /// While it measures, the loop comes back at least this often: a stall between two messages, which delays
  /// acknowledgements, is seen too.
  static constexpr int64_t kWatchNs = 20 * kNsPerMs;

  /// What is still waiting to be sent so long after the end of the schedule is given up: the run keeps to its time, and
  /// its rates stay true, however far behind the worker is.
  static constexpr int64_t kOverrunNs = 250 * kNsPerMs;

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

  Worker(Dependencies dependencies, const RunPlan& plan, const Slice& slice, WorkerObserver& observer);

  void CheckThread() const;
  /// At the end: every message that was taken from the schedule is counted, and has an end.
  void CheckFigures() const;

  // ClientObserver
  void OnUpstreamResult(WebSocketClient& client, const UpstreamResult& result) override;
  void OnLateAck(WebSocketClient& client) override;
  void OnDuplicateAck(WebSocketClient& client) override;
  void OnHeartbeatSent(WebSocketClient& client) override;
  void OnHeartbeatAck(WebSocketClient& client, int64_t round_trip_ns) override;
  void OnPush(WebSocketClient& client, std::string_view plaintext, bool repeated) override;
  void OnRedirect(WebSocketClient& client, std::string_view body) override;
  void OnUnsolicited(WebSocketClient& client) override;
  void OnBroadcast(WebSocketClient& client) override;
  void OnUndecodable(WebSocketClient& client) override;
  void OnClientClosed(WebSocketClient& client, const CloseInfo& info) override;

  // HandOverReceiver
  void OnHandedOver(std::vector<int64_t> due_ns, int hops) override;

  // The timers: phase changes and messages, dials, clients' deadlines, interval ends, the lease.
  void OnSendTimer();
  void OnDialTimer();
  void OnDeadlineTimer();
  void OnIntervalTimer();
  void OnWatchTimer();
  void ArmWatch(int64_t now_ns);
  /// The loop is back at `now_ns`, for a timer that was due at `due_ns`.
  void LoopIsBack(int64_t due_ns, int64_t now_ns);
  void ArmSend(int64_t when_ns);
  void ArmDeadline();
  void ArmInterval();

  void DialDue(int64_t now_ns);
  void DialOne(int64_t client);
  /// The list whose next dial is due first; null when all were begun.
  DialList* NextDial();
  void GiveUpDials();
  void OnDialled(int64_t user_id, DialResult result);
  void ReadyIfAllResolved();

  /// False: the lease has passed, and the worker is stopping.
  bool LeaseHolds(int64_t now_ns);

  void SendDue(int64_t now_ns);
  void SendOne(int64_t due_ns);
  /// All that are left: the worker is too far behind.
  void GiveUpMessages();
  void SendForSibling(std::vector<int64_t> due_ns, int hops, int64_t now_ns);
  /// A message is due and no connection of this worker's is open.
  void Strand(int64_t due_ns);
  /// To siblings with open connections; what none of them takes is unsent.
  void HandOver(std::vector<int64_t> due_ns, int hops);
  /// Siblings without connections may still hand messages over.
  bool AwaitsSiblings(int64_t now_ns) const;
  void PublishOpen();
  void TellIfStarved();
  void EnterMeasure(int64_t now_ns);
  void EnterDrain(int64_t now_ns);
  void EnterClose(int64_t now_ns);
  void CloseSome();
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
  DueMessages messages_;
  const UserToken token_;
  SiblingBoard* const siblings_;
  const int index_;
  Recorder recorder_;
  // In this order: clients go before the group they share, connections before the dialer that made them.
  std::unique_ptr<Dialer> dialer_;
  std::unique_ptr<ClientGroup> group_;
  ClientPool pool_;
  std::string plaintext_;  ///< the body of every upstream message

  ForwardState<State> state_{"a worker", State::kIdle};
  Counters totals_;                   ///< the sum of all intervals emitted
  std::vector<DialList> dial_lists_;  ///< the slice's own, and what was taken over
  int64_t dials_started_ = 0;
  int64_t dials_resolved_ = 0;
  int64_t opened_ = 0;

  int64_t start_ns_ = 0;
  int64_t end_ns_ = 0;
  std::vector<int64_t> stranded_;  ///< of this turn: due, and without a connection
  std::vector<int64_t> early_;     ///< handed over before this worker's own start
  int64_t handed_over_ = 0;
  int64_t handed_in_ = 0;
  int64_t woke_ns_ = 0;
  int64_t send_armed_ns_ = 0;
  int64_t deadline_armed_ns_ = 0;
  int64_t lease_until_ns_ = std::numeric_limits<int64_t>::max();
  bool stop_wanted_ = false;
  size_t not_closing_ = 0;  ///< clients of the pool, its first ones, whose close handshake has not begun
  int64_t close_wave_ns_ = 0;

  Phase phase_ = Phase::kConnect;
  int64_t phase_start_ns_ = 0;
  int64_t interval_index_ = 0;
  Traffic counted_;  ///< of what the dialer's connections carried, what is in the statistics
  int64_t watch_due_ns_ = 0;
  int64_t loop_back_ns_ = 0;
  // At the end of the interval before.
  ThreadCpu cpu_counted_;
  int64_t cpu_counted_ns_ = 0;

  std::unique_ptr<Timer> send_timer_;
  std::unique_ptr<Timer> dial_timer_;
  std::unique_ptr<Timer> lease_timer_;
  std::unique_ptr<Timer> deadline_timer_;
  std::unique_ptr<Timer> interval_timer_;
  std::unique_ptr<Timer> watch_timer_;
};

}  // namespace wsload
