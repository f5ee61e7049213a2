// Who owns which part of a run's schedule, from when to when: every message has
// one owner at a time, also after agents were lost or had no connections left.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "common/plan/run_plan.h"
#include "common/plan/slice.h"
#include "common/schedule/schedule.h"

namespace wsload {

/// Pure arithmetic. Offsets are from the common start.
class SliceLedger {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  /// A part of an agent's load and its new owner.
  struct HandedOver {
    int agent = 0;
    Slice slice;
    int64_t from_ns = 0;  ///< later than the hand-over when the lost agent was itself to begin later
  };

  SliceLedger(const RunPlan& plan, std::vector<Slice> slices);

  /// From `offset_ns` on, all that `lost` still owns is the survivors', part by part: their union is what it owned,
  /// no two overlap. At least one survivor, none of them lost; an agent is lost once.
  std::vector<HandedOver> HandOver(int lost, const std::vector<int>& survivors, int64_t offset_ns);

  /// How many slices the agent has been given, its own with them.
  size_t Slices(int agent) const { return agents_[agent].owned.size(); }
  /// Whether a message is the agent's that is due at or after `offset_ns`.
  bool OwnsFrom(int agent, int64_t offset_ns) const;
  /// From `offset_ns` on, the messages of the agent's first `slices` slices are the takers', and stay in the run; its
  /// clients remain its own, and it is not lost. At least one taker, none of them lost. Where `agent` itself is the
  /// only one, nothing changes but that it is told to take its messages back.
  std::vector<HandedOver> Yield(int agent, size_t slices, const std::vector<int>& takers, int64_t offset_ns);

  /// The offset at which the agent's load went to others; kNever: it has it still.
  int64_t HandedOverAt(int agent) const { return agents_[agent].until_ns; }
  /// Messages that the agent owned and that are due before `offset_ns` (and before they went to others).
  int64_t DueBefore(int agent, int64_t offset_ns) const;
  /// The offset at which the agent's message number `messages` is due, counted from 0 over all that it owned;
  /// `limit_ns` when so many are not due before.
  int64_t DueAt(int agent, int64_t messages, int64_t limit_ns) const;
  /// What it was given of others' load: messages from the hand-over on, and clients.
  int64_t MessagesTakenOver(int agent) const;
  int64_t ClientsTakenOver(int agent) const;
  /// What it has given to others in Yield(), of its own and of what it had been given.
  int64_t MessagesYielded(int agent) const { return agents_[agent].yielded; }

 private:
  struct Owned {
    Slice slice;
    int64_t from_ns = 0;
  };
  struct Agent {
    std::vector<Owned> owned;  ///< the first one is its own slice
    int64_t until_ns = kNever;
    int64_t taken_over = 0;
    int64_t yielded = 0;
  };

  /// Of the messages of `owned`, those that are due in [its beginning, `until_ns`).
  int64_t Count(const Owned& owned, int64_t until_ns) const;
  void Give(int agent, const Slice& slice, int64_t from_ns, std::vector<HandedOver>& handed_over);

  const Schedule schedule_;
  std::vector<Agent> agents_;
};

}  // namespace wsload
