// What the agents of a run do for one that has no connection left: its messages
// become theirs, and each keeps one owner.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "common/plan/slice.h"
#include "controller/run/agent_peer.h"
#include "controller/run/slice_ledger.h"

namespace wsload {

/// All on the coordinator's loop, while the run is under way; offsets are from the common start. What it is made of
/// outlives it, and the list of peers is complete before the first call.
class Relief {
 public:
  Relief(const std::vector<std::unique_ptr<AgentPeer>>& peers, const std::vector<Slice>& slices, SliceLedger& ledger)
      : peers_(peers), slices_(slices), ledger_(ledger) {}

  /// No connection of the agent is open. It is asked for its messages from `offset_ns` on, and says itself from when on
  /// it has none, which is then or a moment later. Without others that have connections they stay its own, unsent.
  void OnStarved(int agent, int64_t offset_ns);
  /// The same for agents whose connections all failed, before they begin.
  void OnStart();

  struct Yielded {
    std::vector<int> takers;
    std::vector<SliceLedger::HandedOver> parts;
    bool taken_back = false;  ///< nobody else has a connection any more: they are their owner's again
  };
  /// The agent's answer.
  Yielded OnYielded(int agent, int64_t offset_ns);

  /// Who can take a lost agent's load over: those with connections, if there are any.
  std::vector<int> Survivors() const;

 private:
  bool Has(int agent) const { return peers_[agent]->active() && !starved_.contains(agent); }
  void Ask(int agent, int64_t offset_ns);
  /// The agents that have open connections, for all that is known.
  std::vector<int> Fed() const;
  int count() const { return static_cast<int>(peers_.size()); }

  const std::vector<std::unique_ptr<AgentPeer>>& peers_;
  const std::vector<Slice>& slices_;
  SliceLedger& ledger_;
  std::set<int> starved_;                   ///< agents that had clients and have no connection
  std::map<int, size_t> slices_asked_for_;  ///< of those that were asked: how many they had by then
};

}  // namespace wsload
