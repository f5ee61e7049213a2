#include "controller/run/slice_ledger.h"

#include <algorithm>
#include <iterator>

#include "common/util/check.h"

namespace wsload {

SliceLedger::SliceLedger(const RunPlan& plan, std::vector<Slice> slices)
    : schedule_(plan.mps, plan.duration_ns), agents_(slices.size()) {
  for (size_t i = 0; i < slices.size(); ++i) agents_[i].owned.push_back({slices[i], 0});
}

std::vector<SliceLedger::HandedOver> SliceLedger::HandOver(int lost, const std::vector<int>& survivors,
                                                           int64_t offset_ns) {
  WSLOAD_CHECK(0 <= lost && lost < std::ssize(agents_), "agent {} of {} is lost", lost, agents_.size());
  WSLOAD_CHECK(HandedOverAt(lost) == kNever, "agent {} is lost twice", lost);
  WSLOAD_CHECK(!survivors.empty(), "nobody is left to take agent {}'s load over", lost);
  for (const int survivor : survivors) {
    WSLOAD_CHECK(
        0 <= survivor && survivor < std::ssize(agents_) && HandedOverAt(survivor) == kNever && survivor != lost,
        "agent {} is to take agent {}'s load over, and is lost itself", survivor, lost);
  }
  agents_[lost].until_ns = offset_ns;
  std::vector<HandedOver> handed_over;
  size_t next = 0;
  for (const Owned& owned : agents_[lost].owned) {
    const int64_t from_ns = std::max(offset_ns, owned.from_ns);
    const std::vector<Slice> parts = Divide(owned.slice, static_cast<int>(survivors.size()));
    // Beginning where the one before ended, so that many small ones do not all go to the first survivor.
    size_t dealt = 0;
    for (size_t part = 0; part < parts.size(); ++part) {
      if (parts[part].clients.count == 0) continue;
      const int survivor = survivors[(next + part) % survivors.size()];
      agents_[survivor].owned.push_back({parts[part], from_ns});
      handed_over.push_back({survivor, parts[part], from_ns});
      ++dealt;
    }
    next += dealt;
  }
  return handed_over;
}

int64_t SliceLedger::Count(const Owned& owned, int64_t until_ns) const {
  if (until_ns <= owned.from_ns) return 0;
  const int64_t due = CountDueBefore(owned.slice.messages, schedule_, until_ns);
  return due - CountDueBefore(owned.slice.messages, schedule_, owned.from_ns);
}

int64_t SliceLedger::DueBefore(int agent, int64_t offset_ns) const {
  const int64_t until_ns = std::min(offset_ns, agents_[agent].until_ns);
  int64_t due = 0;
  for (const Owned& owned : agents_[agent].owned) due += Count(owned, until_ns);
  return due;
}

int64_t SliceLedger::DueAt(int agent, int64_t messages, int64_t limit_ns) const {
  int64_t low_ns = std::min<int64_t>(0, limit_ns);
  int64_t high_ns = limit_ns;
  while (low_ns < high_ns) {
    const int64_t middle_ns = low_ns + (high_ns - low_ns) / 2;
    // The message at `middle_ns` itself is not before it.
    if (DueBefore(agent, middle_ns + 1) > messages) {
      high_ns = middle_ns;
    } else {
      low_ns = middle_ns + 1;
    }
  }
  return low_ns;
}

int64_t SliceLedger::MessagesTakenOver(int agent) const {
  const std::vector<Owned>& owned = agents_[agent].owned;
  int64_t messages = 0;
  for (size_t i = 1; i < owned.size(); ++i) messages += Count(owned[i], kNever);
  return messages;
}

int64_t SliceLedger::ClientsTakenOver(int agent) const {
  const std::vector<Owned>& owned = agents_[agent].owned;
  int64_t clients = 0;
  for (size_t i = 1; i < owned.size(); ++i) clients += owned[i].slice.clients.count;
  return clients;
}

}  // namespace wsload
