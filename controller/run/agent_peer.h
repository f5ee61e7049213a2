// One agent during a run: its link, its clock, and its place in the control
// protocol. Turns messages into events and refuses what does not fit.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "common/loop/event_loop.h"
#include "common/stats/stats.h"
#include "controller/link/agent_link.h"
#include "controller/result/run_result.h"
#include "wsload/v1/control.pb.h"

namespace wsload {

/// Told of the agents' progress, on the loop; may call the peer back, must not delete it inside a call.
class AgentPeerObserver {
 public:
  virtual void OnPeerAccepted(int peer) = 0;
  virtual void OnPeerReady(int peer) = 0;
  virtual void OnPeerInterval(int peer, Phase phase, int64_t interval_index, Stats delta) = 0;
  // One of these two is the peer's last event.
  virtual void OnPeerDone(int peer, const Stats& totals, const CpuUsage& cpu, const std::string& stopped_early) = 0;
  virtual void OnPeerFailed(int peer, AgentResult::State state, const std::string& detail) = 0;

 protected:
  ~AgentPeerObserver() = default;
};

/// All on `loop`'s thread; link upcalls are posted to it.
class AgentPeer final : private AgentLinkObserver {
 public:
  /// The agent's clock is the controller's plus `offset_ns`, give or take `error_ns` (half the best round trip).
  struct ClockEstimate {
    int64_t offset_ns = 0;
    int64_t error_ns = 0;
  };

  /// `assign` is sent after `clock_probes` >= 1 exchanges.
  AgentPeer(EventLoop& loop, int index, std::unique_ptr<AgentLink> link, v1::Assign assign, int clock_probes,
            AgentPeerObserver& observer);
  ~AgentPeer();

  void Open();
  // Instants are on the controller's clock; they travel on the agent's.
  void Connect(int64_t ramp_start_mono_ns);
  void Start(int64_t start_mono_ns);
  /// The agent stops, drains and reports. An agent that has no run yet is given up: false, and no event follows.
  bool Stop(const std::string& reason);
  /// Breaks the link; no event follows.
  void GiveUp();

  const std::string& address() const { return address_; }
  bool accepted() const { return state_ >= State::kAccepted; }
  bool ready() const { return state_ >= State::kReady; }
  bool ended() const { return state_ == State::kEnded; }
  const ClockEstimate& clock() const { return clock_; }
  const v1::Accepted& identity() const { return identity_; }
  int64_t connections_opened() const { return connections_opened_; }

 private:
  enum class State { kProbing, kAssigned, kAccepted, kConnecting, kReady, kRunning, kEnded };

  void OnAgentMessage(v1::AgentMessage message) override;
  void OnLinkClosed(absl::Status status) override;

  template <typename Work>
  void PostToPeer(Work work);
  void HandleMessage(const v1::AgentMessage& message, int64_t arrived_ns);
  void HandleLinkClosed(const absl::Status& status);
  void SendProbe();
  void HandleClockReply(const v1::ClockReply& reply, int64_t arrived_ns);
  void HandleAccepted(const v1::Accepted& accepted);
  void HandleRefused(const v1::Refused& refused);
  void HandleReady(const v1::Ready& ready);
  void HandleReport(const v1::Report& report);
  void HandleDone(const v1::Done& done);
  /// What an honest agent of this version cannot have sent.
  void FailProtocol(const std::string& detail);
  void Fail(AgentResult::State state, const std::string& detail);

  EventLoop& loop_;
  const int index_;
  std::unique_ptr<AgentLink> link_;
  const std::string address_;
  v1::Assign assign_;
  const int64_t clients_;  ///< of the slice assigned
  int probes_left_;
  AgentPeerObserver& observer_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::atomic<int> pending_messages_{0};

  State state_ = State::kProbing;
  bool stop_sent_ = false;
  int64_t probe_sent_ns_ = 0;
  int64_t best_round_trip_ns_ = -1;
  ClockEstimate clock_;
  v1::Accepted identity_;
  int64_t connections_opened_ = 0;
  uint64_t last_seq_ = 0;
};

}  // namespace wsload
