// When each client of a slice is dialled: evenly over the ramp-up, in an order
// that nothing which takes connections in turn can line up with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/plan/slice.h"

namespace wsload {

/// The slot of a client of `run_clients`, 0 <= client < run_clients: one to one, and of any 64 clients after a multiple
/// of 64 the same 64 slots, by lot.
int64_t DialSlot(int64_t client, int64_t run_clients);

/// The ramp-up has a slot for every client of the run, one after the other. Clients and slots come in blocks of
/// kBlock, and inside a block each client has a slot by lot: without this, a balancer that deals connections to its
/// servers in turn, and the rule by which clients are dealt to agents and workers, would give all connections of one
/// worker to one server. The lots are the same everywhere, so that all agents' dials together still fill every slot
/// once. Allocates once.
class DialList {
 public:
  static constexpr int64_t kBlock = 64;

  /// Slot s is due at start_ns + s * ramp_up_ns / run_clients. Slot 0's block begins with client `first_index` of the
  /// run, which has `run_clients`.
  DialList(const Progression& clients, int64_t first_index, int64_t start_ns, int64_t ramp_up_ns, int64_t run_clients);

  /// All were taken.
  bool done() const { return next_in_block_ == block_.size(); }
  // Not for one that is done.
  int64_t DueNs() const;
  /// Answers the next client's index in the run.
  int64_t Take();

 private:
  struct Dial {
    int64_t slot = 0;
    int64_t client = 0;
  };

  /// The next block that has clients of this list.
  void Fill();

  Progression clients_;
  int64_t first_index_;
  int64_t start_ns_;
  int64_t ramp_up_ns_;
  int64_t run_clients_;
  int64_t filled_ = 0;  ///< position in clients_ of the first one after the block
  std::vector<Dial> block_;
  size_t next_in_block_ = 0;
};

}  // namespace wsload
