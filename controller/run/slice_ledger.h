// Who owns which part of a run's schedule, from when to when: every message has
// one owner at a time, also after agents were lost.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "common/plan/run_plan.h"
#include "common/plan/slice.h"
#include "common/schedule/arrival_schedule.h"

namespace wsload {

/// Pure arithmetic. Offsets are from the common start.
class SliceLedger {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  /// A part of a lost agent's load and its new owner.
  struct HandedOver {
    int agent = 0;
    Slice slice;
    int64_t from_ns = 0;  ///< later than the hand-over when the lost agent was itself to begin later
  };

  SliceLedger(const RunPlan& plan, std::vector<Slice> slices);

  /// From `offset_ns` on, all that `lost` still owns is the survivors', part by part: their union is what it owned,
  /// no two overlap. At least one survivor, none of them lost; an agent is lost once.
  std::vector<HandedOver> HandOver(int lost, const std::vector<int>& survivors, int64_t offset_ns);

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

 private:
  struct Owned {
    Slice slice;
    int64_t from_ns = 0;
  };
  struct Agent {
    std::vector<Owned> owned;  ///< the first one is its own slice
    int64_t until_ns = kNever;
  };

  /// Of the messages of `owned`, those that are due in [its beginning, `until_ns`).
  int64_t Count(const Owned& owned, int64_t until_ns) const;

  const ArrivalSchedule schedule_;
  std::vector<Agent> agents_;
};

}  // namespace wsload
