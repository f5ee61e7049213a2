// Who of a worker's clients is to be connected, and when: dials them, and knows who is open.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "agent/client/client_group.h"
#include "agent/client/user_token.h"
#include "agent/load/client_pool.h"
#include "agent/load/dial_list.h"
#include "agent/load/recorder.h"
#include "agent/websocket/dialer.h"
#include "common/loop/event_loop.h"
#include "common/plan/run_plan.h"
#include "common/time/clock.h"

namespace wsload {

/// What a connector asks and tells, on the loop.
class ConnectorObserver {
 public:
  /// Before anybody is dialled. False: nobody may be any more.
  virtual bool MayDial(int64_t now_ns) = 0;
  /// In the pool, and open.
  virtual void OnConnected(WebSocketClient& client) = 0;
  /// All clients of the first list were dialled, and have a connection or not. Once.
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
  };

  /// `plan` outlives it.
  Connector(Parts parts, const RunPlan& plan, ConnectorObserver& observer);

  /// Room for so many clients.
  void Reserve(int64_t clients) { pool_.Reserve(clients); }

  /// Dials the worker's own at the pace of the ramp-up.
  void Begin(const Progression& clients, int64_t ramp_start_ns);
  /// Likewise those of another's, from that instant on.
  void TakeOver(const Progression& clients, int64_t from_ns);
  /// Nobody is dialled any more; dials under way are given up.
  void GiveUp();

  /// A client of the pool has ended, whose observer's last upcall this is. Deletes it. `by_us`: the run was closing its
  /// connections.
  void OnClosed(WebSocketClient& client, const CloseInfo& info, bool by_us);

  ClientPool& pool() { return pool_; }
  /// Dials are under way.
  bool dialling() const { return resolved_ < started_; }
  Traffic traffic() const { return dialer_->traffic(); }

 private:
  void OnTimer();
  void DialDue(int64_t now_ns);
  void Dial(int64_t client);
  void OnDialled(int64_t user_id, DialResult result);
  /// The list whose next dial is due first; null when all were begun.
  DialList* NextList();
  void TellIfAllTried();

  EventLoop& loop_;
  const Clock& clock_;
  ClientGroup& group_;
  Recorder& recorder_;
  const RunPlan& plan_;
  ConnectorObserver& observer_;
  const UserToken token_;
  // Connections go before the dialer that made them.
  std::unique_ptr<Dialer> dialer_;
  ClientPool pool_;
  std::vector<DialList> lists_;  ///< the worker's own, and what was taken over
  int64_t started_ = 0;
  int64_t resolved_ = 0;
  int64_t opened_ = 0;
  bool begun_ = false;
  bool told_all_tried_ = false;
  std::unique_ptr<Timer> timer_;
};

}  // namespace wsload
