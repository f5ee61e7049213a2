// Who of a worker's clients is to be connected, and when: who dials first, again, elsewhere, who leaves and is cut off.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "agent/client/client_group.h"
#include "agent/client/user_token.h"
#include "agent/load/client_pool.h"
#include "agent/load/crowd.h"
#include "agent/load/departures.h"
#include "agent/load/dial_list.h"
#include "agent/load/recorder.h"
#include "agent/load/redials.h"
#include "agent/websocket/dialer.h"
#include "common/loop/event_loop.h"
#include "common/net/host_port.h"
#include "common/plan/run_plan.h"
#include "common/time/clock.h"

namespace wsload {

/// Whether an agent may be sent to that server. Any thread.
using TargetGate = std::function<bool(const HostPort& server)>;

/// What a connector asks and tells, on the loop.
class ConnectorObserver {
 public:
  /// Before anybody is dialled. False: nobody may be any more.
  virtual bool MayDial(int64_t now_ns) = 0;
  /// In the pool, and open.
  virtual void OnConnected(WebSocketClient& client) = 0;
  /// Some clients have left the rotation.
  virtual void OnRetired() = 0;
  /// All clients that are to be there at the start were dialled, and have a connection or not. Once.
  virtual void OnAllTried(int64_t opened, int64_t failed) = 0;
  /// A dial has ended, one way or the other.
  virtual void OnDialEnded() = 0;

 protected:
  ~ConnectorObserver() = default;
};

/// One thread: the loop's.
class Connector {
 public:
  /// What it works with; but for the dialer, all outlive it.
  struct Parts {
    EventLoop& loop;
    const Clock& clock;  ///< for the tokens' stamps
    std::unique_ptr<Dialer> dialer;
    ClientGroup& group;
    Recorder& recorder;
    TargetGate may_load;  ///< where a redirection may lead; null: anywhere
  };

  /// `plan` outlives it.
  Connector(Parts parts, const RunPlan& plan, ConnectorObserver& observer);

  /// Room for so many clients.
  void Reserve(int64_t clients) { pool_.Reserve(clients); }

  /// Dials the worker's own at the pace of the ramp-up.
  void Begin(const Progression& clients, int64_t ramp_start_ns);
  /// When the measure phase begins: from then on clients come and go, and storms break out.
  void Start(int64_t start_ns);
  /// Those of another's, from that instant on, at the pace of the ramp-up. After Start().
  void TakeOver(const Progression& clients, int64_t from_ns);
  /// Nobody is dialled any more, and nobody leaves; dials under way are given up.
  void GiveUp();

  /// The server sends the client elsewhere; `nodes` for MessageCodec::DecodeNodes().
  void OnRedirect(WebSocketClient& client, std::string_view nodes);
  /// A client of the pool has ended, whose observer's last upcall this is. Deletes it. `closing`: the run is closing
  /// its connections.
  void OnClosed(WebSocketClient& client, const CloseInfo& info, bool closing);

  ClientPool& pool() { return pool_; }
  const ClientPool& pool() const { return pool_; }
  /// Dials are under way.
  bool dialling() const { return resolved_ < started_; }
  Traffic traffic() const { return dialer_->traffic(); }

 private:
  /// Of a client that is on its way to where it was sent.
  struct Move {
    WebSocketClient* old = nullptr;  ///< its connection so far; null: that has ended meanwhile
    int64_t lost_ns = 0;             ///< when it was lost; 0: it was not
  };

  void OnTimer();
  void Arm(int64_t now_ns);
  int64_t NextNs();
  int64_t NextStormNs() const;
  int64_t NextCrowdNs() const;
  /// The first of those that are due; nothing where none is.
  void DoOne();

  /// The crowd that these clients are in from then on: who is there at once is dialled at the pace of the ramp-up.
  void AddCrowd(const Progression& clients, int64_t offset_ns, int64_t from_ns);
  void Follow(const Crowd::Change& change);
  void LeaveOne();
  void BreakOut(size_t storm);
  void SendAway(WebSocketClient& client, Leaving leaving, bool in_order = true);
  /// It is nobody's any more who may be told to go.
  void Unseat(const WebSocketClient& client, const Seat& seat);
  void Dial(const DialFor& dial, const HostPort* elsewhere = nullptr);
  void OnDialled(const DialFor& dial, DialResult result);
  /// False: it is not wanted any more.
  bool Arrived(const DialFor& dial, WebSocketClient& client, int64_t now_ns);
  void OnNoConnection(const DialFor& dial, int64_t now_ns);
  void DialAgain(const DialFor& dial, int64_t now_ns);
  int64_t UserOf(const DialFor& dial) const;
  /// What the client of the run does otherwise than it ought to; null: nothing.
  const Awkward* AwkwardOf(int64_t client) const {
    return plan_.awkward.empty() ? nullptr : plan_.awkward.At(DialSlot(client, plan_.clients), plan_.clients);
  }
  std::string TokenFor(const DialFor& dial, const Awkward* awkward) const;
  /// Whether the client is to be there, for all that the plan says.
  bool IsWanted(int64_t client) const { return crowds_.empty() || crowd_.contains(client); }
  /// The list whose next dial is due first; null when all were begun.
  DialList* NextList();
  void TellIfAllTried();

  EventLoop& loop_;
  const Clock& clock_;
  ClientGroup& group_;
  Recorder& recorder_;
  const TargetGate may_load_;
  const RunPlan& plan_;
  ConnectorObserver& observer_;
  const UserToken token_;
  const UserToken bad_token_;  ///< signs with another key than the server's
  // Connections go before the dialer that made them.
  std::unique_ptr<Dialer> dialer_;
  ClientPool pool_;
  std::vector<DialList> lists_;  ///< the worker's own, and what was taken over
  Redials redials_;
  Departures departures_;
  Progression own_;
  std::vector<Crowd> crowds_;                  ///< in place of the lists, where the plan says how many are there when
  std::map<int64_t, WebSocketClient*> crowd_;  ///< by client, who of them is to be there; null: has no connection
  std::map<int64_t, Move> moves_;              ///< by client
  uint64_t redirects_ = 0;
  size_t next_storm_ = 0;
  int64_t start_ns_ = 0;  ///< 0: not yet
  int64_t started_ = 0;
  int64_t resolved_ = 0;
  // Of those that are to be there at the start; nobody waits for what becomes of awkward ones.
  int64_t first_left_ = 0;
  int64_t first_dialling_ = 0;
  int64_t first_opened_ = 0;
  int64_t first_failed_ = 0;
  bool begun_ = false;
  bool given_up_ = false;
  bool told_all_tried_ = false;
  std::unique_ptr<Timer> timer_;
};

}  // namespace wsload
