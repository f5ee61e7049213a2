// One agent during a run: its link, its clock, and its place in the control
// protocol. Turns messages into events and refuses what does not fit.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/lang/statement.h"
#include "common/loop/callback_scope.h"
#include "common/loop/event_loop.h"
#include "common/plan/phase.h"
#include "common/stats/stage_stats.h"
#include "common/stats/stats.h"
#include "common/stats/worker_load.h"
#include "common/util/forward_state.h"
#include "common/util/local_text.h"
#include "controller/link/agent_link.h"
#include "controller/result/run_result.h"
#include "controller/run/clock_estimate.h"
#include "wsload/v1/control.pb.h"

namespace wsload {

/// An agent's last word.
struct AgentPeerReport {
  Stats totals;
  CpuUsage cpu;
  LocalString stopped_early;
  std::optional<int64_t> start_skew_ns;  ///< the first instant of its load minus the common start
  Stats warm_up = {};
  Stats awkward = {};
};

/// Told of the agents' progress, on the loop; may call the peer back, must not delete it inside a call.
class AgentPeerObserver {
 public:
  virtual void OnPeerAccepted(int peer) = 0;
  virtual void OnPeerReady(int peer) = 0;
  virtual void OnPeerInterval(int peer, Phase phase, int64_t interval_index, Stats delta, StatsByStage stages,
                              std::vector<WorkerLoad> workers) = 0;
  /// None of its connections is open. May come again.
  virtual void OnPeerStarved(int peer) = 0;
  /// The answer to YieldFrom(), `offset_ns` no earlier than asked for: what it owned when it was asked is no longer its
  /// own from there on.
  virtual void OnPeerYielded(int peer, int64_t offset_ns) = 0;
  /// Its load is over and counted; OnPeerClosed() follows.
  virtual void OnPeerDone(int peer, const AgentPeerReport& report) = 0;
  // One of these two is the peer's last event.
  virtual void OnPeerClosed(int peer) = 0;
  virtual void OnPeerFailed(int peer, AgentResult::State state, const LocalString& detail) = 0;

 protected:
  ~AgentPeerObserver() = default;
};

/// All on `loop`'s thread; link upcalls are posted to it.
class AgentPeer final : private AgentLinkObserver {
 public:
  /// `assign` is sent after `clock_probes` >= 1 exchanges, and as many follow when the agent is done.
  AgentPeer(EventLoop& loop, int index, std::unique_ptr<AgentLink> link, v1::Assign assign, int clock_probes,
            AgentPeerObserver& observer);
  ~AgentPeer();

  void Open();
  // Instants are on the controller's clock; they travel on the agent's.
  /// From here to its end the agent has a lease of `lease_ns`, renewed three times as often as need be. An agent from
  /// which nothing came for as long gets no more of it, and fails once the last one has certainly run out.
  void Connect(int64_t ramp_start_mono_ns, int64_t lease_ns);
  void Start(int64_t start_mono_ns);
  /// After Start(). `offset_ns` from the start on, to the nanosecond as the schedule has it.
  void TakeOver(const Slice& slice, int64_t offset_ns);
  /// After Start(), and not before the last one is answered. OnPeerYielded() follows, unless the agent ends before.
  void YieldFrom(int64_t offset_ns);
  bool yielding() const { return yield_from_ns_.has_value(); }
  /// The agent stops, drains and reports. An agent that has no run yet is given up: false, and no event follows.
  bool Stop(const Statement& reason);
  /// Breaks the link; no event follows. Not for one that has ended.
  void GiveUp();

  const std::string& address() const { return address_; }
  bool accepted() const { return state_ >= State::kAccepted; }
  bool ready() const { return state_ >= State::kReady; }
  /// Has a link and has not yet said its last word.
  bool active() const { return state_ < State::kReported; }
  bool ended() const { return state_ == State::kEnded; }
  /// Before the run, and after it when the agent was there.
  ClockEstimate clock() const { return clock_before_.At(0); }
  std::optional<ClockEstimate> clock_after() const;
  /// From this instant on the agent certainly sends nothing more, whatever became of it.
  int64_t lease_over_ns() const { return lease_over_ns_; }
  const v1::Accepted& identity() const { return identity_; }
  int64_t connections_opened() const { return connections_opened_; }

 private:
  enum class State { kProbing, kAssigned, kAccepted, kConnecting, kReady, kRunning, kReported, kEnded };

  void OnAgentMessage(v1::AgentMessage message) override;
  void OnLinkClosed(absl::Status status) override;

  void HandleMessage(const v1::AgentMessage& message, int64_t arrived_ns);
  void HandleLinkClosed(const absl::Status& status);
  void SendProbe();
  void SendAssign();
  void OnTimer();
  void RenewLease();
  /// After Done: nothing more is wanted of the agent.
  void Close();
  void HandleClockReply(const v1::ClockReply& reply, int64_t arrived_ns);
  void HandleAccepted(const v1::Accepted& accepted);
  void HandleRefused(const v1::Refused& refused);
  void HandleReady(const v1::Ready& ready);
  void HandleReport(const v1::Report& report);
  void HandleStarved();
  void HandleYielded(const v1::Yielded& yielded);
  void HandleDone(const v1::Done& done);
  /// What an honest agent of this version cannot have sent.
  void FailProtocol(const LocalString& detail);
  void Fail(AgentResult::State state, const LocalString& detail);

  EventLoop& loop_;
  const int index_;
  std::unique_ptr<AgentLink> link_;
  const std::string address_;
  v1::Assign assign_;
  const int64_t clients_;  ///< of the slice assigned
  const int clock_probes_;
  int probes_left_;
  AgentPeerObserver& observer_;
  const CallbackScope scope_;
  std::atomic<int> pending_messages_{0};
  std::atomic<size_t> pending_bytes_{0};
  bool flooded_ = false;  ///< what comes is not read any more; the link's

  ForwardState<State> state_{"agent " + address_, State::kProbing};
  bool stop_sent_ = false;
  std::optional<int64_t> probe_sent_ns_;  ///< of the one that is under way
  ClockEstimator clock_before_{false};
  ClockEstimator clock_now_{true};
  ClockEstimator clock_after_{false};
  std::unique_ptr<Timer> timer_;  ///< for the lease, then for the last probes
  std::atomic<int64_t> heard_ns_{0};
  int64_t lease_ns_ = 0;
  int64_t lease_over_ns_ = 0;
  int64_t due_ns_ = 0;  ///< when the lease is looked at again
  int64_t start_ns_ = 0;
  int64_t start_agent_ns_ = 0;
  std::optional<int64_t> yield_from_ns_;  ///< offset that the agent was asked for and has not answered
  v1::Accepted identity_;
  int64_t connections_opened_ = 0;
  uint64_t last_seq_ = 0;
};

}  // namespace wsload
